import Schedulers
import Support
import Testing

@testable import Serving

@Suite struct `Asynchronous scheduling` {
  /// Two requests of one chunk each, the second 5 ms after the first, with iterations of 10 ms.
  private func records(ahead: Bool, outputs: [Int]) throws -> [RequestRecord] {
    let engine = try Schedulers.engine(
      "vllm-0.33:async-scheduling=\(ahead)",
      EngineSetting(maxModelLen: 100, headSize: 128, isLargeGPU: false))
    var rules = engine.rules
    rules.memory.blocks = 100
    let trace = Trace(
      requests: zip([0, 5_000_000], outputs).map {
        Request(arrival: $0, promptTokens: 8, outputTokens: $1)
      })
    var simulation = Simulation(
      trace, rules: rules, scheduler: engine.scheduler, cost: ConstantCost(duration: 0.01))
    return try simulation.run().records
  }

  @Test func `has an arrival wait for the rest of the batch that runs and for a whole further one`()
    throws
  {
    let ahead = try records(ahead: true, outputs: [3, 2])
    #expect(ahead[0].firstToken == 10_000_000 && ahead[0].finish == 30_000_000)
    // The batch from 10 to 20 ms was formed at 0.
    #expect(ahead[1].firstScheduled == 20_000_000 && ahead[1].firstToken == 30_000_000)
    #expect(ahead[1].finish == 40_000_000)
    let after = try records(ahead: false, outputs: [3, 2])
    #expect(after[1].firstScheduled == 10_000_000 && after[1].firstToken == 20_000_000)
    #expect(after[0] == ahead[0], "one that finds the engine idle waits for nothing")
  }

  @Test func `plans nothing for a sequence whose last token is in flight`() throws {
    // Nothing is left to be formed at 0 for the batch from 10 ms on, so the one that arrives is
    // served as soon as the first batch has ended.
    let records = try records(ahead: true, outputs: [1, 1])
    #expect(records[0].finish == 10_000_000)
    #expect(records[1].firstScheduled == 10_000_000 && records[1].finish == 20_000_000)
  }
}
