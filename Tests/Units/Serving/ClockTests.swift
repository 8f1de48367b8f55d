import Support
import Testing

@testable import Serving

/// Decodes all and admits whole prompts.
private struct Plain: Scheduler {
  mutating func plan(_ replica: inout Replica) {
    replica.decodeAll()
    replica.admitWholePrompts()
  }
}

private func run(
  _ seconds: Double, answers: [Int] = [1], stages: Int = 1, clients: Clients? = nil
) throws(RunError) -> Timeline {
  var rules = EngineRules(
    maxNumSeqs: 8, maxNumBatchedTokens: nil, chunksPrompts: false, maxModelLen: 100, blockSize: 10,
    blocks: 80, reservation: .maxModelLen, watermark: 0, decodeGate: .open, lengthLimit: .reached)
  rules.limits.pipelineParallelSize = stages
  let requests = answers.map { Request(arrival: 0, promptTokens: 10, outputTokens: $0) }
  var simulation = Simulation(
    Trace(requests: requests), rules: rules, scheduler: Plain(),
    cost: ConstantCost(duration: seconds),
    clients: clients)
  return try simulation.run()
}

@Suite struct `The end of the clock` {
  @Test(arguments: [1, 4]) func `may be the end of a batch`(stages: Int) throws {
    let end = EngineRange.clock.upperBound
    #expect(try run(end.seconds, stages: stages).end == end)
  }

  @Test(arguments: [4.1e9, 1e300, .infinity, .nan], [1, 4])
  func `ends a run whose batch would pass it`(seconds: Double, stages: Int) {
    #expect(throws: RunError.self) { try run(seconds, stages: stages) }
  }

  @Test(arguments: [1, 4]) func `ends a run whose batches would pass it together`(stages: Int) {
    let error = #expect(throws: RunError.self) { try run(1.5e9, answers: [1, 5], stages: stages) }
    guard case .endOfClock(let end)? = error else {
      Issue.record("the third batch passes the end of the clock")
      return
    }
    #expect(end.time == 3_000_000_000_000_000_000 && end.settled == 1)
  }

  @Test func `ends a run whose client would send after it`() {
    let pauses = Clients(1, thinkTime: EngineRange.time.upperBound)
    #expect(throws: Never.self) { try run(1, answers: [1, 1], clients: pauses) }
    let error = #expect(throws: RunError.self) {
      try run(1, answers: [1, 1, 1], clients: pauses)
    }
    #expect(
      error?.description
        == "at 2000000002.0 s, with 2 requests settled, the next request comes after the end of "
        + "the clock at 4000000000 s")
  }
}
