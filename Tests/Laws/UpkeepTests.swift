import Schedulers
import Support
import Testing

@testable import Control
@testable import Serving

/// Asks for so many replicas as are written down, one decision after the other.
private struct Script: Scaler {
  let period: Nanoseconds
  let numbers: [Int]
  private var place = 0

  init(every period: Nanoseconds, _ numbers: [Int]) {
    self.period = period
    self.numbers = numbers
  }

  mutating func replicas(for view: FleetView) -> Int {
    defer { place += 1 }
    return numbers[place % numbers.count]
  }
}

/// What another model says, so many times as long.
private struct Slower: CostModel {
  let cost: LinearCost
  let factor: Double

  func seconds(for batch: borrowing Batch) -> Double { cost.seconds(for: batch) * factor }
}

@Suite struct `A fleet that changes` {
  private static let policies = ReferencePolicy.allCases
  /// Those whose engines do not schedule ahead.
  private static let mortal = policies.filter {
    (try? RandomCase($0, seed: 1))?.rules.outputs.schedulesAhead == false
  }

  private func simulation(
    _ example: RandomCase, replicas: Int, cost: (any CostModel)? = nil, upkeep: Upkeep? = nil,
    retries: Retries? = nil
  ) throws -> Simulation {
    // What is average is so of the whole trace, whoever serves which part.
    let rules = example.rules.withAverageLengths(of: example.trace.requests)
    var simulation = Simulation(
      example.trace, rules: rules, scheduler: try example.scheduler(), cost: cost ?? example.cost,
      replicas: replicas, router: LeastRequests(replicas: replicas),
      clientTimeout: example.timeout, retries: example.timeout == nil ? nil : retries,
      observing: [.iterations, .attribution])
    if let upkeep { simulation.keep(upkeep, retries: retries) }
    return simulation
  }

  /// When the last answer ends on steady replicas, from which to draw times that matter.
  private func end(_ example: RandomCase, replicas: Int) throws -> Nanoseconds {
    var plain = try simulation(example, replicas: replicas)
    return max(1, try plain.run().end)
  }

  /// A few spans at random, most of them before the end, at most one of a kind on each replica.
  private func spans(
    _ random: inout SeededNumbers, replicas: Int, before end: Nanoseconds
  ) -> [Faults.Span] {
    (0..<replicas).flatMap { replica -> [Faults.Span] in
      var spans: [Faults.Span] = []
      for kind in [Faults.Kind.down, .slow(3)] where Int.random(in: 0..<3, using: &random) > 0 {
        let start = Int.random(in: 0...end, using: &random)
        let length = Int.random(in: 1...end, using: &random)
        spans.append(Faults.Span(kind, of: replica, from: start, to: start + length))
      }
      return spans
    }
  }

  @Test(arguments: policies, [1, 3])
  func `that does not is served as ever`(_ policy: ReferencePolicy, replicas: Int) throws {
    for seed in 12_000..<12_005 {
      let example = try RandomCase(policy, seed: seed)
      var plain = try simulation(example, replicas: replicas)
      var kept = try simulation(example, replicas: replicas, upkeep: Upkeep())
      let (expected, timeline) = (try plain.run(), try kept.run())
      #expect(timeline.records == expected.records, "\(example)")
      #expect(timeline.iterations == expected.iterations, "\(example)")
      #expect(timeline.attributions == expected.attributions, "\(example)")
      let first = example.trace.requests.first?.arrival ?? 0
      let counts = try #require(timeline.upkeep)
      #expect(counts.ordered == TotalNanoseconds(replicas * max(0, timeline.end - first)))
    }
  }

  @Test(arguments: mortal)
  func `with replicas that are all slow is as one at that pace`(_ policy: ReferencePolicy) throws {
    for seed in 12_100..<12_105 {
      let example = try RandomCase(policy, seed: seed)
      let spans = (0..<2).map { Faults.Span(.slow(3), of: $0, from: 0, to: nil) }
      var slow = try simulation(example, replicas: 2, upkeep: Upkeep(faults: Faults(spans)))
      var plain = try simulation(
        example, replicas: 2, cost: Slower(cost: example.cost, factor: 3))
      #expect(try slow.run().records == plain.run().records, "\(example)")
    }
  }

  @Test(arguments: mortal)
  func `whose last replica is never there is as one without it`(
    _ policy: ReferencePolicy
  ) throws {
    for seed in 12_200..<12_205 {
      let example = try RandomCase(policy, seed: seed)
      let fault = Faults([Faults.Span(.down, of: 3, from: 0, to: nil)])
      var short = try simulation(example, replicas: 4, upkeep: Upkeep(faults: fault))
      var plain = try simulation(example, replicas: 3)
      let (timeline, expected) = (try short.run(), try plain.run())
      #expect(timeline.records == expected.records, "\(example)")
      #expect(timeline.upkeep?.failures == 1)
    }
  }

