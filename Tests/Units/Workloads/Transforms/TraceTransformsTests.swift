import Serving
import Testing

@testable import Formats
@testable import Workloads

private let second: Nanoseconds = 1_000_000_000

/// Six requests at 10, 10, 13, 13, 13 and 16 s, with prompts of 10 to 60 tokens in blocks of 10.
private let trace = Trace(
  requests: zip([10, 10, 13, 13, 13, 16], 1...6).map { at, number in
    Request(arrival: at * second, promptTokens: 10 * number, outputTokens: number)
  },
  columns: Columns(
    labels: (1...6).map(String.init), sessions: ["a", "b", "a", "b", "a", ""],
    prefixHashes: PrefixHashes((1...6).map { Array(repeating: 7, count: $0) }),
    prefixBlockTokens: 10))

/// `trace` with what `given` sets, by the names of settings.
private func transformed(
  _ given: [String: String], of trace: Trace = trace, hasArrivals: Bool = true, seed: UInt64 = 1
) throws -> LoadedTrace {
  var transforms = TraceTransforms()
  try TraceTransforms.settings.set(in: &transforms) { name in
    given[name].map { GivenValue(source: "--\(name)", text: $0) }
  }
  var loaded = LoadedTrace(trace: trace, formatName: "native", notes: [])
  loaded.hasArrivals = hasArrivals
  return try transforms.applied(to: loaded, seed: seed)
}

private func refusal(_ given: [String: String], hasArrivals: Bool = true) -> InputError? {
  do {
    _ = try transformed(given, hasArrivals: hasArrivals)
    return nil
  } catch {
    return error as? InputError
  }
}

@Suite struct `A transform of a trace` {
  @Test func `is none where nothing is asked for`() throws {
    #expect(try transformed([:]).trace == trace && transformed([:]).notes == [])
  }

  /// Times count from the first arrival, at 10 s; what is taken starts anew at the window's start.
  @Test(arguments: [
    ("0..3", [1, 2], [0, 0]), ("2..6", [3, 4, 5], [1, 1, 1]), ("3..", [3, 4, 5, 6], [0, 0, 0, 3]),
    ("..0.5", [1, 2], [0, 0]),
  ])
  func `cuts a window out of it`(window: String, numbers: [Int], seconds: [Int]) throws {
    let loaded = try transformed(["window": window])
    #expect(loaded.trace.requests.map(\.outputTokens) == numbers)
    #expect(loaded.trace.requests.map(\.arrival) == seconds.map { $0 * second })
    #expect(loaded.notes == ["\(numbers.count) of 6 requests arrive in the window"])
  }

  @Test(arguments: [
    ("prompt<=30", [1, 2, 3]), ("prompt>10 and output<4", [2, 3]), ("total=44", [4]),
    ("session=a", [1, 3, 5]), ("session!=a and output >= 4", [4, 6]),
    ("output!=3", [1, 2, 4, 5, 6]),
  ])
  func `takes what meets conditions`(filter: String, numbers: [Int]) throws {
    let loaded = try transformed(["filter": filter])
    #expect(loaded.trace.requests.map(\.outputTokens) == numbers)
    #expect(loaded.trace.columns.labels == numbers.map(String.init))
    #expect(loaded.notes == ["\(numbers.count) of 6 requests pass the filter"])
  }

  @Test func `takes the first of those that are left`() throws {
    let loaded = try transformed(["filter": "output>2", "limit": "2", "window": "0..4"])
    #expect(loaded.trace.requests.map(\.outputTokens) == [3, 4])
  }

  /// A prompt that is cut keeps the hashes of its full blocks, which the others keep all.
  @Test func `cuts lengths, with the hashes of what is cut off`() throws {
    let loaded = try transformed(["clip-prompt": "35", "clip-output": "2"])
    #expect(loaded.trace.requests.map(\.promptTokens) == [10, 20, 30, 35, 35, 35])
    #expect(loaded.trace.requests.map(\.outputTokens) == [1, 2, 2, 2, 2, 2])
    #expect(loaded.trace.columns.prefixHashes?.map(\.count) == [1, 2, 3, 3, 3, 3])
    #expect(loaded.notes == ["3 prompts and 4 outputs were cut to the limits"])
  }

  /// The trace lasts 6 s with gaps of 1.2 s on average, so that it begins again after 7.2 s.
  @Test func `draws requests with all that is known, at the trace's own times over and over`()
    throws
  {
    let sample = try transformed(["resample": "9"]).trace
    let times = [10, 10, 13, 13, 13, 16].map { $0 * second }
    #expect(sample.requests.map(\.arrival) == times + times[..<3].map { $0 + 7_200_000_000 })
    for (row, request) in sample.requests.enumerated() {
      #expect(request.promptTokens == 10 * request.outputTokens)
      #expect(sample.columns.prefixHashes?[row].count == request.outputTokens)
      #expect(sample.columns.sessions?[row] == trace.columns.sessions?[request.outputTokens - 1])
    }
    #expect(sample.columns.labels == nil)
    let many = try transformed(["resample": "60000"]).trace.requests
    for number in 1...6 {
      let count = many.count { $0.outputTokens == number }
      #expect(abs(count - 10_000) < 400, "four deviations of a binomial count")
    }
    #expect(try transformed(["resample": "60000"]).trace.requests == many)
  }

