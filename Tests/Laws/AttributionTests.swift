import Schedulers
import Testing

@testable import Serving

@Suite struct `Where a latency came from` {
  static let planners: [any ReferencePlanner] =
    ReferencePolicy.allCases + ReferenceOption.allCases

  @Test(arguments: planners.map(\.specification))
  func `adds up to the nanosecond, and agrees with walking every request`(
    _ specification: String
  ) throws {
    let planner = try #require(Self.planners.first { $0.specification == specification })
    var lost = 0
    for seed in 0..<30 {
      let example = try RandomCase(planner: planner, seed: seed)
      let timeline = try attributedAsObvious(example, example.rules)
      lost += timeline.attributions.reduce(0) { $0 + $1.preemption }
    }
    #expect(!planner.specification.hasPrefix("vllm") || lost > 0, "memory was short")
  }

  @Test func `agrees where caches are swapped out and in`() throws {
    var lost = 0
    for seed in 0..<40 {
      let example = try RandomCase(.vllm06, seed: seed)
      var rules = example.rules
      rules.memory.swapBlocks = 1 + seed * 7 % 90
      let timeline = try attributedAsObvious(example, rules)
      lost += timeline.attributions.reduce(0) { $0 + $1.preemption }
    }
    #expect(lost > 0)
  }

  @Test(arguments: ReferencePolicy.pipelined, [2, 3])
  func `adds up with several batches in flight and several replicas`(
    _ policy: ReferencePolicy, stages: Int
  ) throws {
    for seed in 5000..<5015 {
      let example = try RandomCase(policy, seed: seed)
      var rules = example.rules
      rules.limits.pipelineParallelSize = stages
      var simulation = Simulation(
        example.trace, rules: rules, scheduler: try example.scheduler(),
        cost: HostedCost(linear: example.cost), replicas: 1 + seed % 3, observing: .attribution)
      try checkSums(simulation.run(), of: example)
    }
  }

  @Test func `is not kept unless it is asked for, and changes nothing else`() throws {
    let example = try RandomCase(.vllm033, seed: 3)
    let plain = try example.simulate()
    #expect(plain.attributions.isEmpty && plain.spans.isEmpty)
    var simulation = Simulation(
      example.trace, rules: example.rules, scheduler: try example.scheduler(), cost: example.cost,
      observing: [.iterations, .attribution])
    let attributed = try simulation.run()
    #expect(attributed.records == plain.records && attributed.iterations == plain.iterations)
  }

  /// Serves `example` step by step, compares with the obvious way, and checks the sums.
  private func attributedAsObvious(
    _ example: RandomCase, _ rules: EngineRules
  ) throws -> Timeline {
    let cost = HostedCost(linear: example.cost)
    var simulation = Simulation(
      example.trace, rules: rules, scheduler: try example.scheduler(), cost: cost,
      observing: [.iterations, .attribution, .decisions])
    if rules.outputs.schedulesAhead {
      // What is booked ahead of time cannot be watched from outside.
      try checkSums(simulation.run(), of: example)
      return simulation.timeline
    }
    var obvious = ObviousAttribution(example.trace, cost)
    var iterations = 0
    while try simulation.step() {
      guard simulation.timeline.iterations.count > iterations else { continue }
      iterations += 1
      obvious.book(simulation)
    }
    try #require(simulation.timeline.attributions == obvious.attributions, "\(example)")
    try checkSums(simulation.timeline, of: example)
    return simulation.timeline
  }

  /// Parts add up to the latency, and spans follow on each other from the arrival to the end.
  private func checkSums(_ timeline: Timeline, of example: RandomCase) throws {
    let spans = Dictionary(grouping: timeline.spans, by: \.request)
    for (row, request) in example.trace.requests.enumerated() {
      let (record, parts) = (timeline.records[row], timeline.attributions[row])
      let own = spans[RequestID(row)] ?? []
      guard record.isCompleted else {
        try #require(parts == Attribution() && own.isEmpty, "\(example)")
        continue
      }
      try #require(parts.total == record.finish - request.arrival, "\(example), request \(row)")
      let isNegative = Attribution.Part.allCases.contains { parts[$0] < 0 }
      try #require(!isNegative, "\(example), request \(row)")
      try #require(own.first?.start == request.arrival && own.last?.end == record.finish)
      try #require(zip(own, own.dropFirst()).allSatisfy { $0.end == $1.start }, "\(example)")
      for (phase, part) in [(PhaseSpan.Phase.queued, parts.queue), (.lost, parts.preemption)] {
        let times = own.filter { $0.phase == phase }.map { $0.end - $0.start }
        try #require(times.reduce(0, +) == part, "\(example), request \(row)")
      }
    }
  }
}
