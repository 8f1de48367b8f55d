import Serving

/// A run put together by hand, one request after the other.
public struct HandmadeRun {
  public var requests: [Request] = []
  public var records: [RequestRecord] = []
  public var gaps = TokenGaps()
  public var occupancy = Occupancy()
  public var clientTimeout: Nanoseconds?

  public init() {}

  /// A request that is completed; all times in milliseconds.
  public mutating func complete(
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
  public mutating func refuse(arrival: Int) {
    requests.append(Request(arrival: arrival * 1_000_000, promptTokens: 10, outputTokens: 5))
    records.append(.refused)
  }

  /// A request whose client gives it up after `timeout` milliseconds; all clients wait so long.
  public mutating func giveUp(arrival: Int, after timeout: Int) {
    requests.append(Request(arrival: arrival * 1_000_000, promptTokens: 10, outputTokens: 5))
    records.append(RequestRecord(timedOutAt: (arrival + timeout) * 1_000_000, .refused))
    clientTimeout = timeout * 1_000_000
  }

  public var trace: Trace { Trace(requests: requests) }

  public var timeline: Timeline {
    var timeline = Timeline(count: records.count)
    timeline.records = records
    timeline.gaps = gaps
    timeline.occupancy = occupancy
    timeline.clientTimeout = clientTimeout
    timeline.end = records.reduce(0) { max($0, $1.finish) }
    return timeline
  }
}
