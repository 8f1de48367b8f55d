import Metrics
import Serving
import Testing

@testable import Studies

@Suite struct `Rollouts in waves` {
  private static func answers(_ count: Int = 96) throws -> Trace {
    try chat(count, rate: 1)
  }

  private func waves(_ size: Int, _ end: Rollout.End, of trace: Trace) throws -> [Rollout.Wave] {
    try Rollout(size: size, end: end).waves(of: trace, on: deployment().service("vllm"))
  }

  @Test(arguments: [
    Rollout.End.all, .done(8), .done(24), .tokens(2000), .tokens(1), .cut(64), .cut(1),
  ])
  func `lose no answer, and make no token twice`(_ end: Rollout.End) throws {
    let trace = try Self.answers(40)
    let waves = try waves(32, end, of: trace)
    #expect(waves.reduce(0) { $0 + $1.finished } == 40)
    #expect(waves.reduce(0) { $0 + $1.tokens } == trace.requests.reduce(0) { $0 + $1.outputTokens })
    #expect(waves.allSatisfy { $0.refused == 0 && $0.duration > 0 && $0.answers <= 32 })
    #expect(waves[0].carried == 0 && waves[0].offPolicyTokens == 0)
    for (wave, next) in zip(waves, waves.dropFirst()) {
      #expect(next.carried == wave.answers - wave.finished)
    }
  }

  @Test func `that all end are a replay of requests at one instant`() throws {
    let trace = try Self.answers(32)
    let wave = try waves(32, .all, of: trace)
    let backlog = trace.arriving(at: Array(repeating: 0, count: 32))
    let replay = try deployment().service("vllm").replay(backlog)
    #expect(wave.count == 1 && wave[0].duration == replay.timeline.end)
  }

  /// APRIL with no more answers than have to be done is the synchronous run.
  @Test func `that end when as many are done as there are end with the last`() throws {
    let trace = try Self.answers()
    #expect(try waves(24, .done(24), of: trace) == waves(24, .all, of: trace))
  }

  /// With room for all, nothing that is left out later delays the first N of 2N.
  @Test func `that end when half are done take as long as the half that is done first`() throws {
    let trace = try Self.answers(64)
    let wave = try waves(64, .done(32), of: trace)[0]
    let replay = try deployment().service("vllm")
      .replay(trace.arriving(at: Array(repeating: 0, count: 64)))
    let ends = replay.timeline.records.map(\.finish).sorted()
    #expect(wave.duration == ends[31])
    #expect(wave.finished == ends.count { $0 <= ends[31] })
  }

  /// C3PO++: a wave ends with the first iteration that brings it to its budget.
  @Test func `that end at a budget of tokens make those and at most one an answer more`() throws {
    let waves = try waves(48, .tokens(3000), of: Self.answers())
    #expect(waves.count > 3)
    for wave in waves.dropLast() {
      #expect(wave.tokens >= 3000 && wave.tokens < 3000 + wave.answers)
    }
    let whole = try self.waves(48, .all, of: Self.answers())
    let longest = { (waves: [Rollout.Wave]) in waves.map(\.duration).max() ?? 0 }
    #expect(longest(waves) < longest(whole), "no wave waits for its longest answers")
    #expect(waves.contains { $0.offPolicyTokens > 0 })
  }

  /// Each answer takes as many waves as it has cuts, where all are under way at once.
  @Test func `that cut answers go on with them as often as it takes`() throws {
    let trace = try Self.answers(30)
    let waves = try waves(30, .cut(100), of: trace)
    let longest = trace.requests.map(\.outputTokens).max() ?? 0
    #expect(waves.count == (longest + 99) / 100)
    for (place, wave) in waves.enumerated() {
      #expect(wave.answers == trace.requests.count { $0.outputTokens > place * 100 })
    }
  }
}
