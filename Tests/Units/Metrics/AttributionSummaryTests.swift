import Metrics
import Testing

@testable import Serving

/// A run of `count` requests, the `n`th of which queues for `n` milliseconds and decodes for two.
private func timeline(_ count: Int) -> Timeline {
  var timeline = Timeline(count: count, observing: .attribution)
  for row in 0..<count {
    var attribution = Attribution()
    attribution.queue = (row + 1) * 1_000_000
    attribution.decode = 2_000_000
    timeline.attributions[row] = attribution
    timeline.records[row] = RequestRecord(
      firstScheduled: 0, firstToken: 1, finish: 2, longestGap: 0, emittedTokens: 1, preemptions: 0)
  }
  return timeline
}

@Suite struct AttributionSummaryTests {
  @Test func `parts are means over all requests and over the slowest hundredth`() throws {
    let summary = try #require(AttributionSummary(timeline: timeline(200)))
    #expect(summary.all.count == 200 && summary.tail.count == 2)
    #expect(summary.all[.queue] == 0.1005 && summary.all[.decode] == 0.002)
    #expect(summary.tail[.queue] == 0.1995 && summary.tail.total == 0.2015)
    #expect(summary.values.map(\.column).first == "attribution_mean_queue_seconds")
    // Nothing was handed over, and nothing read from tiers.
    #expect(summary.values.count == 2 * (Attribution.Part.allCases.count - 2))
  }

  @Test func `of few requests the slowest is the tail, and refused ones do not count`() throws {
    var few = timeline(3)
    few.records[2] = .refused
    let summary = try #require(AttributionSummary(timeline: few))
    #expect(summary.all.count == 2 && summary.tail.count == 1)
    #expect(summary.tail[.queue] == 0.002)
    few.records = [.refused, .refused, .refused]
    #expect(AttributionSummary(timeline: few) == nil)
    #expect(AttributionSummary(timeline: Timeline(count: 3)) == nil)
  }
}

@Suite struct LoadTimelineTests {
  private func iteration(_ start: Int, _ end: Int, waiting: Int, blocks: Int) -> IterationRecord {
    IterationRecord(
      replica: 0, start: start, end: end, decodes: 3, chunks: 1, chunkTokens: 5, decodeContext: 9,
      running: 4, waiting: waiting, usedBlocks: blocks, preempted: 0)
  }

  @Test func `stretches hold means weighted by time, and idle time counts as empty`() {
    var timeline = Timeline(count: 0, observing: .iterations)
    timeline.occupancy.record(
      Batch(decodes: 1), for: 1, usedBlocks: 1, of: 10, atSequenceCap: false)
    timeline.iterations = [
      iteration(1000, 1150, waiting: 4, blocks: 5), iteration(1300, 1400, waiting: 8, blocks: 10),
    ]
    let load = LoadTimeline(timeline, count: 4)
    #expect(load.stretchSeconds == 100e-9)
    #expect(load.samples.map(\.waiting) == [4, 2, 0, 8])
    #expect(load.samples.map(\.batch) == [4, 2, 0, 4])
    #expect(load.samples.map(\.cache) == [0.5, 0.25, 0, 1])
    #expect(load.samples.map { ($0.seconds * 1e9).rounded() } == [1050, 1150, 1250, 1350])
  }

  @Test func `a run without iterations is empty throughout`() {
    let load = LoadTimeline(Timeline(count: 2), count: 3)
    #expect(load.samples.map(\.waiting) == [0, 0, 0])
  }
}
