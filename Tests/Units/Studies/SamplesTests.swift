import Formats
import Metrics
import Serving
import Testing
import Workloads

@testable import Studies

@Suite struct `Samples of a prompt` {
  private func sampled(_ trace: Trace, _ count: Int) throws -> Trace {
    try Samples(count).applied(to: LoadedTrace(trace: trace, formatName: "", notes: [])).trace
  }

  /// vLLM shares the full blocks in front of a prompt's last token: floor((P - 1) / b) of them, and
  /// each sample has the rest for itself.
  @Test(arguments: [(100, 6, 1), (96, 5, 1), (97, 6, 1), (15, 0, 1)])
  func `share its full blocks, and have the last by themselves`(
    prompt: Int, shared: Int, own: Int
  ) throws {
    let samples = 4
    let trace = try sampled(
      Trace(requests: [Request(arrival: 0, promptTokens: prompt, outputTokens: 1)]), samples)
    let replay = try deployment().service("vllm-0.33:async-scheduling=false")
      .replay(trace, observing: .iterations)
    #expect(replay.timeline.iterations.count == 1)
    #expect(replay.timeline.iterations[0].usedBlocks == shared + samples * own)
    #expect(replay.timeline.cachedTokens == (samples - 1) * shared * 16)
  }

  @Test func `are a session that ends with the last of them`() throws {
    let trace = try sampled(chat(20, rate: 2), 3)
    #expect(trace.count == 60 && trace.columns.labels?[4] == "1#1")
    let run = try deployment().service("vllm").replay(trace).run
    let sessions = try #require(run.metrics.sessions)
    #expect(sessions.count == 20 && sessions.completed == 20)
  }

  /// What follows waits for all, and its prompt begins as the first one and its answer.
  @Test func `are all waited for`() throws {
    var waits = Waits()
    waits.append()
    waits.append(after: [0], delay: 5)
    let trace = try sampled(
      Trace(
        requests: [
          Request(arrival: 0, promptTokens: 32, outputTokens: 17),
          Request(arrival: 9, promptTokens: 64, outputTokens: 2),
        ], columns: Columns(prefixHashes: [[1, 2, 3, 4], [1, 2, 3, 9]], waits: waits)), 2)
    let found = try #require(trace.columns.waits)
    #expect((0..<4).map { found[$0].map { Int($0) } } == [[], [], [0, 1], [0, 1]])
    #expect(trace.columns.prefixHashes == [[1, 2, 3, 4], [1, 2], [1, 2, 3, 9], [1, 2, 3, 9]])
  }

  @Test func `come together, at the rate of their prompts`() throws {
    let trace = try sampled(chat(50, rate: 2), 3)
    let rate = try #require(trace.meanRate)
    #expect(abs(rate - (try #require(chat(50, rate: 2).meanRate))) < 1e-9)
    let sent = try ArrivalProcess.poisson.arrivals(of: trace, rate: 5, seed: 1)
    let plain = try ArrivalProcess.poisson.arrivals(of: chat(50, rate: 2), rate: 5, seed: 1)
    #expect(
      sent.requests.map(\.arrival)
        == plain.requests.flatMap { [$0.arrival, $0.arrival, $0.arrival] })
  }
}

/// Multiverse: an answer that forks into branches, and goes on when all have ended.
@Suite struct `An answer with branches` {
  /// The bound is 1 / (s + (1 - s) / p) with a sequential share s and p branches of like length.
  /// What vLLM computes again where branches join, all but the first, Multiverse has; the time of
  /// that is left out.
  @Test(arguments: [(4, 0.2), (2, 0.5)])
  func `is as much faster than one without as Amdahl's law has it`(
    branches: Int, share: Double
  ) throws {
    let (prompt, whole) = (128, 3200)
    let ends = Int(Double(whole) * share) / 2
    let branch = (whole - 2 * ends) / branches
    var (requests, waits) = ([Request](), Waits())
    func add(_ prompt: Int, _ output: Int, after rows: [Int]) {
      requests.append(Request(arrival: 0, promptTokens: prompt, outputTokens: output))
      waits.append(after: rows)
    }
    add(prompt, ends, after: [])
    for _ in 0..<branches { add(prompt + ends, branch, after: [0]) }
    add(prompt + ends + branches * branch, ends, after: Array(1...branches))
    let loaded = LoadedTrace(
      trace: Trace(requests: requests, columns: Columns(waits: waits)), formatName: "", notes: [])
    var replay = SessionReplay()
    replay.mode = .closed
    let forked = try replay.applied(to: loaded).trace
    let service = try deployment().service("vllm")
    let plain = try service.replay(
      Trace(requests: [Request(arrival: 0, promptTokens: prompt, outputTokens: whole)]))
    let session = try #require(service.replay(forked).run.metrics.sessions?.completion?.mean)
    let again = try service.replay(
      Trace(
        requests: [Request(arrival: 0, promptTokens: (branches - 1) * branch, outputTokens: 1)]))
    let gain = plain.timeline.end.seconds / (session - again.timeline.end.seconds)
    let bound = 1 / (share + (1 - share) / Double(branches))
    #expect(abs(gain / bound - 1) < 0.02, "\(gain) of \(bound)")
  }
}