  /// Every request is answered once, to its end, or counted; every token of what another replica
  /// goes on with comes out once; blocks are all free in the end.
  @Test(arguments: mortal)
  func `loses nothing that it does not count, and serves nothing twice`(
    _ policy: ReferencePolicy
  ) throws {
    var (lost, resumed) = (0, 0)
    for seed in 12_300..<12_340 {
      let patient = try RandomCase(policy, seed: seed)
      let example = seed % 3 == 0 ? patient.impatient : patient
      var random = SeededNumbers(state: UInt64(seed))
      let replicas = 1 + seed % 3
      let end = try end(example, replicas: replicas)
      let long = max(end, 1_000_000_000)
      let resumes = seed % 4 < 2
      let retries = seed % 4 == 3 ? Retries(example.timeout == nil ? 1000 : 5, delay: end / 7) : nil
      let faults = Faults(
        spans(&random, replicas: replicas, before: end),
        meanTimes: seed % 5 == 0
          ? Faults.MeanTimes(toFailure: long / 2, toRepair: long / 9) : nil,
        resumes: resumes)
      var simulation = try simulation(
        example, replicas: replicas, upkeep: Upkeep(faults: faults), retries: retries)
      let timeline = try simulation.run()
      let counts = try #require(timeline.upkeep)
      let served = example.trace.requests.map(simulation.replicas[0].rules.canServe)
      for (row, record) in timeline.records.enumerated() {
        let request = example.trace.requests[row]
        let isCounted = record.isCompleted || record.isLost || record.timeOut != nil
        #expect(served[row] == isCounted, "\(example), \(row)")
        guard record.isCompleted else { continue }
        #expect(record.firstToken > request.arrival && record.finish >= record.firstToken)
        #expect(timeline.attributions[row].total == record.finish - request.arrival, "\(example)")
      }
      #expect(counts.lost == timeline.records.count(where: \.isLost))
      if resumes || retries != nil && example.timeout == nil {
        #expect(counts.lost == 0, "\(example)")
      }
      if resumes && example.timeout == nil && !example.rules.outputs.restartsAnswers
        && example.rules.speculation == nil
      {
        var gaps = 0
        timeline.gaps.visit { _, weight in gaps += weight }
        let tokens = timeline.records.reduce(0) { $0 + max(0, $1.emittedTokens - 1) }
        #expect(gaps == tokens, "\(example)")
      }
      for replica in simulation.replicas {
        #expect(replica.running.isEmpty && replica.waiting.isEmpty && replica.swapped.isEmpty)
        if replica.cache.tree != nil { continue }
        #expect(
          replica.cache.freeBlocks + replica.cache.allReleasing + replica.cache.pastEndBlocks
            == replica.cache.totalBlocks, "\(example)")
      }
      lost += counts.lost
      resumed += counts.resumed
    }
    #expect(lost > 0 && resumed > 0, "\(lost) lost, \(resumed) resumed")
  }

  @Test(arguments: policies)
  func `loses nothing when replicas are given back`(_ policy: ReferencePolicy) throws {
    var (orders, returns) = (0, 0)
    for seed in 12_400..<12_420 {
      let example = try RandomCase(policy, seed: seed)
      let end = try end(example, replicas: 2)
      let script = Script(every: max(1, end / 8), [3, 1, 2, 4, 1, 1, 2])
      let scaling = Scaling(script, in: 1...4, from: 2, startUp: end / 20)
      var simulation = try simulation(
        example, replicas: 4, upkeep: Upkeep(scaling: scaling))
      let timeline = try simulation.run()
      for (request, record) in zip(example.trace.requests, timeline.records) {
        #expect(record.isCompleted == simulation.replicas[0].rules.canServe(request), "\(example)")
      }
      let counts = try #require(timeline.upkeep)
      #expect(counts.most <= 4)
      orders += counts.orders
      returns += counts.returns
    }
    #expect(orders > 20 && returns > 20)
  }

  @Test func `gives the same twice, whatever fails at random`() throws {
    let example = try RandomCase(.vllm011, seed: 12_500)
    let faults = Faults(
      [],
      meanTimes: Faults.MeanTimes(toFailure: 300_000_000, toRepair: 50_000_000, seed: 3),
      resumes: true)
    var one = try simulation(example, replicas: 3, upkeep: Upkeep(faults: faults))
    var two = try simulation(example, replicas: 3, upkeep: Upkeep(faults: faults))
    #expect(try one.run() == two.run())
  }
}
