import Schedulers
import Support
import Testing
import Workloads

@testable import Control
@testable import Formats
@testable import Serving

/// A router over `replicas` for `trace`, with a cache of a thousand tokens a replica to go by.
private func router(_ entry: RouterEntry, _ trace: Trace, _ replicas: Int) -> any Router {
  entry.router(
    RouterSetting(
      trace, replicas: replicas, cachedTokens: 1000 * replicas,
      random: RandomStream(seed: 3, named: "router")))
}

/// The case's trace with a few sessions and prompts that begin alike, so that any router can serve.
private func labelled(_ example: RandomCase) -> Trace {
  let rows = example.trace.requests.indices
  return Trace(
    requests: example.trace.requests,
    columns: Columns(
      sessions: rows.map { $0 % 5 == 0 ? "" : "s\($0 * $0 % 7)" },
      prefixHashes: PrefixHashes(
        rows.map { row in (0..<row % 4 * 2).map { UInt64(row % 3 * 100 + $0) } }),
      priorities: example.trace.columns.priorities))
}

@Suite struct `Whatever the router` {
  private func simulation(
    _ example: RandomCase, _ trace: Trace, _ entry: RouterEntry, _ replicas: Int, stages: Int = 1
  ) throws -> Simulation {
    // What is average is so of the whole trace, whoever serves which part.
    var rules = example.rules.withAverageLengths(of: example.trace.requests)
    rules.limits.pipelineParallelSize = stages
    rules.memory.sharesPrefixes = false
    return Simulation(
      trace, rules: rules, scheduler: try example.scheduler(), cost: example.cost,
      replicas: replicas, router: router(entry, trace, replicas), observing: .iterations)
  }

  @Test(arguments: Routers.all.map(\.name), [1, 2])
  func `each replica serves what it is sent as it would alone`(
    _ name: String, stages: Int
  ) throws {
    let entry = try Routers.named(name)
    for (seed, policy) in zip(7000..., ReferencePolicy.allCases + ReferencePolicy.allCases)
    where policy != .splitfuse || stages == 1 {
      let example = try RandomCase(policy, seed: seed)
      let trace = labelled(example)
      let replicas = seed % 5 + 2
      var together = try simulation(example, trace, entry, replicas, stages: stages)
      let timeline = try together.run()
      for replica in 0..<replicas {
        let rows = trace.requests.indices.filter { timeline.servedBy[$0] == replica }
        let part = trace.rows(at: rows)
        var alone = try simulation(example, part, Routers.all[0], 1, stages: stages)
        let expected = try alone.run()
        #expect(rows.map { timeline.records[$0] } == expected.records, "\(example), \(replica)")
        let iterations = timeline.iterations.filter { $0.replica == replica }
        #expect(iterations.map(\.end) == expected.iterations.map(\.end), "\(example)")
      }
    }
  }

  @Test(arguments: Routers.all.map(\.name))
  func `one replica serves the same`(_ name: String) throws {
    let example = try RandomCase(.sarathi, seed: 7100)
    let trace = labelled(example)
    var plain = try simulation(example, trace, Routers.all[0], 1)
    var routed = try simulation(example, trace, Routers.named(name), 1)
    #expect(try plain.run() == routed.run())
  }

  @Test(arguments: Routers.all.map(\.name), [2, 256])
  func `the same workload is spread the same way twice`(_ name: String, replicas: Int) throws {
    let example = try RandomCase(.vllm011, seed: 7200)
    let trace = labelled(example)
    var one = try simulation(example, trace, Routers.named(name), replicas)
    var two = try simulation(example, trace, Routers.named(name), replicas)
    #expect(try one.run() == two.run())
  }

  /// Sixteen copies of every request, dealt in turn, are sixteen times the same day.
  @Test func `sixteen replicas at sixteen times the load have the latencies of one`() throws {
    for seed in 7300..<7310 {
      let example = try RandomCase(.sarathi, seed: seed)
      let copies = Trace(
        requests: example.trace.requests.flatMap { Array(repeating: $0, count: 16) })
      var one = try simulation(example, example.trace, Routers.all[0], 1)
      var many = try simulation(example, copies, Routers.all[0], 16)
      let expected = try one.run().records.flatMap { Array(repeating: $0, count: 16) }
      #expect(try many.run().records == expected)
    }
  }
}
