import Schedulers
import Support
import Testing

@testable import Control
@testable import Serving

@Suite struct `Clients that wait for their answers` {
  private func simulation(
    _ example: RandomCase, _ trace: Trace, _ clients: Clients?, replicas: Int = 1
  ) throws -> Simulation {
    Simulation(
      trace, rules: example.rules, scheduler: try example.scheduler(), cost: example.cost,
      replicas: replicas, router: LeastRequests(replicas: replicas), clients: clients,
      observing: .iterations)
  }

  private static func clients(_ seed: Int) -> Clients {
    var random = SeededNumbers(state: UInt64(seed))
    return Clients(
      Int.random(in: 1...12, using: &random),
      thinkTime: [0, 0, 1, 70_000_000].randomElement(using: &random)!,
      stagger: [0, 0, 10_000_000].randomElement(using: &random)!)
  }

  /// A closed loop differs from an open one in nothing but where the arrivals come from.
  @Test(arguments: ReferencePolicy.allCases, [1, 3])
  func `are served as if the arrivals that they made had been in the trace`(
    _ policy: ReferencePolicy, replicas: Int
  ) throws {
    for seed in 8000..<8040 {
      let example = try RandomCase(policy, seed: seed)
      var closed = try simulation(
        example, example.trace, Self.clients(seed), replicas: replicas)
      let timeline = try closed.run()
      let replayed = example.trace.arriving(at: closed.arrivals)
      #expect(replayed.requests.map(\.promptTokens) == example.trace.requests.map(\.promptTokens))
      var open = try simulation(example, replayed, nil, replicas: replicas)
      let expected = try open.run()
      try #require(timeline.records == expected.records, "\(example)")
      try #require(timeline.iterations == expected.iterations, "\(example)")
      try #require(timeline.servedBy == expected.servedBy, "\(example)")
    }
  }

  /// The reference engine, fed with the arrivals that came out, agrees to the nanosecond.
  @Test(arguments: ReferencePolicy.allCases)
  func `agree with the reference engine`(_ policy: ReferencePolicy) throws {
    for seed in 8100..<8130 {
      let example = try RandomCase(policy, seed: seed)
      var closed = try simulation(example, example.trace, Self.clients(seed))
      let timeline = try closed.run()
      var reference = ReferenceEngine(
        example.trace.arriving(at: closed.arrivals), rules: example.rules, policy: policy,
        cost: example.cost)
      let finished = reference.run()
      try #require(finished, "the reference engine stalls: \(example)")
      #expect(timeline.records == reference.records, "\(example)")
    }
  }

  /// Every request but the first of each client starts a think time after an answer; each answer
  /// lets one request go, the earliest answer the earliest request.
  @Test(arguments: ReferencePolicy.allCases)
  func `send the next request a think time after the answer before`(
    _ policy: ReferencePolicy
  ) throws {
    for seed in 8200..<8240 {
      let example = try RandomCase(policy, seed: seed)
      let clients = Self.clients(seed)
      var closed = try simulation(example, example.trace, clients)
      let records = try closed.run().records
      let arrivals = closed.arrivals
      var free = (0..<clients.count).map { $0 * clients.stagger }
      for (row, record) in records.enumerated() {
        // Only answers that ended before the request was sent can have let it go.
        let place = free.indices.min { free[$0] < free[$1] }!
        #expect(arrivals[row] == free[place], "\(example), request \(row)")
        let end = record.isCompleted ? record.finish : arrivals[row]
        free[place] = end + clients.thinkTime
      }
    }
  }

  @Test func `of whom there is one are served one request at a time`() throws {
    let example = try RandomCase(.sarathi, seed: 8300)
    var closed = try simulation(example, example.trace, Clients(1, thinkTime: 5, stagger: 7))
    let records = try closed.run().records
    var now = 0
    for (row, record) in records.enumerated() {
      #expect(closed.arrivals[row] == now)
      #expect(record.firstScheduled == now || !record.isCompleted)
      now = (record.isCompleted ? record.finish : now) + 5
    }
  }

  /// A prompt is there when it and those sent before it are read, and latencies count from when it
  /// was sent: the arrivals that follow, in an open loop, are served the same.
  @Test(arguments: ReferencePolicy.allCases)
  func `are heard in their order where the front end makes tokens of prompts`(
    _ policy: ReferencePolicy
  ) throws {
    for seed in 8300..<8330 {
      let example = try RandomCase(policy, seed: seed)
      var clients = Self.clients(seed)
      (clients.stagger, clients.tokenizing) = (0, seed.isMultiple(of: 2) ? 1000 : 300_000)
      var closed = try simulation(example, example.trace, clients)
      let timeline = try closed.run()
      var last: Nanoseconds = 0
      let heard = zip(closed.arrivals, example.trace.requests).map { sent, request in
        last = max(last, sent + request.promptTokens * clients.tokenizing)
        return last
      }
      var open = try simulation(example, example.trace.arriving(at: heard), nil)
      let expected = try open.run()
      try #require(timeline.records == expected.records, "\(example)")
    }
  }

  @Test func `send first when they are said to`() throws {
    let example = try RandomCase(.sarathi, seed: 8350)
    let starts = [90_000_000, 20_000_000, 50_000_000]
    var closed = try simulation(example, example.trace, Clients(startingAt: starts))
    _ = try closed.run()
    #expect(closed.arrivals[0] == 20_000_000)
    #expect(Set(starts).isSubset(of: closed.arrivals))
  }

  /// Little: N = X (R + Z), where X counts from the first request to the last answer.
  @Test func `keep to Little's law`() throws {
    let example = try RandomCase(.vllm033, seed: 8400)
    var rules = example.rules
    rules.memory.blocks = 10_000
    rules.limits.maxNumSeqs = 64
    rules.limits.maxBatchSequences = 64
    let requests = Array(
      repeating: Request(arrival: 0, promptTokens: 100, outputTokens: 50), count: 4000)
    let clients = Clients(20, thinkTime: 300_000_000)
    var closed = Simulation(
      Trace(requests: requests), rules: rules, scheduler: try example.scheduler(),
      cost: LinearCost(), clients: clients)
    let timeline = try closed.run()
    let latency = zip(timeline.records, closed.arrivals).reduce(0.0) {
      $0 + ($1.0.finish - $1.1).seconds
    }
    let throughput = 4000 / timeline.end.seconds
    let number = throughput * (latency / 4000 + 0.3)
    #expect(abs(number - 20) < 0.2)
  }
}
