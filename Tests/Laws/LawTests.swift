import Schedulers
import Testing

@testable import Serving

@Suite struct `Whatever the scheduler and the workload` {
  static let seeds = 1000..<1120

  @Test(arguments: ReferencePolicy.allCases)
  func `blocks, tokens, caps and budgets add up at every iteration`(
    _ policy: ReferencePolicy
  ) throws {
    for seed in Self.seeds {
      // What is booked ahead of time is no longer there to be looked at.
      let example = try RandomCase(policy, seed: seed).synchronous
      var simulation = try example.simulation()
      var ledger = Ledger()
      var iterations = 0
      while try simulation.step() {
        guard simulation.timeline.iterations.count > iterations else { continue }
        iterations += 1
        if let broken = ledger.book(simulation) {
          Issue.record("\(broken), in iteration \(iterations) of \(example)")
          return
        }
      }
      let served = simulation.timeline.records.enumerated().filter(\.element.isCompleted)
      let needed = served.reduce(0) {
        $0 + example.trace.requests[$1.offset].promptTokens + $1.element.emittedTokens - 1
      }
      let found = simulation.timeline.cachedTokens
      #expect(ledger.computed + found == needed + ledger.lost, "\(example)")
    }
  }

  @Test(arguments: ReferencePolicy.allCases)
  func `every request is completed, or refused because it could never be`(
    _ policy: ReferencePolicy
  ) throws {
    for seed in Self.seeds {
      let example = try RandomCase(policy, seed: seed)
      let timeline = try example.simulate()
      for (request, record) in zip(example.trace.requests, timeline.records) {
        #expect(record.isCompleted == example.rules.canServe(request), "\(example)")
        guard record.isCompleted else { continue }
        #expect(record.emittedTokens == example.rules.emittedTokens(of: request), "\(example)")
        #expect(record.firstScheduled >= request.arrival, "\(example)")
        #expect(record.firstToken > record.firstScheduled, "\(example)")
        #expect(record.finish >= record.firstToken, "\(example)")
      }
    }
  }

  @Test(arguments: ReferencePolicy.allCases)
  func `the clock never goes back and requests start in order of arrival`(
    _ policy: ReferencePolicy
  ) throws {
    for seed in Self.seeds {
      let example = try RandomCase(policy, seed: seed)
      let timeline = try example.simulate()
      for (earlier, later) in zip(timeline.iterations, timeline.iterations.dropFirst()) {
        #expect(later.start >= earlier.end && later.end > later.start, "\(example)")
      }
      let starts = timeline.records.filter(\.isCompleted).map(\.firstScheduled)
      #expect(zip(starts, starts.dropFirst()).allSatisfy { $0 <= $1 }, "\(example)")
    }
  }

  @Test(arguments: ReferencePolicy.allCases)
  func `the same workload is served the same way twice`(_ policy: ReferencePolicy) throws {
    let example = try RandomCase(policy, seed: 4)
    #expect(try example.simulate() == example.simulate())
  }

  @Test(arguments: ReferencePolicy.allCases)
  func `several replicas serve each request once`(_ policy: ReferencePolicy) throws {
    for seed in 2000..<2020 {
      let example = try RandomCase(policy, seed: seed)
      var simulation = try example.simulation(replicas: 3)
      let timeline = try simulation.run()
      #expect(
        timeline.records.map(\.isCompleted) == example.trace.requests.map(example.rules.canServe))
    }
  }

  @Test func `an engine without room for its longest sequence refuses everything`() throws {
    let example = try RandomCase(.orca, seed: 1)
    var rules = example.rules
    rules.memory.blocks = rules.blocks(for: rules.limits.maxModelLen) - 1
    var simulation = Simulation(
      example.trace, rules: rules, scheduler: try example.scheduler(), cost: example.cost)
    let timeline = try simulation.run()
    #expect(timeline.records.allSatisfy { !$0.isCompleted })
  }
}
