import Serving
import Testing

@testable import Metrics

@Suite struct `The fairness to clients` {
  /// Spans of answers in seconds, nil for one that was refused, whose they are, and the tokens of
  /// prompts; each answer has one token.
  private func fairness(
    _ rows: [(span: (Int, Int?), client: String, prompt: Int)]
  ) -> ClientFairness? {
    let second = 1_000_000_000
    let trace = Trace(
      requests: rows.map {
        Request(arrival: $0.span.0 * second, promptTokens: $0.prompt, outputTokens: 1)
      }, columns: Columns(clients: rows.map(\.client)))
    var timeline = Timeline(count: trace.count)
    for (row, entry) in rows.enumerated() {
      guard let end = entry.span.1 else { continue }
      timeline.records[row] = RequestRecord(
        firstScheduled: entry.span.0 * second, firstToken: end * second, finish: end * second,
        longestGap: 0, emittedTokens: 1, preemptions: 0)
    }
    return ClientFairness(trace: trace, timeline: timeline)
  }

  /// The first has 8 + 2 + 8 + 2 tokens in the 5 s from 0 to 4 and from 6 to 7, the second 58 + 2
  /// in 5 s: 4 and 12 a second, and (4 + 12)^2 / (2 (16 + 144)).
  @Test func `is Jain's index of rates while they are served`() throws {
    let found = try #require(
      fairness([((0, 4), "a", 8), ((1, 6), "b", 58), ((2, nil), "b", 99), ((6, 7), "a", 8)]))
    #expect(found.clients == 2)
    #expect(found.leastRate == 4 && found.greatestRate == 12)
    #expect(abs(found.jainIndex - 0.8) < 1e-12)
    #expect(found.values.map(\.column)[1] == "clients_jain_index")
  }

  @Test func `is 1 where all are served alike`() throws {
    let found = try #require(fairness([((0, 2), "a", 8), ((5, 6), "b", 3), ((9, 11), "c", 8)]))
    #expect(found.jainIndex == 1 && found.clients == 3)
  }

  @Test func `is told of several clients alone`() {
    #expect(fairness([((0, 2), "a", 8), ((5, 6), "a", 3), ((9, nil), "c", 8)]) == nil)
    #expect(ClientFairness(trace: Trace(requests: []), timeline: Timeline(count: 0)) == nil)
  }
}
