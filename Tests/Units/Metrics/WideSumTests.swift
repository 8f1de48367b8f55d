import Testing

@testable import Metrics
@testable import Serving

@Test func `latencies are summed up that together pass what a whole number holds`() throws {
  let latency = EngineRange.clock.upperBound
  let timeline = Timeline.handmade(latencies: Array(repeating: latency, count: 5))
  let summary = try #require(AttributionSummary(timeline: timeline))
  #expect(summary.all.total == latency.seconds && summary.all[.queue] == latency.seconds)
}

@Test func `times are summed up over replicas that together pass what a whole number holds`() {
  var occupancy = Occupancy()
  for _ in 0..<256 {
    occupancy.record(
      Batch(decodes: 3), for: EngineRange.clock.upperBound, usedBlocks: 1, of: 1,
      atSequenceCap: true)
  }
  #expect(occupancy.busy.seconds == 256 * EngineRange.clock.upperBound.seconds)
  #expect(occupancy.time(withMemoryAtLeast: 90) == occupancy.busy)
  #expect(occupancy.meanMemory == 1 && occupancy.meanSequences == 3)
}

extension Timeline {
  /// One-token answers that waited so long and were served in no time.
  fileprivate static func handmade(latencies: [Nanoseconds]) -> Timeline {
    var timeline = Timeline(count: latencies.count, observing: .attribution)
    for (row, latency) in latencies.enumerated() {
      timeline.attributions[row].queue = latency
      timeline.records[row] = RequestRecord(
        firstScheduled: latency, firstToken: latency, finish: latency, longestGap: 0,
        emittedTokens: 1, preemptions: 0)
    }
    return timeline
  }
}
