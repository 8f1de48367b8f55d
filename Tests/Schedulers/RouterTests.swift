import Schedulers
import Testing
import Workloads

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
    requests: example.trace.requests, sessions: rows.map { $0 % 5 == 0 ? "" : "s\($0 * $0 % 7)" },
    prefixHashes: rows.map { row in
      (0..<row % 4 * 2).map { UInt64(row % 3 * 100 + $0) }
    },
    priorities: example.trace.priorities)
}

@Suite struct `Whatever the router` {
  private func simulation(
    _ example: RandomCase, _ trace: Trace, _ entry: RouterEntry, _ replicas: Int, stages: Int = 1
  ) throws -> Simulation {
    var rules = example.rules
    rules.pipelineParallelSize = stages
    rules.sharesPrefixes = false
    return Simulation(
      trace, rules: rules, scheduler: try example.scheduler(), cost: example.cost,
      replicas: replicas, router: router(entry, trace, replicas), recordsIterations: true)
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
        let part = Trace(
          requests: rows.map { trace.requests[$0] },
          priorities: trace.priorities.map { priorities in rows.map { priorities[$0] } })
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

@Suite struct `The routers` {
  private static let burst = Trace(
    requests: Array(
      repeating: Request(arrival: 0, promptTokens: 10, outputTokens: 5), count: 1000))

  private static func split(_ name: String, _ trace: Trace, _ replicas: Int) throws -> [Int] {
    var router = router(try Routers.named(name), trace, replicas)
    var counts = Array(repeating: 0, count: replicas)
    for row in trace.requests.indices {
      let tokens = trace.requests[row].promptTokens
      counts[router.route(RoutedRequest(RequestID(row), promptTokens: tokens))] += 1
    }
    return counts
  }

  @Test(arguments: ["round-robin", "least-requests", "least-tokens"], [3, 16, 200])
  func `split a burst evenly where they count or take turns`(
    _ name: String, replicas: Int
  ) throws {
    let counts = try Self.split(name, Self.burst, replicas)
    #expect(counts.max()! - counts.min()! <= 1)
  }

  /// Drawn at random, a thousand requests on 16 replicas leave some with 20 more than others.
  @Test func `that choose the better of two come close`() throws {
    let counts = try Self.split("power-of-two", Self.burst, 16)
    #expect(counts.max()! - counts.min()! <= 6)
    #expect(Set(counts).count > 1)
  }

  @Test func `that count requests never pass over a replica with fewer`() {
    var random = SplitMix(state: 11)
    var router = LeastRequests(replicas: 7)
    var open = Array(repeating: [RequestID](), count: 7)
    for row in 0..<5000 {
      let chosen = router.route(RoutedRequest(RequestID(row), promptTokens: 1))
      #expect(open.allSatisfy { open[chosen].count <= $0.count })
      open[chosen].append(RequestID(row))
      let other = Int.random(in: 0..<7, using: &random)
      if Bool.random(using: &random), let id = open[other].popLast() {
        router.noteEnd(of: RoutedRequest(id, promptTokens: 1), on: other)
      }
    }
  }

  /// Prompts of all lengths: what is open never differs by more than the longest.
  @Test func `that count tokens keep within the longest prompt`() {
    var random = SplitMix(state: 12)
    var router = LeastTokens(replicas: 5)
    var tokens = Array(repeating: 0, count: 5)
    for row in 0..<2000 {
      let prompt = Int.random(in: 1...900, using: &random)
      tokens[router.route(RoutedRequest(RequestID(row), promptTokens: prompt))] += prompt
      #expect(tokens.max()! - tokens.min()! <= 900)
    }
  }

  @Test func `that stick to sessions send each to one replica`() throws {
    let rows = 0..<300
    let trace = Trace(
      requests: rows.map { _ in Request(arrival: 0, promptTokens: 1, outputTokens: 1) },
      sessions: rows.map { $0 % 10 == 0 ? "" : String($0 % 13) })
    var router = router(try Routers.named("session"), trace, 4)
    var homes: [String: Set<Int>] = [:]
    for row in rows {
      let replica = router.route(RoutedRequest(RequestID(row), promptTokens: 1))
      homes[trace.sessions![row], default: []].insert(replica)
    }
    #expect(homes.allSatisfy { $0.key.isEmpty || $0.value.count == 1 })
    #expect(Set(homes.filter { !$0.key.isEmpty }.values).count == 4)
  }

  @Test func `that go by prefixes follow them, unless little matches or a replica is swamped`() {
    func hashes(_ family: Int, _ own: Int) -> [UInt64] {
      [UInt64(family), UInt64(family + 1), UInt64(family * 1000 + own)]
    }
    let families = (0..<200).map { hashes($0 < 100 ? 10 : 20, $0) }
    var router = PrefixAffinity(replicas: 2, hashes: families + [[10, 5, 6, 7, 8]], blocks: 900)
    func route(_ row: Int) -> Int {
      router.route(RoutedRequest(RequestID(row), promptTokens: 1))
    }
    let first = (0..<64).map { route($0) }
    #expect(Set(first) == [0])
    // The least loaded gets what is new, and what is known only to a fifth.
    #expect(route(100) == 1)
    #expect(route(200) == 1)
    // One more than 64 beyond the other's two, and it has enough.
    #expect((64..<68).map { route($0) } == [0, 0, 0, 1])
  }

  @Test func `forget what was used the longest ago, from the end`() {
    var table = AffinityTable(capacity: 4)
    table.note([1, 2, 3], on: 0)
    table.note([1, 5], on: 1)
    #expect(table.count == 4)
    #expect(table.longestMatch([1, 2, 3])! == (3, 0))
    table.note([1, 6], on: 2)
    #expect(table.longestMatch([1, 2, 3])! == (2, 0))
    #expect(table.longestMatch([1, 9])! == (1, 2))
    #expect(table.longestMatch([9, 1]) == nil)
    #expect(table.longestMatch([]) == nil)
  }

  @Test func `that need what a trace lacks say so`() throws {
    #expect(throws: InputError.self) { try Routers.named("session").check(Self.burst) }
    #expect(throws: InputError.self) { try Routers.named("prefix").check(Self.burst) }
    #expect(throws: InputError.self) { try Routers.named("round-robn") }
    for name in ["round-robin", "least-requests", "least-tokens", "power-of-two"] {
      try Routers.named(name).check(Self.burst)
    }
  }
}

@Suite struct `A tree of keys` {
  @Test(arguments: [1, 2, 3, 7, 8, 200])
  func `knows the least and the lowest place of it`(count: Int) {
    var random = SplitMix(state: UInt64(count))
    var keys = Array(repeating: Int.max, count: count)
    var tree = MinimumTree(Int.max, count: count)
    for _ in 0..<500 {
      let place = Int.random(in: 0..<count, using: &random)
      keys[place] = Int.random(in: 0..<9, using: &random)
      tree[place] = keys[place]
      #expect(tree.least == keys.min()! && tree.place == keys.firstIndex(of: keys.min()!))
    }
  }
}
