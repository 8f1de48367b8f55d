import Schedulers
import Support
import Testing

@testable import Control
@testable import Serving

@Suite struct `Requests that wait for others` {
  /// The case's requests, about half of which wait for up to three earlier ones.
  private static func waiting(_ example: RandomCase) -> Trace {
    var random = SeededNumbers(state: UInt64(example.seed) &* 13 &+ 3)
    var waits = Waits()
    for row in 0..<example.trace.count {
      let isFree = row == 0 || Bool.random(using: &random)
      let rows = isFree ? [] : Set((0..<3).map { _ in Int.random(in: 0..<row, using: &random) })
      waits.append(
        after: rows.sorted(), delay: [0, 0, 1, 30_000_000].randomElement(using: &random)!)
    }
    var columns = example.trace.columns
    columns.waits = waits
    return Trace(requests: example.trace.requests, columns: columns)
  }

  private func simulation(
    _ example: RandomCase, _ trace: Trace, replicas: Int = 1, clients: Clients? = nil
  ) throws -> Simulation {
    Simulation(
      trace, rules: example.rules, scheduler: try example.scheduler(), cost: example.cost,
      replicas: replicas, router: LeastRequests(replicas: replicas), clients: clients,
      clientTimeout: example.timeout, observing: .iterations)
  }

  /// Neither before nor after: the delay is exact, whatever became of what was waited for.
  @Test(arguments: ReferencePolicy.allCases, [1, 3])
  func `are sent the moment their delay after the last of those has passed`(
    _ policy: ReferencePolicy, replicas: Int
  ) throws {
    for seed in 9300..<9340 {
      let plain = try RandomCase(policy, seed: seed)
      for example in [plain, plain.impatient] {
        let trace = Self.waiting(example)
        var closed = try simulation(example, trace, replicas: replicas)
        let records = try closed.run().records
        let sent = closed.arrivals
        let ends = records.indices.map { row in
          records[row].timeOut ?? (records[row].isCompleted ? records[row].finish : sent[row])
        }
        let waits = try #require(trace.columns.waits)
        for row in records.indices {
          let last = waits[row].map { ends[Int($0)] }.max()
          let due = last.map { $0 + (waits.delay(of: row) ?? 0) } ?? trace.requests[row].arrival
          try #require(sent[row] == due, "\(example), request \(row)")
        }
      }
    }
  }

  /// A closed loop differs from an open one in nothing but where the arrivals come from.
  @Test(arguments: ReferencePolicy.allCases, [1, 3])
  func `are served as if the arrivals that came out had been in the trace`(
    _ policy: ReferencePolicy, replicas: Int
  ) throws {
    for seed in 9400..<9430 {
      let example = try RandomCase(policy, seed: seed)
      let trace = Self.waiting(example)
      var closed = try simulation(example, trace, replicas: replicas)
      let timeline = try closed.run()
      let sent = closed.arrivals
      let rows = sent.indices.sorted { (sent[$0], $0) < (sent[$1], $1) }
      var free = trace.arriving(at: sent)
      #expect(free.requests.map(\.promptTokens) == rows.map { trace.requests[$0].promptTokens })
      free = Trace(
        requests: free.requests, columns: Columns(priorities: free.columns.priorities))
      var open = try simulation(example, free, replicas: replicas)
      let expected = try open.run()
      try #require(timeline.rows(at: rows).records == expected.records, "\(example)")
      try #require(timeline.iterations == expected.iterations, "\(example)")
      guard replicas == 1 else { continue }
      var reference = ReferenceEngine(
        free, rules: example.rules, policy: policy, cost: example.cost)
      let isFinished = reference.run()
      try #require(isFinished, "the reference engine stalls: \(example)")
      #expect(expected.records == reference.records, "\(example)")
    }
  }

  @Test(arguments: ReferencePolicy.allCases)
  func `in one chain without delays are a closed loop of one client`(
    _ policy: ReferencePolicy
  ) throws {
    for seed in 9500..<9520 {
      let example = try RandomCase(policy, seed: seed)
      var waits = Waits()
      let requests = example.trace.requests.map { request in
        Request(
          arrival: 0, promptTokens: request.promptTokens, outputTokens: request.outputTokens)
      }
      for row in requests.indices { waits.append(after: row == 0 ? [] : [row - 1]) }
      var columns = example.trace.columns
      var client = try simulation(
        example, Trace(requests: requests, columns: columns), clients: Clients(1))
      columns.waits = waits
      var chain = try simulation(example, Trace(requests: requests, columns: columns))
      let (expected, timeline) = (try client.run(), try chain.run())
      try #require(timeline.records == expected.records, "\(example)")
      #expect(timeline.iterations == expected.iterations, "\(example)")
      #expect(chain.arrivals == client.arrivals)
    }
  }

