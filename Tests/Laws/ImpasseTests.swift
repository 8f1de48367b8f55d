import Schedulers
import Support
import Testing

@testable import Serving

/// Serves `requests` (prompt, answer), all at once, in `blocks` blocks of `blockSize` tokens.
private func serve(
  _ specification: String, _ requests: [(Int, Int)], length: Int, blocks: Int, blockSize: Int
) throws -> Timeline {
  let setting = EngineSetting(
    maxModelLen: length, headSize: 128, isLargeGPU: false, blockSize: blockSize)
  let engine = try Schedulers.engine(specification, setting)
  var rules = engine.rules
  rules.memory.blocks = blocks
  let trace = Trace(
    requests: requests.map { Request(arrival: 0, promptTokens: $0.0, outputTokens: $0.1) })
  var simulation = Simulation(
    trace, rules: rules, scheduler: engine.scheduler, cost: LinearCost(), observing: .iterations)
  return try simulation.run()
}

private func stall(
  _ specification: String, _ requests: [(Int, Int)], length: Int, blocks: Int, blockSize: Int
) throws -> Stall? {
  do {
    _ = try serve(
      specification, requests, length: length, blocks: blocks, blockSize: blockSize)
  } catch RunError.stall(let stall) {
    return stall
  }
  return nil
}

/// Takes the cache of a prompt before it is computed to its end.
private struct Fickle: Scheduler {
  mutating func plan(_ replica: inout Replica) {
    for sequence in replica.prefilling { replica.preempt(sequence) }
    if replica.preempted.isEmpty, let head = replica.waiting.first {
      _ = replica.admit(head, computing: 10)
    }
  }
}

@Suite struct `Where an engine gets no further` {
  /// 100 of 120 tokens fill both blocks, and DeepSpeed-MII computes no prompt while none is free.
  @Test func `a prompt whose chunks fill the memory is refused, and the next is served`() throws {
    let timeline = try serve(
      "splitfuse:max-ragged-batch-size=100", [(120, 3), (60, 3)], length: 128, blocks: 2,
      blockSize: 64)
    #expect(timeline.records.map(\.isCompleted) == [false, true])
    let roomy = try serve(
      "splitfuse:max-ragged-batch-size=100", [(120, 3)], length: 128, blocks: 3, blockSize: 64)
    #expect(roomy.records[0].isCompleted)
  }

  @Test func `a cache that is taken again and again is told`() throws {
    let engine = try Schedulers.engine(
      "sarathi", EngineSetting(maxModelLen: 100, headSize: 128, isLargeGPU: false))
    var rules = engine.rules
    rules.memory.blocks = 20
    var simulation = Simulation(
      Trace(requests: [Request(arrival: 0, promptTokens: 60, outputTokens: 3)]), rules: rules,
      scheduler: Fickle(), cost: LinearCost())
    guard
      case .stall(let stall)? = #expect(throws: RunError.self, performing: { try simulation.run() })
    else { return }
    #expect(stall.reason == .goesInCircles && stall.freeBlocks == 20)
    #expect("\(stall)".contains("again and again"))
  }

  @Test func `nobody's cache is taken, and that is told`() throws {
    let found = try stall(
      "splitfuse:reset=none", [(64, 60), (64, 60)], length: 128, blocks: 2, blockSize: 64)
    #expect(found?.reason == .takesNoCache)
  }

  /// The second loses its cache after some tokens, asks for as many more, and outgrows the memory.
  @Test(arguments: ["sarathi", "sarathi-osdi"])
  func `an answer that starts anew outgrows the memory, and that is told`(_ name: String) throws {
    let requests = [(20, 30), (20, 30)]
    let found = try stall(
      name + ":restarts-answers=true", requests, length: 50, blocks: 51, blockSize: 1)
    guard case .outgrows(RequestID(1), let blocks)? = found?.reason else {
      Issue.record("\(String(describing: found))")
      return
    }
    #expect(blocks > 51)
    let timeline = try serve(name, requests, length: 50, blocks: 51, blockSize: 1)
    #expect(timeline.records.allSatisfy { $0.isCompleted })
  }

  /// vLLM V1 takes the least of threshold, budget and what is left, whether or not it chunks.
  @Test func `a threshold cuts prompts where chunking is off`() throws {
    let timeline = try serve(
      "vllm-0.11:enable-chunked-prefill=false,long-prefill-token-threshold=40", [(100, 1)],
      length: 128, blocks: 20, blockSize: 16)
    #expect(timeline.iterations.map(\.chunkTokens) == [40, 40, 20])
  }
}
