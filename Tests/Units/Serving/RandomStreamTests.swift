import Foundation
import Testing

@testable import Serving

@Test func `SplitMix64 gives the outputs of its reference`() {
  var generator = SplitMix64(state: 1_234_567)
  #expect(
    (0..<5).map { _ in generator.next() } == [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
      4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
    ])
}

@Test func `xoshiro256** gives the outputs of its reference`() {
  var stream = RandomStream(state: (1, 2, 3, 4))
  #expect(
    (0..<10).map { _ in stream.next() } == [
      11520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360,
      607_988_272_756_665_600, 16_172_922_978_634_559_625, 8_476_171_486_693_032_832,
      10_595_114_339_597_558_777, 2_904_607_092_377_533_576,
    ])
}

@Test(
  arguments: [
    ("", 0xCBF2_9CE4_8422_2325), ("a", 0xAF63_DC4C_8601_EC8C), ("foobar", 0x8594_4171_F739_67E8),
  ] as [(String, UInt64)])
func `FNV-1a gives the hashes of its reference`(text: String, hash: UInt64) {
  #expect(FNV1a(text).value == hash)
}

@Test func `a stream depends on its seed and its name`() {
  func start(_ seed: UInt64, _ name: String) -> UInt64 {
    var stream = RandomStream(seed: seed, named: name)
    return stream.next()
  }
  #expect(start(1, "gaps") == start(1, "gaps"))
  #expect(Set([start(1, "gaps"), start(2, "gaps"), start(1, "lengths")]).count == 3)
}

@Test(arguments: [
  (0.5, 0), (0.25, -0.6744897501960817), (0.975, 1.959963984540054), (0.9, 1.2815515655446004),
  (0.001, -3.090232306167814), (0.99, 2.3263478740408408), (1e-20, -9.262340089798408),
])
func `normal quantiles agree with the tables`(share: Double, quantile: Double) {
  #expect(abs(normalQuantile(share) - quantile) <= 1e-15 * max(1, abs(quantile)) * 4)
}

@Test func `logarithm and power agree with the system's to their last bits`() {
  var random = RandomStream(seed: 1, named: "arguments")
  for _ in 0..<20_000 {
    let x = (random.uniform() * 1400 - 700)
    #expect(abs(naturalPower(x) / exp(x) - 1) < 4e-16)
    let y = exp(x)
    #expect(abs(naturalLogarithm(y) - log(y)) <= 3e-16 * abs(log(y)))
    let nearOne = 0.5 + random.uniform()
    #expect(abs(naturalLogarithm(nearOne) - log(nearOne)) <= 1e-15 * abs(log(nearOne)))
  }
  #expect(naturalPower(0) == 1 && naturalPower(1000) == .infinity && naturalPower(-1000) == 0)
  #expect(naturalLogarithm(1) == 0 && naturalLogarithm(0) == -.infinity)
}

/// The mean and the variance of 100,000 draws.
private func moments(_ draw: (inout RandomStream) -> Double) -> (mean: Double, variance: Double) {
  var stream = RandomStream(seed: 7, named: "moments")
  let draws = (0..<100_000).map { _ in draw(&stream) }
  let mean = draws.reduce(0, +) / 100_000
  return (mean, draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 100_000)
}

/// The standard error of a mean of 100,000 draws is the deviation over 316; that of a variance is
/// some 1.4 to 4.5 times as wide, relative to it. Four of them are allowed.
@Test func `draws have the moments of their distributions`() {
  let uniform = moments { $0.uniform() }
  #expect(abs(uniform.mean - 0.5) < 0.004 && abs(uniform.variance - 1.0 / 12) < 0.001)
  let exponential = moments { $0.exponential() }
  #expect(abs(exponential.mean - 1) < 0.013 && abs(exponential.variance - 1) < 0.04)
  let normal = moments { $0.normal() }
  #expect(abs(normal.mean) < 0.013 && abs(normal.variance - 1) < 0.018)
  for shape in [0.3, 0.92, 4] {
    let gamma = moments { $0.gamma(shape: shape) }
    #expect(abs(gamma.mean - shape) < 0.013 * shape.squareRoot())
    #expect(abs(gamma.variance / shape - 1) < 0.013 * (2 + 6 / shape).squareRoot())
  }
  let lognormal = moments { naturalLogarithm($0.lognormal(median: 100, sigma: 0.5)) }
  #expect(abs(lognormal.mean - naturalLogarithm(100)) < 0.007)
  #expect(abs(lognormal.variance - 0.25) < 0.005)
}

@Test func `whole numbers below a bound are as likely as each other`() {
  var stream = RandomStream(seed: 3, named: "dice")
  var counts = [0, 0, 0, 0, 0, 0]
  for _ in 0..<60_000 { counts[stream.integer(below: 6)] += 1 }
  #expect(counts.allSatisfy { abs($0 - 10_000) < 400 })
  #expect(stream.integer(below: 1) == 0)
  #expect((0..<100).allSatisfy { _ in stream.integer(below: .max) >= 0 })
}
