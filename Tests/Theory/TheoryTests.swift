import Foundation
import Schedulers
import Support
import Testing

@testable import Serving

/// Every batch takes the same time.
@Suite struct `Queueing theory` {
  private static func rules(_ name: String) throws -> (rules: EngineRules, any Scheduler) {
    let engine = try Schedulers.engine(
      name, EngineSetting(maxModelLen: 4096, headSize: 128, isLargeGPU: false))
    var rules = engine.rules
    rules.memory.blocks = 100_000
    return (rules, engine.scheduler)
  }

  @Test(arguments: Schedulers.all.map(\.name))
  func `a request alone takes the sum of its iterations`(_ name: String) throws {
    let (rules, scheduler) = try Self.rules(name)
    let cost = LinearCost()
    let trace = Trace(requests: [Request(arrival: 7, promptTokens: 2000, outputTokens: 30)])
    var simulation = Simulation(trace, rules: rules, scheduler: scheduler, cost: cost)
    let record = try simulation.run().records[0]

    let chunk = min(2000, rules.prompts.areChunked ? rules.limits.maxNumBatchedTokens! : 2000)
    var expected = 0
    for start in stride(from: 0, to: 2000, by: chunk) {
      let tokens = min(chunk, 2000 - start)
      let part = Chunk(sequence: SequenceID(0), tokens: tokens, context: start)
      expected += Int(seconds: cost.seconds(for: Batch(chunks: [part])))
    }
    func decode(_ context: Int) -> Int {
      let batch = Batch(
        decodes: 1, decodeContext: context, decodeContextSquares: context * context)
      return Int(seconds: cost.seconds(for: batch))
    }
    // The OSDI artifact computes the prompt's last token once more for the first token.
    if !rules.outputs.emitsWithPrompt { expected += decode(1999) }
    #expect(record.firstToken == 7 + expected)
    for context in 2000..<2029 {
      expected += decode(context)
    }
    #expect(record.finish == 7 + expected)
    #expect(record.firstScheduled == 7)
  }

  /// Pollaczek and Khinchin: with constant service s at load r, the mean wait is r s / (2 (1 - r)).
  /// Where one sequence is served at a time, schedulers are one queue: whole prompts, chunks, and a
  /// token past the end stand for all.
  @Test(arguments: ["vllm-0.6", "sarathi", "nanoflow"], [0.3, 0.7])
  func `one sequence at a time waits as M/D/1 does`(_ name: String, load: Double) throws {
    var (rules, scheduler) = try Self.rules(name)
    rules.limits.maxNumSeqs = 1
    rules.limits.maxBatchSequences = 1
    let iteration = 0.01
    // A token past the end takes a turn of its own where there is one sequence at a time.
    let isTwice = !rules.outputs.emitsWithPrompt || rules.outputs.decodesPastEnd
    let service = isTwice ? 2 * iteration : iteration
    var random = SeededNumbers(state: 20_260)
    var now = 0.0
    let requests = (0..<40_000).map { _ in
      now -=
        log(Double.random(in: Double.leastNonzeroMagnitude..<1, using: &random)) * service
        / load
      return Request(arrival: Int(seconds: now), promptTokens: 16, outputTokens: 1)
    }
    var simulation = Simulation(
      Trace(requests: requests), rules: rules, scheduler: scheduler,
      cost: ConstantCost(duration: iteration))
    let records = try simulation.run().records
    let waits = zip(requests, records).map { ($1.firstScheduled - $0.arrival).seconds }
    let mean = waits.reduce(0, +) / Double(waits.count)
    // Waits are correlated, so the error is taken from the means of 40 stretches.
    let stretches = stride(from: 0, to: waits.count, by: 1000).map {
      waits[$0..<$0 + 1000].reduce(0, +) / 1000
    }
    let spread = stretches.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let error = (spread / Double(stretches.count * (stretches.count - 1))).squareRoot()
    let expected = load * service / (2 * (1 - load))
    #expect(abs(mean - expected) < 4 * error, "\(mean) against \(expected) within \(error)")
    #expect(error < 0.1 * expected, "the sample is large enough to tell")
  }
}
