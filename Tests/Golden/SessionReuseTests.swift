import Formats
import Foundation
import Schedulers
import Serving
import Support
import Testing
import Workloads

private let folder = Repository.shared.appending(path: "traces/kv-cache-tester/traces").path

@Suite(
  .enabled(if: FileManager.default.fileExists(atPath: folder), "needs ../shared/traces"))
struct `Claude Code's sessions of kv-cache-tester` {
  /// The sessions, and the share of their prompts that is reused.
  private static let sessions = Result {
    let given = ["zero-tokens": "one", "sub-agents": "drop"]
    let reading = try TraceReading { name in
      given[name].map { GivenValue(source: name, text: $0) }
    }
    let loaded = try TraceFile.read(folder, reading)
    var replay = SessionReplay()
    replay.mode = .closed
    replay.thinkTime = 1_000_000_000
    return (
      recorded: loaded.trace.columns.waits?.areRecorded, replayed: try replay.applied(to: loaded),
      hitRate: PrefixReuse(loaded.trace).hitRate
    )
  }

  /// The published 0.9616 (README of the traces) is of the sessions without their agents, and of
  /// whole blocks of 64 tokens; an engine computes the last token of a prompt, and so the block of
  /// one that is in the cache whole. Answers, which no hash names, are cut.
  @Test(arguments: ["vllm-0.11", "vllm-0.33", "sglang"])
  func `find 0.9616 of their prompts in a cache that keeps everything`(_ name: String) throws {
    let sessions = try Self.sessions.get()
    #expect(sessions.recorded == true)
    let loaded = sessions.replayed
    let requests = loaded.trace.requests.map {
      Request(
        arrival: $0.arrival, promptTokens: $0.promptTokens, outputTokens: min($0.outputTokens, 2))
    }
    let engine = try Schedulers.engine(
      name, EngineSetting(maxModelLen: 1_000_000, headSize: 128, isLargeGPU: true, blockSize: 64))
    var rules = engine.rules
    rules.memory.blocks = 2_000_000
    rules.limits.maxNumBatchedTokens = 1 << 20
    var simulation = Simulation(
      Trace(requests: requests, columns: loaded.trace.columns), rules: rules,
      scheduler: engine.scheduler, cost: LinearCost())
    let timeline = try simulation.run()
    #expect(timeline.records.allSatisfy { $0.isCompleted })
    let tokens = requests.reduce(0) { $0 + $1.promptTokens }
    let share = Double(timeline.cachedTokens) / Double(tokens)
    #expect(abs(share - sessions.hitRate) < 1e-4)
    #expect(abs(share - 0.9616) < 1e-4)
  }
}
