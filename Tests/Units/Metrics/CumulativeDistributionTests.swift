import Support
import Testing

@testable import Metrics
@testable import Serving

@Suite struct CumulativeDistributionTests {
  @Test func `every distinct sample is a point while there are few`() throws {
    let found = try #require(
      CumulativeDistribution(
        samples: [(3_000_000_000, 1), (1_000_000_000, 2), (2_000_000_000, 1)]))
    #expect(found.count == 4)
    #expect(
      found.points == [
        CumulativeDistribution.Point(seconds: 1, share: 0.5),
        CumulativeDistribution.Point(seconds: 2, share: 0.75),
        CumulativeDistribution.Point(seconds: 3, share: 1),
      ])
  }

  @Test func `many samples are thinned to points that are exact`() throws {
    var numbers = SeededNumbers(state: 5)
    let values = (0..<20_000).map { _ in Int.random(in: 1_000...2_000_000_000, using: &numbers) }
    let found = try #require(
      CumulativeDistribution(samples: values.map { ($0, 1) }, limit: 100))
    #expect(found.points.count <= 100)
    #expect(found.points.count > 50)
    for point in found.points {
      let longest = Int((point.seconds * 1e9).rounded())
      #expect(point.share == Double(values.count { $0 <= longest }) / Double(values.count))
    }
    #expect(found.points.last?.share == 1)
  }

  @Test func `no samples have no points`() {
    #expect(CumulativeDistribution(samples: []) == nil)
  }
}
