/// A stream of random numbers that depends on nothing but a seed and the stream's name.
///
/// The generator is xoshiro256** (Blackman and Vigna, ACM TOMS 47, 2021). Its state is four
/// outputs of SplitMix64, started from the seed mixed with the FNV-1a hash of the name, so that
/// each use has a stream of its own and none shifts when another draws more. Whatever is not a
/// whole number is computed with operations that IEEE 754 rounds in one way only: the numbers are
/// the same on every machine.
public struct RandomStream: RandomNumberGenerator, Sendable, Equatable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// The stream called `name` of the family that `seed` begins.
  public init(seed: UInt64, named name: String) {
    var scrambled = SplitMix64(state: seed)
    var seeds = SplitMix64(state: scrambled.next() ^ FNV1a(name).value)
    state = (seeds.next(), seeds.next(), seeds.next(), seeds.next())
  }

  public init(state: (UInt64, UInt64, UInt64, UInt64)) { self.state = state }

  public static func == (a: RandomStream, b: RandomStream) -> Bool { a.state == b.state }

  /// 64 random bits.
  public mutating func next() -> UInt64 {
    let result = Self.rotated(state.1 &* 5, by: 7) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = Self.rotated(state.3, by: 45)
    return result
  }

  private static func rotated(_ bits: UInt64, by count: UInt64) -> UInt64 {
    bits << count | bits >> (64 - count)
  }

  /// A number from 0 to `bound` - 1, each as likely (Lemire, ACM TOMACS 29, 2019).
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "there is a whole number from 0 only below 1 or more")
    let range = UInt64(bound)
    var product = next().multipliedFullWidth(by: range)
    if product.low < range {
      let surplus = (0 &- range) % range
      while product.low < surplus { product = next().multipliedFullWidth(by: range) }
    }
    return Int(product.high)
  }

  /// A number from 0 up to but not 1, a multiple of 2^-53.
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// An exponentially distributed number with mean 1.
  public mutating func exponential() -> Double {
    -naturalLogarithm(1 - uniform())
  }

  /// A normally distributed number with mean 0 and deviation 1, by inversion.
  public mutating func normal() -> Double {
    normalQuantile(Double(next() >> 12) * 0x1p-52 + 0x1p-53)
  }

  /// A number whose logarithm is normally distributed around that of `median`.
  public mutating func lognormal(median: Double, sigma: Double) -> Double {
    median * naturalPower(sigma * normal())
  }

  /// A Gamma-distributed number with scale 1 (Marsaglia and Tsang, ACM TOMS 26, 2000).
  public mutating func gamma(shape: Double) -> Double {
    precondition(shape > 0, "the shape of a Gamma distribution is greater than 0")
    if shape < 1 {
      let power = naturalPower(naturalLogarithm(1 - uniform()) / shape)
      return gamma(shape: shape + 1) * power
    }
    let offset = shape - 1.0 / 3
    let scale = 1 / (9 * offset).squareRoot()
    while true {
      let normal = normal()
      let root = 1 + scale * normal
      if root <= 0 { continue }
      let cube = root * root * root
      let bound = 0.5 * normal * normal + offset * (1 - cube + naturalLogarithm(cube))
      if naturalLogarithm(1 - uniform()) < bound { return offset * cube }
    }
  }
}

/// The generator that fills the state of others (Steele, Lea and Flood, OOPSLA 2014).
public struct SplitMix64 {
  public var state: UInt64

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    return bits ^ bits >> 31
  }
}
