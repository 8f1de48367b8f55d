import Schedulers
import Testing

@testable import Serving

@Suite struct `The real engine and the reference engine` {
  @Test(arguments: ReferencePolicy.allCases)
  func `agree on every request, gap, iteration and block`(_ policy: ReferencePolicy) throws {
    let preemptions = try preemptionsWhereAgreeing(on: 0..<300, policy)
    let evicts = ![.requestLevel, .orca].contains(policy)
    #expect(evicts == (preemptions > 0), "memory was short where it can be")
  }

  @Test(arguments: ReferenceOption.allCases)
  func `agree under every option that changes who is served`(_ option: ReferenceOption) throws {
    let preemptions = try preemptionsWhereAgreeing(on: 0..<150, option)
    #expect(
      (![.orcaOwnLength, .orcaBuddy].contains(option)) == (preemptions > 0),
      "memory was short where it can be")
  }

  @Test func `cover every scheduler in the list`() {
    #expect(ReferencePolicy.allCases.map(\.rawValue) == Schedulers.all.map(\.name))
  }

  /// Serves the seeded cases with both engines, requires that they agree, and returns how often a
  /// request lost its cache.
  private func preemptionsWhereAgreeing(
    on seeds: Range<Int>, _ policy: any ReferencePlanner
  ) throws -> Int {
    var preemptions = 0
    for seed in seeds {
      let example = try RandomCase(planner: policy, seed: seed)
      var reference = ReferenceEngine(
        example.trace, rules: example.rules, policy: policy, cost: example.cost)
      let finished = reference.run()
      try #require(finished, "the reference engine stalls: \(example)")
      let timeline = try example.simulate()
      try #require(timeline.iterations == reference.iterations, "\(example)")
      try #require(timeline.records == reference.records, "\(example)")
      let gaps = timeline.gaps.sorted().flatMap { Array(repeating: $0.gap, count: $0.weight) }
      try #require(gaps == reference.gaps, "\(example)")
      preemptions += reference.states.reduce(0) { $0 + $1.preemptions }
    }
    return preemptions
  }
}
