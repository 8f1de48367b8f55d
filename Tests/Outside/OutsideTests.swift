import Control
import Costs
import Metrics
import Reporting
import Schedulers
import Serving
import Studies
import Testing

/// Every replica's requests go to the last of them.
private struct AlwaysLast: Router {
  let replicas: Int

  mutating func route(_ request: RoutedRequest) -> Int { replicas - 1 }
}

/// An iteration takes a microsecond a token.
private struct MicrosecondPerToken: CostModel {
  func seconds(for batch: borrowing Batch) -> Double { Double(batch.tokens) * 1e-6 }
}

@Suite struct `From another package` {
  /// A long prompt and a short one behind it, at once.
  private static let trace = Trace(
    requests: [6000, 100].map { Request(arrival: 0, promptTokens: $0, outputTokens: 3) })

  private static func deployment() throws -> Deployment {
    Deployment(model: try Models.named("llama-3-8b"), gpu: try GPUs.named("h100-sxm"))
  }

  /// The budget of 4,096 tokens holds the short prompt and most of the long one; or, in order of
  /// arrival, a part of the long one alone, and the rest of both in the next iteration.
  @Test func `a scheduler is compared with those of the list`() throws {
    let deployment = try Self.deployment()
    let services = [
      try deployment.service(ShortestFirst.entry),
      try deployment.service("vllm-0.11:max-num-batched-tokens=4096"),
    ]
    let replays = try Comparison(Self.trace, services).run(jobs: 1) { $0 }.map { try $0.get() }
    let first = replays.map { $0.timeline.records.map(\.firstToken) }
    #expect(first[0][1] < first[0][0])
    #expect(first[1][1] == first[1][0])
    #expect(first[0][1] < first[1][1])
  }

  @Test func `a scheduler is shown beside those of the list`() throws {
    let trace = Self.trace
    let deployment = Deployment(
      model: try Models.named("llama-3-8b"), gpu: try GPUs.named("h100-sxm"))
    let services = try [deployment.service("vllm"), deployment.service(ShortestFirst.entry)]
    let runs = try Comparison(trace, services).run(jobs: 2) { $0.run }.map { try $0.get() }
    #expect(ComparisonTable.text(runs).contains("\nshortest-first "))
  }

  @Test func `a scheduler is held to the laws of all`() throws {
    let laws = try SchedulerLaws(of: ShortestFirst.entry, seeds: 0..<50)
    #expect(laws.violations == [])
    #expect(laws.preemptions > 0, "memory was short")
    // One that forgets about every request but the first stalls with the others.
    struct FirstAlone: Scheduler {
      mutating func plan(_ replica: inout Replica) {
        if let first = replica.waiting.first, replica.request(of: first) == RequestID(0) {
          let tokens = min(replica.tokensLeft(first), replica.tokensLeftInBudget)
          _ = replica.admit(first, computing: tokens)
        }
        replica.decodeAll()
      }
    }
    let broken = SchedulerEntry("first-alone", "The first.", reproduces: "no engine") { setting in
      ShortestFirst.entry.defaults(setting)
    } scheduler: {
      FirstAlone()
    }
    #expect(try !SchedulerLaws(of: broken, seeds: 0..<5).violations.isEmpty)
  }

  @Test func `a scheduler takes the options that the list's take`() throws {
    let service = try Self.deployment().service(
      ShortestFirst.entry, options: ["max-num-batched-tokens": "50", "block-size": "32"])
    #expect(service.engine.name == "shortest-first:max-num-batched-tokens=50,block-size=32")
    let iterations = try service.replay(Self.trace, observing: .iterations).timeline.iterations
    #expect(iterations.map { $0.decodes + $0.chunkTokens }.max() == 50)
    #expect(throws: (any Error).self) {
      try Self.deployment().service(ShortestFirst.entry, options: ["max-num-batched-token": "50"])
    }
  }

  @Test func `a router sends requests where it likes`() throws {
    var deployment = try Self.deployment()
    deployment.fleet.replicas = 3
    deployment.fleet.router = RouterEntry("always-last", "The last replica.") {
      AlwaysLast(replicas: $0.replicas)
    }
    let replay = try deployment.service(ShortestFirst.entry).replay(Self.trace)
    #expect(replay.timeline.servedBy == [2, 2])
  }

  /// 100 tokens of the short prompt and 3,996 of the long one; 2,004 more and a decode; two
  /// decodes; one.
  @Test func `a cost model prices what an engine plans`() throws {
    var rules = ShortestFirst.entry.defaults(
      EngineSetting(maxModelLen: 8192, headSize: 128, isLargeGPU: false))
    rules.memory.blocks = 1000
    var simulation = Simulation(
      Self.trace, rules: rules, scheduler: ShortestFirst(), cost: MicrosecondPerToken())
    let records = try simulation.run().records
    #expect(records.map(\.firstToken) == [6_101_000, 4_096_000])
    #expect(records.map(\.finish) == [6_104_000, 6_103_000])
  }
}
