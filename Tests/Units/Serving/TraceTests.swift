import Serving
import Testing

private func request(_ arrival: Nanoseconds, prompt: Int = 10) -> Request {
  Request(arrival: arrival, promptTokens: prompt, outputTokens: 5)
}

@Suite struct `A trace` {
  @Test func `is sorted by arrival and keeps the order of requests that arrive together`() {
    let trace = Trace(
      requests: [request(9, prompt: 1), request(3, prompt: 2), request(9, prompt: 3)],
      labels: ["a", "b", "c"], sessions: ["x", "y", "z"], prefixHashes: [[1], [2], [3]])
    #expect(trace.requests.map(\.promptTokens) == [2, 1, 3])
    #expect(trace.labels == ["b", "a", "c"])
    #expect(trace.sessions == ["y", "x", "z"])
    #expect(trace.prefixHashes == [[2], [1], [3]])
  }

  @Test func `calls a request by its label, or by its row where it has none`() {
    let named = Trace(requests: [request(0)], labels: ["first"])
    #expect(named.label(of: RequestID(0)) == "first")
    #expect(Trace(requests: [request(0)]).label(of: RequestID(0)) == "0")
  }

  @Test func `cut to a number of requests keeps the first of each column`() {
    let trace = Trace(requests: [request(1), request(2), request(3)], labels: ["a", "b", "c"])
    #expect(trace.prefix(2).labels == ["a", "b"])
    #expect(trace.prefix(9) == trace)
  }

  @Test func `with other arrivals is sorted anew`() {
    let trace = Trace(requests: [request(1), request(2)], labels: ["a", "b"])
    #expect(trace.arriving(at: [8, 4]).labels == ["b", "a"])
  }
}

@Suite struct `The clock` {
  @Test func `rounds seconds to the nearest nanosecond`() {
    #expect(Nanoseconds(seconds: 1.5e-9) == 2)
    #expect(Nanoseconds(seconds: 0.1) == 100_000_000)
    #expect((250_000_000 as Nanoseconds).seconds == 0.25)
  }
}
