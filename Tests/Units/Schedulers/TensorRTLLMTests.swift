import Schedulers
import Serving
import Support
import Testing

@Suite struct `TensorRT-LLM's scheduler` {
  /// Batches of 10 ms; `requests` are milliseconds of arrival, prompts and answers.
  private func timeline(
    _ options: String, blocks: Int = 1000, _ requests: [(Int, Int, Int)]
  ) throws -> Timeline {
    let engine = try Schedulers.engine(
      "trt-llm:disable-overlap-scheduler=true" + options,
      EngineSetting(maxModelLen: 500, headSize: 128, isLargeGPU: false))
    var rules = engine.rules
    rules.memory.blocks = blocks
    let trace = Trace(
      requests: requests.map {
        Request(arrival: $0.0 * 1_000_000, promptTokens: $0.1, outputTokens: $0.2)
      })
    var simulation = Simulation(
      trace, rules: rules, scheduler: engine.scheduler, cost: ConstantCost(duration: 0.01),
      observing: .iterations)
    return try simulation.run()
  }

  /// 6 + 6 tokens are 3 blocks of 4: beside a first one, 5 blocks hold the second's prompt, but not
  /// its answer, and 6 hold both.
  @Test func `admits only who has blocks to its end, and pauses nobody`() throws {
    let requests = [(0, 6, 6), (0, 6, 6)]
    let alone = try timeline(",tokens-per-block=4", blocks: 5, requests)
    #expect(alone.iterations.map(\.chunkTokens) == [6, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0])
    #expect(alone.records.map(\.firstScheduled) == [0, 60_000_000])
    #expect(alone.records.allSatisfy { $0.preemptions == 0 })
    let both = try timeline(",tokens-per-block=4", blocks: 6, requests)
    #expect(both.iterations.map(\.chunkTokens) == [12, 0, 0, 0, 0, 0])
  }

  /// Each prompt takes 2 blocks of 5. At 8 tokens both need a third, and one is there: the second
  /// is paused with 3 tokens emitted, and its 9 tokens need 3 blocks, which the first leaves it.
  @Test func `pauses the last where it looks one step ahead, and computes it anew`() throws {
    let served = try timeline(
      ",tokens-per-block=4,capacity-scheduler-policy=MAX_UTILIZATION", blocks: 5,
      [(0, 6, 6), (0, 6, 6)])
    #expect(served.iterations.map(\.chunkTokens) == [12, 0, 0, 0, 0, 0, 9, 0, 0])
    #expect(served.iterations.map(\.decodes) == [0, 2, 2, 1, 1, 1, 0, 1, 1])
    #expect(served.iterations.map(\.usedBlocks) == [4, 4, 4, 3, 3, 3, 3, 3, 3])
    #expect(served.records.map(\.preemptions) == [0, 1])
    #expect(served.records.map(\.finish) == [60_000_000, 90_000_000])
  }

  @Test func `keeps all others out of a static batch until it is done`() throws {
    let requests = [(0, 8, 3), (5, 8, 2)]
    let joined = try timeline("", requests)
    #expect(joined.records[1].firstScheduled == 10_000_000)
    let apart = try timeline(",capacity-scheduler-policy=STATIC_BATCH", requests)
    #expect(apart.records[1].firstScheduled == 30_000_000)
  }

  /// The second prompt is too long for what the first leaves of 20 tokens, and holds up the third,
  /// which is not. A longer one than 20 is refused.
  @Test func `ends a batch at a prompt that it has no room for`() throws {
    let served = try timeline(
      ",max-num-tokens=20", [(0, 12, 2), (0, 12, 2), (0, 4, 2), (0, 21, 1)])
    #expect(served.iterations.map(\.chunkTokens) == [12, 16, 0])
    #expect(served.iterations.map(\.decodes) == [0, 1, 2])
    #expect(served.records.map(\.isCompleted) == [true, true, true, false])
  }

  /// Of 22 tokens, 12 leave 10 for the next, of which 8 are a block; 16 leave 6, which are none; 30
  /// alone have 16 and the rest; 2 left over are room for another's whole 2.
  @Test(arguments: [
    ([12, 12], [20, 4]), ([16, 12], [16, 12]), ([30], [16, 14]), ([12, 12, 2], [22, 4]),
  ])
  func `cuts prompts at whole blocks where they may be cut`(
    _ prompts: [Int], _ tokens: [Int]
  ) throws {
    let served = try timeline(
      ",max-num-tokens=22,enable-chunked-context=true,tokens-per-block=8",
      prompts.map { (0, $0, 1) })
    #expect(served.iterations.map(\.chunkTokens) == tokens)
  }

  /// Of 100 tokens, 0.5 are 50. Behind the first's prompt the second waits, 20 tokens and a decode,
  /// for three iterations; with the third's it makes 61 beside a decode, and goes at once. Nobody
  /// waits where nobody decodes.
  @Test func `has prompts wait for others beside decodes`() throws {
    let wait = ",max-num-tokens=100,batch-wait-timeout-iters=3,batch-wait-max-tokens-ratio=0.5"
    let alone = try timeline(wait, [(0, 10, 9), (5, 20, 2)])
    #expect(alone.iterations.map(\.chunkTokens) == [10, 0, 0, 0, 20, 0, 0, 0, 0])
    let joined = try timeline(wait, [(0, 10, 9), (5, 20, 2), (15, 40, 2)])
    #expect(joined.iterations.map(\.chunkTokens) == [10, 0, 60, 0, 0, 0, 0, 0, 0])
    let idle = try timeline(wait, [(0, 10, 1), (25, 20, 2)])
    #expect(idle.iterations.map(\.chunkTokens) == [10, 20, 0])
  }
}
