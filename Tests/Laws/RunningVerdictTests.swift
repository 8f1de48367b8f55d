import Metrics
import Support
import Testing

@testable import Serving

@Suite struct `What is certain of a requirement before a run is over` {
  private static let metrics: [LatencyMetric] = [.ttft, .tbt, .tpot, .e2e, .schedulingDelay]
  private static let statistics: [Statistic?] = [
    nil, nil, .mean, .max, .percentile(0), .percentile(50), .percentile(90), .percentile(99),
    .percentile(100),
  ]

  private static func requirement(
    _ random: inout SeededNumbers, on trace: Trace
  ) -> Requirement {
    let clauses = (0..<Int.random(in: 1...3, using: &random)).map { _ in
      var clause = ServiceLevelObjective.Clause(
        metrics.randomElement(using: &random)!, statistics.randomElement(using: &random)!,
        limit: [1, 5, 20, 80, 400].randomElement(using: &random)! * 1_000_000,
        includesLimit: Bool.random(using: &random), description: "drawn")
      if clause.metric != .tbt, Bool.random(using: &random) {
        clause.priority = trace.columns.priorities?.randomElement(using: &random)
      }
      return clause
    }
    let shares: [Double?] = [nil, nil, 0.2, 0.5, 0.9, 0.99, 1]
    return Requirement(
      ServiceLevelObjective(clauses), attainment: shares.randomElement(using: &random)!)
  }

  /// The whole run's verdict is the judge; it is asked after every instant whether all is lost.
  @Test(arguments: ReferencePolicy.allCases)
  func `is never taken back, whatever the scheduler`(_ policy: ReferencePolicy) throws {
    var early = 0
    for seed in 3000..<3060 {
      var random = SeededNumbers(state: UInt64(seed))
      let example = try RandomCase(policy, seed: seed)
      let requirement = Self.requirement(&random, on: example.trace)
      let replicas = Int.random(in: 1...3, using: &random)
      let delay = Bool.random(using: &random) ? 0 : 7_600_000
      var simulation = try example.simulation(replicas: replicas)
      var verdict = RunningVerdict(
        requirement, on: example.trace, example.rules, delay: delay)
      var lostAt: Nanoseconds? = verdict.isLostAtOnce ? 0 : nil
      while try simulation.step() {
        if lostAt == nil, verdict.isLost(in: simulation) { lostAt = simulation.now }
      }
      var timeline = simulation.timeline
      timeline.delay(by: delay)
      let metrics = RunMetrics(trace: example.trace, timeline: timeline, replicas: replicas)
      let whole = requirement.objective.verdict(on: example.trace, timeline, metrics)
      guard let lostAt else { continue }
      #expect(!requirement.isKept(by: whole), "\(requirement) \(example)")
      let bound = verdict.judgement.attainment
      #expect(bound >= (whole.attainment ?? 1), "\(requirement) \(example)")
      if lostAt < simulation.now { early += 1 }
    }
    #expect(early > 10, "it tells early in \(early) of 60 cases")
  }
}
