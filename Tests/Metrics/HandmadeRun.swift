@testable import Serving

/// A run put together by hand, one request after the other.
struct HandmadeRun {
  var requests: [Request] = []
  var records: [RequestRecord] = []
  var gaps = TokenGaps()
  var occupancy = Occupancy()

  /// A request that is completed; all times in milliseconds.
  mutating func complete(
    arrival: Int, scheduled: Int, firstToken: Int, gaps: [Int], promptTokens: Int = 10,
    outputTokens: Int? = nil, preemptions: Int = 0
  ) {
    let longest = gaps.max() ?? 0
    let finish = firstToken + gaps.reduce(0, +)
    requests.append(
      Request(
        arrival: arrival * 1_000_000, promptTokens: promptTokens,
        outputTokens: outputTokens ?? gaps.count + 1))
    records.append(
      RequestRecord(
        firstScheduled: scheduled * 1_000_000, firstToken: firstToken * 1_000_000,
        finish: finish * 1_000_000, longestGap: longest * 1_000_000,
        emittedTokens: gaps.count + 1, preemptions: preemptions))
    for gap in gaps { self.gaps.record(gap * 1_000_000) }
  }

  /// A request that is refused.
  mutating func refuse(arrival: Int) {
    requests.append(Request(arrival: arrival * 1_000_000, promptTokens: 10, outputTokens: 5))
    records.append(.refused)
  }

  var trace: Trace { Trace(requests: requests) }

  var timeline: Timeline {
    var timeline = Timeline(count: records.count)
    timeline.records = records
    timeline.gaps = gaps
    timeline.occupancy = occupancy
    timeline.end = records.reduce(0) { max($0, $1.finish) }
    return timeline
  }
}

/// Numbers that look random and are the same every time (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
