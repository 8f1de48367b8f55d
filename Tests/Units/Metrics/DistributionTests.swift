import Support
import Testing

@testable import Metrics
@testable import Serving

@Suite struct DistributionTests {
  @Test func `percentiles lie between samples as numpy puts them`() throws {
    // numpy.percentile([10, 20, 30, 40], [50, 90, 95, 99]) = 25, 37, 38.5, 39.7
    let seconds = [40.0, 10, 30, 20].map { $0 * 1e9 }
    let found = try #require(Distribution(nanoseconds: seconds))
    #expect(found.count == 4)
    #expect(found.mean == 25)
    #expect(found.p50 == 25)
    #expect(abs(found.p90 - 37) < 1e-12)
    #expect(abs(found.p95 - 38.5) < 1e-12)
    #expect(abs(found.p99 - 39.7) < 1e-12)
    #expect(found.max == 40)
  }

  @Test func `one sample is every percentile`() throws {
    let found = try #require(Distribution(nanoseconds: [7e9]))
    #expect(found == Distribution(count: 1, mean: 7, p50: 7, p90: 7, p95: 7, p99: 7, max: 7))
  }

  @Test func `no samples have no distribution`() {
    #expect(Distribution(nanoseconds: []) == nil)
  }

  @Test func `a gap that weighs three counts as three gaps`() throws {
    // 1, 5, 5, 5 s: the median is 5 and the mean 4.
    var gaps = TokenGaps()
    gaps.record(5_000_000_000, weight: 3)
    gaps.record(1_000_000_000)
    let found = try #require(Distribution(GapSamples(gaps: gaps)))
    #expect(found.count == 4)
    #expect(found.p50 == 5)
    #expect(found.mean == 4)
  }

  @Test(arguments: 1...60)
  func `weighted percentiles equal those of the expanded samples`(seed: UInt64) throws {
    var numbers = SeededNumbers(state: seed)
    let (gaps, expanded) = randomGaps(&numbers)
    let samples = GapSamples(gaps: gaps)
    let summary = Summary(samples)
    let shares = [0, 0.1, 12.5, 50, 90, 95, 99, 99.9, 100]
    #expect(summary.count == expanded.count)
    #expect(percentiles(shares, of: samples, summary) == shares.map { naive($0, of: expanded) })
    let unweighted = RequestSamples(
      nanoseconds: expanded.shuffled(using: &numbers).map(Double.init))
    #expect(
      percentiles(shares, of: unweighted, Summary(unweighted))
        == shares.map { naive($0, of: expanded) })
    let mean = expanded.reduce(0.0) { $0 + Double($1) } / Double(expanded.count)
    #expect(abs(summary.mean / mean - 1) < 1e-12)
  }

  @Test func `gaps and weights too large for a word are counted all the same`() throws {
    var gaps = TokenGaps()
    gaps.record(1 << 44, weight: 1)
    gaps.record(2, weight: 1 << 20)
    let found = try #require(Distribution(GapSamples(gaps: gaps)))
    #expect(found.count == 1 << 20 + 1)
    #expect(found.max == Double(1 << 44) / 1e9)
    #expect(found.p99 == 2e-9)
    #expect(gaps.sorted().map(\.gap) == [2, 1 << 44])
  }

  /// Gaps of few or many distinct values, short or long, and the same ones expanded and sorted.
  private func randomGaps(_ numbers: inout SeededNumbers) -> (TokenGaps, [Int]) {
    let bits = Int.random(in: 0...46, using: &numbers)
    let distinct = Int.random(in: 1...40, using: &numbers)
    let values = (0..<distinct).map { _ in Int.random(in: 0...(1 << bits), using: &numbers) }
    var gaps = TokenGaps()
    var expanded: [Int] = [values[0]]
    gaps.record(values[0])
    for _ in 0..<Int.random(in: 1...300, using: &numbers) {
      let gap = values.randomElement(using: &numbers) ?? 0
      let weight = Int.random(in: 0...9, using: &numbers)
      gaps.record(gap, weight: weight)
      expanded += Array(repeating: gap, count: weight)
    }
    return (gaps, expanded.sorted())
  }

  /// The definition: sort, find the position, interpolate.
  private func naive(_ share: Double, of sorted: [Int]) -> Double {
    let position = Double(sorted.count - 1) * (share / 100)
    let index = Int(position)
    let low = Double(sorted[index])
    let high = Double(sorted[min(index + 1, sorted.count - 1)])
    let fraction = position - Double(index)
    return fraction < 0.5
      ? low + (high - low) * fraction : high - (high - low) * (1 - fraction)
  }
}