  /// As many sessions as clients, of requests that are all alike: who takes which does not matter.
  @Test func `in chains of like requests are a closed loop of a client a session`() throws {
    let example = try RandomCase(.vllm033, seed: 9600)
    let (sessions, turns) = (5, 7)
    let requests = Array(
      repeating: Request(arrival: 0, promptTokens: 90, outputTokens: 12), count: sessions * turns)
    var waits = Waits()
    for row in requests.indices { waits.append(after: row < sessions ? [] : [row - sessions]) }
    var client = try simulation(example, Trace(requests: requests), clients: Clients(sessions))
    var chains = try simulation(
      example, Trace(requests: requests, columns: Columns(waits: waits)))
    let (expected, timeline) = (try client.run(), try chains.run())
    #expect(timeline.records.map(\.finish).sorted() == expected.records.map(\.finish).sorted())
    #expect(timeline.iterations == expected.iterations)
  }

  /// The first turn comes at its own time; each that follows is later, for the answer before is.
  @Test(arguments: ReferencePolicy.allCases)
  func `are sent later by a slower server, which does the same work`(
    _ policy: ReferencePolicy
  ) throws {
    for seed in 9700..<9710 {
      let example = try RandomCase(policy, seed: seed)
      var waits = Waits()
      for row in 0..<example.trace.count {
        waits.append(after: row == 0 ? [] : [row - 1], delay: 3_000_000)
      }
      let trace = Trace(requests: example.trace.requests, columns: Columns(waits: waits))
      func serve(_ base: Double) throws -> (sent: [Nanoseconds], seen: Timeline) {
        var cost = LinearCost()
        cost.base = base
        var simulation = Simulation(
          trace, rules: example.rules, scheduler: try example.scheduler(), cost: cost)
        let timeline = try simulation.run()
        return (simulation.arrivals, timeline)
      }
      let (fast, slow) = (try serve(0.010), try serve(0.020))
      #expect(
        fast.seen.records.map(\.emittedTokens) == slow.seen.records.map(\.emittedTokens))
      for row in 1..<max(1, trace.count) {
        let isAnswered = fast.seen.records[..<row].contains(where: \.isCompleted)
        #expect(isAnswered ? fast.sent[row] < slow.sent[row] : fast.sent[row] == slow.sent[row])
      }
    }
  }

  /// A session takes what its answers take, part by part, and what lies between them.
  @Test(arguments: ReferencePolicy.allCases)
  func `in a chain take what their answers and the delays between them take`(
    _ policy: ReferencePolicy
  ) throws {
    for seed in 9800..<9820 {
      let example = try RandomCase(policy, seed: seed)
      var waits = Waits()
      let requests = example.trace.requests.filter(example.rules.canServe)
      for row in requests.indices { waits.append(after: row == 0 ? [] : [row - 1], delay: row * 7) }
      if requests.isEmpty { continue }
      var simulation = Simulation(
        Trace(requests: requests, columns: Columns(waits: waits)), rules: example.rules,
        scheduler: try example.scheduler(), cost: example.cost, observing: .attribution)
      let timeline = try simulation.run()
      let answers = timeline.attributions.reduce(0) { $0 + $1.total }
      let between = requests.indices.reduce(0) { $0 + $1 * 7 }
      let last = try #require(timeline.records.last)
      #expect(last.finish - simulation.arrivals[0] == answers + between, "\(example)")
    }
  }

  /// One is sent at its arrival or, where as many are under way, when one of those ends, in order.
  @Test(arguments: ReferencePolicy.allCases, [1, 3])
  func `or for room among those under way are sent as soon as there is some`(
    _ policy: ReferencePolicy, replicas: Int
  ) throws {
    for seed in 9850..<9880 {
      let example = try RandomCase(policy, seed: seed)
      let count = 1 + seed % 5
      var clients = Clients(count)
      clients.keepsArrivals = true
      var bound = try simulation(example, example.trace, replicas: replicas, clients: clients)
      let records = try bound.run().records
      var free = Array(repeating: 0, count: count)
      for (row, request) in example.trace.requests.enumerated() {
        let place = free.indices.min { free[$0] < free[$1] }!
        let sent = max(request.arrival, free[place])
        try #require(bound.arrivals[row] == sent, "\(example), request \(row)")
        free[place] = records[row].isCompleted ? records[row].finish : sent
      }
      clients.count = 1000
      var wide = try simulation(example, example.trace, replicas: replicas, clients: clients)
      var open = try simulation(example, example.trace, replicas: replicas)
      #expect(try wide.run().records == open.run().records)
    }
  }
}