  /// The grid has steps of 3 s; the last slot is as long as the others.
  @Test func `spreads what came at one instant over its slot, in order`() throws {
    let spread = try transformed(["spread": "auto"])
    #expect(spread.trace.requests.map(\.outputTokens) == [1, 2, 3, 4, 5, 6])
    for (request, before) in zip(spread.trace.requests, trace.requests) {
      #expect((0..<3 * second).contains(request.arrival - before.arrival))
    }
    #expect(Set(spread.trace.requests.map(\.arrival)).count == 6)
    let short = try transformed(["spread": "0.5"]).trace.requests
    for (request, before) in zip(short, trace.requests) {
      #expect((0..<second / 2).contains(request.arrival - before.arrival))
    }
    #expect(try transformed(["spread": "auto"], seed: 2).trace != spread.trace)
  }

  @Test(arguments: [
    (["window": "5..5"], "the window is empty"), (["window": "5"], "is no window"),
    (["window": "2..3"], "no request is left"), (["window": "a..3"], "not a number"),
    (["filter": "prompt"], "is no condition"), (["filter": "size<3"], "no quantity"),
    (["filter": "prompt<x"], "not a whole number"), (["filter": "session<a"], "no number"),
    (["filter": "prompt>60"], "no request is left"), (["clip-prompt": "0"], "too small"),
    (["resample": "0"], "too small"), (["spread": "0"], "too small"),
  ])
  func `is refused where it cannot be`(given: [String: String], words: String) {
    let error = refusal(given)
    #expect(error?.problem.contains(words) == true, "\(error as Any)")
    #expect(error?.remedy.isEmpty == false && error?.source.hasPrefix("--") == true)
  }

  @Test(arguments: [["window": "0..1"], ["spread": "auto"], ["spread": "1"]])
  func `of times is refused where there are none`(given: [String: String]) {
    #expect(refusal(given, hasArrivals: false)?.problem.contains("no arrivals") == true)
  }
}

@Suite struct `A grid of times` {
  private func grid(_ times: [Nanoseconds]) -> TimeGrid? {
    TimeGrid(times.map { Request(arrival: $0, promptTokens: 1, outputTokens: 1) })
  }

  /// Mooncake's clock ticks every 3 s, give or take a millisecond, with many requests a tick.
  @Test func `has the step that its clock has, though it trembles`() {
    let times = [0, 0, 2_999, 2_999, 5_999, 5_999, 9_000, 12_000, 12_000].map { $0 * 1_000_000 }
    #expect(grid(times)?.step == 3 * second && grid(times)?.instants == 5)
  }

  /// BurstGPT's has whole seconds, seldom with two requests.
  @Test func `is seen where all times are whole`() {
    #expect(grid([0, 5, 6, 9].map { $0 * second })?.step == second)
  }

  @Test func `is none of fine times, of even ones, or of one instant`() {
    #expect(grid([0, 1, 5, 12, 13]) == nil)
    #expect(grid([0, 5, 10].map { $0 * second }) == nil)
    #expect(grid([7, 7, 7]) == nil && grid([]) == nil)
  }
}

@Suite struct `What is said of how a trace is read` {
  private let rows = "arrival_s,prompt_tokens,output_tokens\n0,5,0\n1,0,3\n2,0,0\n3,4,2\n"

  private func load(_ text: String, _ given: [String: String]) throws -> LoadedTrace {
    let reading = try TraceReading { name in
      given[name].map { GivenValue(source: "--\(name)", text: $0) }
    }
    return try TraceFile.parse(Array(text.utf8), source: "trace", as: nil, reading)
  }

  @Test func `keeps or drops what has no tokens, and counts it`() throws {
    let dropped = try load(rows, ["zero-tokens": "drop"])
    #expect(try dropped == load(rows, [:]))
    #expect(dropped.trace.count == 1)
    #expect(
      dropped.notes == ["2 rows dropped: no output tokens", "1 row dropped: no prompt tokens"])
    let kept = try load(rows, ["zero-tokens": "one"])
    #expect(kept.trace.requests.map(\.promptTokens) == [5, 1, 1, 4])
    #expect(kept.trace.requests.map(\.outputTokens) == [1, 3, 1, 2])
    #expect(
      kept.notes == [
        "2 rows without output tokens kept, with one", "1 row without prompt tokens kept, with one",
      ])
  }

  /// A session with a request, an agent's two, and another of its own.
  private let session = """
    {"id": "s", "block_size": 64, "requests": [{"t": 0, "in": 70, "out": 1, "hash_ids": [1]},
    {"t": 1, "type": "subagent", "requests": [{"t": 0, "in": 65, "out": 2, "hash_ids": [5]},
    {"t": 2, "in": 66, "out": 3, "hash_ids": [6]}]},
    {"t": 9, "in": 130, "out": 4, "hash_ids": [1, 2]}]}
    """

  @Test func `leaves out the requests of agents that a session started`() throws {
    #expect(try load(session, [:]).trace.requests.map(\.outputTokens) == [1, 2, 3, 4])
    let loaded = try load(session, ["sub-agents": "drop"])
    #expect(loaded.trace.requests.map(\.outputTokens) == [1, 4])
    let hashes = try #require(loaded.trace.columns.prefixHashes)
    #expect(hashes.map(\.count) == [1, 2] && hashes[0].first == hashes[1].first)
    #expect(loaded.notes.contains("2 requests of sub-agents were left out"))
  }

  @Test func `is refused where the format has no such thing`() {
    #expect {
      try load(rows, ["sub-agents": "drop"])
    } throws: {
      "\($0)" == "--sub-agents: the format native tells of no sub-agents; leave it out; weka does"
    }
  }
}
