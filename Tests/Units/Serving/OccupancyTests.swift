import Schedulers
import Support
import Testing

@testable import Serving

/// Iterations of ten milliseconds, worked through by hand.
@Suite struct `The time of batches` {
  private func occupancy(
    _ requests: [(prompt: Int, output: Int)], _ change: (inout EngineRules) -> Void
  ) throws -> Occupancy {
    let engine = try Schedulers.engine(
      "sarathi:chunk=100", EngineSetting(maxModelLen: 400, headSize: 128, isLargeGPU: false))
    var rules = engine.rules
    rules.memory.blocks = 1000
    change(&rules)
    var simulation = Simulation(
      Trace(
        requests: requests.map {
          Request(arrival: 0, promptTokens: $0.prompt, outputTokens: $0.output)
        }),
      rules: rules, scheduler: engine.scheduler, cost: ConstantCost(duration: 0.01))
    return try simulation.run().occupancy
  }

  /// Two prompts in the first iteration, both decode in the next two, the longer one in two more.
  @Test func `counts as spent at the cap while as many run as may`() throws {
    func milliseconds(_ cap: Int) throws -> Int {
      let used = try occupancy([(10, 3), (10, 5)]) {
        $0.limits.maxNumSeqs = cap
        $0.limits.maxBatchSequences = cap
      }
      #expect(used.busy == 10_000_000 * TotalNanoseconds(used.iterations))
      return Int(used.timeAtSequenceCap / 1_000_000)
    }
    #expect(try milliseconds(2) == 30)
    #expect(try milliseconds(3) == 0)
    // One after the other: three iterations and five.
    #expect(try milliseconds(1) == 80)
  }

  /// With room for eight, of whom two are in a batch.
  @Test func `counts as spent at the cap too where a batch is as large as it may be`() throws {
    let used = try occupancy([(10, 3), (10, 5)]) {
      $0.limits.maxNumSeqs = 8
      $0.limits.maxBatchSequences = 2
    }
    #expect(used.timeAtSequenceCap == 30_000_000)
  }

  /// A batch is 5 ms in each of two stages. Alone, a request leaves the first idle in all three of
  /// its iterations. Prompts of 100 tokens each go behind one another: the first stage is idle when
  /// the second request is in its last stage and the first one is done.
  @Test func `has a bubble while the first stage waits for the last`() throws {
    func bubbles(_ requests: [(prompt: Int, output: Int)], stages: Int) throws -> TotalNanoseconds {
      try occupancy(requests) { $0.limits.pipelineParallelSize = stages }.bubbles
    }
    #expect(try bubbles([(100, 3)], stages: 2) == 15_000_000)
    #expect(try bubbles([(100, 2), (100, 2)], stages: 2) == 5_000_000)
    #expect(try bubbles([(100, 2), (100, 2)], stages: 1) == 0)
  }
}
