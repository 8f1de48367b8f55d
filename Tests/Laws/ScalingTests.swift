import Serving
import Support
import Testing

@Suite struct `A run whose times are scaled` {
  @Test(arguments: ReferencePolicy.allCases)
  func `stretching all times stretches all latencies`(_ policy: ReferencePolicy) throws {
    for seed in 3000..<3040 {
      let example = try RandomCase(policy, seed: seed)
      let slow = example.trace.arriving(at: example.trace.requests.map { $0.arrival * 3 })
      let scheduler = try example.scheduler()
      var one = Simulation(
        example.trace, rules: example.rules, scheduler: scheduler,
        cost: ConstantCost(duration: 0.02))
      var three = Simulation(
        slow, rules: example.rules, scheduler: scheduler, cost: ConstantCost(duration: 0.06))
      let short = try one.run()
      let long = try three.run()
      #expect(long.end == 3 * short.end)
      #expect(long.records.map(\.longestGap) == short.records.map { $0.longestGap * 3 })
      #expect(long.gaps.sorted().map(\.gap) == short.gaps.sorted().map { $0.gap * 3 })
    }
  }
}
