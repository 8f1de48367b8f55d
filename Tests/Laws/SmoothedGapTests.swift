import Schedulers
import Testing

@testable import Serving

@Suite struct `The moving average of a request's gaps` {
  /// (400 + 100 * 15/17) / (1 + 15/17) = 259.375, and it falls from there.
  @Test func `weighs each gap 15/17 of the next`() {
    var smoothed = SmoothedGap()
    #expect(smoothed.greatest == 0)
    smoothed.add(100)
    #expect(smoothed.greatest == 100)
    smoothed.add(400)
    #expect(abs(smoothed.greatest - 259.375) < 1e-9)
    smoothed.add(0)
    #expect(abs(smoothed.greatest - 259.375) < 1e-9)
  }

  @Test(arguments: ReferencePolicy.allCases)
  func `is that of the tokens that the reference engine emits`(_ policy: ReferencePolicy) throws {
    for seed in 9100..<9120 {
      let example = try RandomCase(policy, seed: seed)
      var reference = ReferenceEngine(
        example.trace, rules: example.rules, policy: policy, cost: example.cost)
      let finished = reference.run()
      try #require(finished, "the reference engine stalls: \(example)")
      var simulation = Simulation(
        example.trace, rules: example.rules, scheduler: try example.scheduler(),
        cost: example.cost, observing: .smoothedGaps)
      let records = try simulation.run().records
      for (record, state) in zip(records, reference.states) where record.isCompleted {
        let greatest = Self.greatest(zip(state.tokens.dropFirst(), state.tokens).map { $0 - $1 })
        let own = try #require(record.smoothedGap)
        #expect(abs(own - greatest) <= 1e-9 * greatest, "\(example)")
      }
    }
  }

  @Test func `is kept only where it is asked for`() throws {
    let records = try RandomCase(.sarathi, seed: 9100).simulate().records
    #expect(records.allSatisfy { $0.smoothedGap == nil })
  }

  /// By the definition, sum by sum.
  private static func greatest(_ gaps: [Nanoseconds]) -> Double {
    gaps.indices.map { last in
      var (sum, weights, weight) = (0.0, 0.0, 1.0)
      for gap in gaps[...last].reversed() {
        sum += weight * Double(gap)
        weights += weight
        weight *= 1 - 2.0 / (16 + 1)
      }
      return sum / weights
    }.max() ?? 0
  }
}
