import Schedulers
import Support
import Testing

@testable import Serving

/// Every batch takes the same time in all stages together.
/// Every token takes the same time in all stages together.
private struct CostByTokens: CostModel {
  func seconds(for batch: borrowing Batch) -> Double { Double(batch.tokens) * 0.4e-3 }
}

@Suite struct `A pipeline` {
  @Test(arguments: ReferencePolicy.pipelined, [2, 3, 4])
  func `serves every request to its end, under any load and memory`(
    _ policy: ReferencePolicy, stages: Int
  ) throws {
    for seed in 5000..<5040 {
      let example = try RandomCase(policy, seed: seed)
      var rules = example.rules
      rules.limits.pipelineParallelSize = stages
      var simulation = Simulation(
        example.trace, rules: rules, scheduler: try example.scheduler(), cost: example.cost,
        observing: .iterations)
      while try simulation.step() {
        let replica = simulation.replicas[0]
        #expect(replica.flights.count <= stages && replica.running.count <= rules.limits.maxNumSeqs)
        #expect(replica.cache.freeBlocks >= 0)
      }
      for (request, record) in zip(example.trace.requests, simulation.timeline.records) {
        try #require(record.isCompleted == rules.canServe(request), "\(example), \(stages) stages")
        guard record.isCompleted else { continue }
        try #require(record.emittedTokens == rules.emittedTokens(of: request), "\(example)")
        try #require(record.firstToken > record.firstScheduled, "\(example)")
      }
      let replica = simulation.replicas[0]
      try #require(
        replica.cache.freeBlocks + replica.cache.allReleasing == rules.memory.totalBlocks,
        "\(example)")
    }
  }

  /// Prompts that fill a batch each follow each other at a stage's time: c + (n - 1) c / P.
  @Test(arguments: [1, 2, 4])
  func `takes one stage's time a batch when it is full`(stages: Int) throws {
    let engine = try Schedulers.engine(
      "sarathi:chunk=100", EngineSetting(maxModelLen: 400, headSize: 128, isLargeGPU: false))
    var rules = engine.rules
    rules.memory.blocks = 10_000
    rules.limits.pipelineParallelSize = stages
    let count = 50
    let requests = Array(
      repeating: Request(arrival: 0, promptTokens: 100, outputTokens: 1), count: count)
    var simulation = Simulation(
      Trace(requests: requests), rules: rules, scheduler: engine.scheduler,
      cost: ConstantCost(duration: 0.04))
    let timeline = try simulation.run()
    #expect(timeline.end == 40_000_000 + (count - 1) * 40_000_000 / stages)
    // Full until the last batch leaves the first stage; then the others drain.
    #expect(timeline.occupancy.bubbles == 40_000_000 / stages * (stages - 1))
  }

  /// A short batch ends while a long one is in the first stage; the next follows that one at once.
  @Test func `starts a batch as soon as the first stage is free`() throws {
    let engine = try Schedulers.engine(
      "sarathi:chunk=100", EngineSetting(maxModelLen: 400, headSize: 128, isLargeGPU: false))
    var rules = engine.rules
    rules.memory.blocks = 10_000
    rules.limits.pipelineParallelSize = 2
    let requests = [(0, 10), (1, 100), (1, 100)].map { arrival, prompt in
      Request(arrival: arrival, promptTokens: prompt, outputTokens: 1)
    }
    var simulation = Simulation(
      Trace(requests: requests), rules: rules, scheduler: engine.scheduler, cost: CostByTokens())
    // The first leaves its stage after 2 ms, the second after 20 more, the third takes 40.
    #expect(try simulation.run().end == 62_000_000)
  }

  @Test(arguments: ReferencePolicy.pipelined)
  func `takes as long as one stage for a request alone`(_ policy: ReferencePolicy) throws {
    let example = try RandomCase(policy, seed: 1)
    var rules = example.rules
    rules.memory.blocks = 10_000
    let trace = Trace(requests: [Request(arrival: 3, promptTokens: 300, outputTokens: 40)])
    let ends = try [1, 2, 4].map { stages in
      rules.limits.pipelineParallelSize = stages
      rules.prompts.chunksOverlap = false
      var simulation = Simulation(
        trace, rules: rules, scheduler: try example.scheduler(),
        cost: ConstantCost(duration: 0.04))
      return try simulation.run().end
    }
    #expect(Set(ends).count == 1, "\(ends)")
  }
}
