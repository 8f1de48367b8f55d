import Serving
import Testing

@Suite struct `A schedule of shrinking chunks` {
  private static func sizes(_ stages: Int, _ high: Int, _ low: Int) -> [Int] {
    var schedule = ChunkSchedule()
    schedule.stages = stages
    schedule.maxTokens = stages * 10
    schedule.high = high
    schedule.low = low
    return (0..<stages + 2).map { schedule.chunk(after: $0 * 10) }
  }

  /// Eight stages as sarathi-serve itself computes them; what lies beyond has the last one's.
  @Test func `has the sizes that sarathi-serve computes`() {
    let sizes = [512, 448, 416, 352, 288, 224, 192, 128]
    #expect(Self.sizes(8, 512, 128) == sizes + [128, 128])
  }

  /// `numpy.linspace(128, 512, 1)` is 128.
  @Test func `of one stage has the low size`() {
    #expect(Self.sizes(1, 512, 128) == [128, 128, 128])
  }

  @Test func `has chunks of a token at least`() {
    for high in 1...70 {
      for low in [1, 31, 32, 64] {
        #expect(Self.sizes(5, high, low).allSatisfy { $0 > 0 })
      }
    }
  }
}
