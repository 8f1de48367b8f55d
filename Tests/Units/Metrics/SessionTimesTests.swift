import Serving
import Testing

@testable import Metrics

@Suite struct `The times of sessions` {
  /// Spans of answers in seconds; nil for one that was refused.
  private func summary(
    _ spans: [(Int, Int?)], names: [String]? = nil, after: [[Int]]
  ) -> SessionTimes? {
    var waits = Waits()
    for rows in after { waits.append(after: rows) }
    let second = 1_000_000_000
    let trace = Trace(
      requests: spans.map {
        Request(arrival: $0.0 * second, promptTokens: 1, outputTokens: 1)
      }, columns: Columns(sessions: names, waits: waits))
    var timeline = Timeline(count: trace.count)
    for (row, span) in spans.enumerated() {
      guard let end = span.1 else { continue }
      timeline.records[row] = RequestRecord(
        firstScheduled: span.0 * second, firstToken: end * second, finish: end * second,
        longestGap: 0, emittedTokens: 1, preemptions: 0)
    }
    return SessionTimes(trace: trace, timeline: timeline)
  }

  /// The first from 0 to 9, answered for 4 and 3 s of it; the second, a fork and a join, from 1 to
  /// 10, answered for 1, 6 and 1 s of it; the third is in none.
  @Test func `are from the first request to the last answer`() throws {
    let times = try #require(
      summary(
        [(0, 4), (1, 2), (2, 8), (3, 5), (3, 4), (6, 9), (9, 10)],
        after: [[], [], [1], [1], [], [0], [2, 3]]))
    #expect(times.count == 2 && times.completed == 2)
    #expect(times.completion?.mean == 9 && times.completion?.max == 9)
    #expect(times.answeringShare == Double(4 + 3 + 1 + 6 + 1) / 18)
  }

  @Test func `are of those alone of which every request was answered`() throws {
    let times = try #require(
      summary(
        [(0, 4), (1, nil), (2, 8), (9, 11)], names: ["a", "b", "b", "c"], after: [[], [], [1], []]))
    #expect(times.count == 3 && times.completed == 2)
    #expect(times.completion?.mean == 3)
    #expect(times.values.first?.column == "sessions_total")
  }

  @Test func `are told where requests wait for others`() {
    #expect(
      SessionTimes(
        trace: Trace(requests: [Request(arrival: 0, promptTokens: 1, outputTokens: 1)]),
        timeline: Timeline(count: 1)) == nil)
  }
}
