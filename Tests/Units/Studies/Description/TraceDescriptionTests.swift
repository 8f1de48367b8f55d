import Serving
import Testing
import Workloads

@testable import Studies

/// Five requests at 0, 1, 1, 3 and 15 seconds.
private let small = Trace(
  requests: zip([0, 1, 1, 3, 15], 1...5).map { second, number in
    Request(
      arrival: second * 1_000_000_000, promptTokens: 10 * number, outputTokens: 6 - number)
  })

private func described(_ trace: Trace) -> TraceDescription {
  TraceDescription(LoadedTrace(trace: trace, formatName: "native", notes: []))
}

@Suite struct `The description of a trace` {
  /// Gaps of 1, 0, 2 and 12 s have the mean 3.75 s and the variance 92.75 / 4 s².
  @Test func `tells how uneven gaps are`() throws {
    let arrivals = try #require(described(small).arrivals)
    #expect(arrivals.span == 15_000_000_000 && arrivals.rate == 4.0 / 15)
    let variation = try #require(arrivals.gapVariation)
    #expect(abs(variation - (92.75 / 4).squareRoot() / 3.75) < 1e-12)
    #expect(arrivals.longestGap == 12_000_000_000)
    #expect(arrivals.instants == 4 && arrivals.largestBatch == 2)
  }

  /// In seconds: 16 windows, four of which hold 1, 2, 1 and 1, so that the mean is 5/16 and the
  /// variance 7/16 - 25/256. In tens: 4 and 1, around 2.5. In minutes: one window.
  @Test func `tells how uneven counts are, the last window cut short`() throws {
    let windows = try #require(described(small).arrivals).windows
    #expect(windows.map(\.most) == [2, 4, 5])
    let expected = [(7.0 / 16 - 25.0 / 256) / (5.0 / 16), 0.9, 0]
    for (window, value) in zip(windows, expected) {
      #expect(abs(window.dispersion - value) < 1e-12)
    }
  }

  /// Ranks 2, 3.6 and 3.96 of the prompts 10 to 50; outputs fall as prompts rise.
  @Test func `tells quantiles and how lengths go together`() {
    let description = described(small)
    let prompts = description.prompts
    #expect(prompts.mean == 30 && prompts.deviation == 200.0.squareRoot())
    #expect([50, 90, 99].map(prompts.percentile) == [30, 46, 49.6])
    #expect(prompts.least == 10 && prompts.greatest == 50)
    #expect(description.outputs.percentile(25) == 2)
    #expect(abs((description.correlation ?? 0) + 1) < 1e-12)
    #expect(description.totals.greatest == 51 && description.totals.least == 15)
  }

  @Test func `has no correlation where lengths are all alike, and no rate at one instant`() {
    let alike = Trace(
      requests: (1...3).map { Request(arrival: 7, promptTokens: $0, outputTokens: 4) })
    let description = described(alike)
    #expect(description.correlation == nil && description.arrivals?.rate == nil)
    #expect(description.arrivals?.gapVariation == nil)
    #expect(description.arrivals?.windows.map(\.dispersion) == [0, 0, 0])
  }

  /// A session of three requests over 6 s with gaps of 1 and 5 s, one of a single request.
  @Test func `tells of sessions`() throws {
    let trace = Trace(
      requests: [0, 1, 2, 6, 9].map {
        Request(arrival: $0 * 1_000_000_000, promptTokens: 5, outputTokens: 5)
      }, columns: Columns(sessions: ["a", "a", "b", "a", ""]))
    let sessions = try #require(described(trace).sessions)
    #expect(sessions.requests.count == 2 && sessions.outside == 1)
    #expect(sessions.requests.greatest == 3 && sessions.requests.mean == 2)
    #expect(sessions.spans.greatest == 6_000_000_000)
    #expect(sessions.gaps?.mean == 3e9 && sessions.gaps?.count == 2)
    #expect(described(small).sessions == nil)
  }

  @Test func `counts each oddity`() {
    let second = 1_000_000_000
    let trace = Trace(
      requests: [(0, 20), (0, 20), (second, 40), (3 * second, 40), (4 * second, 40)].map {
        Request(arrival: $0.0, promptTokens: $0.1, outputTokens: 1)
      },
      columns: Columns(
        prefixHashes: [[1, 2], [1, 2], [1, 2, 3, 4], [1, 9, 3, 8], []], prefixBlockTokens: 10))
    let counts = described(trace).oddities.reduce(into: [:]) { $0[$1.name] = $1.count }
    // Two at 0 s alike; seconds of which one is left out; a shared third block behind a second that
    // is not; a request without hashes, which fits blocks of any size.
    #expect(
      counts == [
        "tied": 1, "on_coarse_grid": 5, "repeated": 1, "one_token_outputs": 5, "longest_outputs": 5,
        "without_hashes": 1, "unchained_hashes": 1,
      ])
    #expect(
      described(small).oddities.map(\.name) == ["tied", "on_coarse_grid", "one_token_outputs"])
  }

  @Test func `names every figure once`() {
    let names = described(small).values.map(\.column)
    #expect(Set(names).count == names.count && names.first == "requests_total")
  }
}
