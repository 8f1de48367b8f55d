import Serving
import Testing

private func request(_ arrival: Nanoseconds, prompt: Int = 10) -> Request {
  Request(arrival: arrival, promptTokens: prompt, outputTokens: 5)
}

@Suite struct `A trace` {
  @Test func `is sorted by arrival and keeps the order of requests that arrive together`() {
    let trace = Trace(
      requests: [request(9, prompt: 1), request(3, prompt: 2), request(9, prompt: 3)],
      columns: Columns(
        labels: ["a", "b", "c"], sessions: ["x", "y", "z"], prefixHashes: [[1], [2], [3]],
        priorities: [1, 2, 3]))
    #expect(trace.requests.map(\.promptTokens) == [2, 1, 3])
    #expect(trace.columns.labels == ["b", "a", "c"])
    #expect(trace.columns.sessions == ["y", "x", "z"])
    #expect(trace.columns.prefixHashes == [[2], [1], [3]])
    #expect(trace.columns.priorities == [2, 1, 3])
  }

  @Test func `calls a request by its label, or by its row where it has none`() {
    let named = Trace(requests: [request(0)], columns: Columns(labels: ["first"]))
    #expect(named.label(of: RequestID(0)) == "first")
    #expect(Trace(requests: [request(0)]).label(of: RequestID(0)) == "0")
  }

  @Test func `cut to a number of requests keeps the first of each column`() {
    let trace = Trace(
      requests: [request(1), request(2), request(3)], columns: Columns(labels: ["a", "b", "c"]))
    #expect(trace.prefix(2).columns.labels == ["a", "b"])
    #expect(trace.prefix(9) == trace)
  }

  @Test func `of some rows keeps what is known of each, and sorts them`() {
    let trace = Trace(
      requests: [request(1, prompt: 7), request(2), request(3)],
      columns: Columns(labels: ["a", "b", "c"], sessions: ["x", "y", "z"], priorities: [4, 5, 6]))
    let some = trace.rows(at: [2, 0, 2])
    #expect(some.requests.map(\.promptTokens) == [7, 10, 10])
    #expect(
      some.columns
        == Columns(labels: ["a", "c", "c"], sessions: ["x", "z", "z"], priorities: [4, 6, 6]))
  }

  @Test func `with other arrivals is sorted anew`() {
    let trace = Trace(requests: [request(1), request(2)], columns: Columns(labels: ["a", "b"]))
    #expect(trace.arriving(at: [8, 4]).columns.labels == ["b", "a"])
  }
}

@Suite struct `The clock` {
  @Test func `rounds seconds to the nearest nanosecond`() {
    #expect(Nanoseconds(seconds: 1.5e-9) == 2)
    #expect(Nanoseconds(seconds: 0.1) == 100_000_000)
    #expect((250_000_000 as Nanoseconds).seconds == 0.25)
  }
}
