import Schedulers
import Testing

@testable import Serving

/// A nanosecond for each token, and a microsecond besides.
private struct TokenCost: CostModel {
  func seconds(for batch: borrowing Batch) -> Double { 1e-6 + 1e-9 * Double(batch.tokens) }
}

@Suite struct `NanoFlow` {
  private func simulation(
    _ requests: [(prompt: Int, answer: Int)], options: String = "", blocks: Int = 1000,
    scheduler: String = "nanoflow"
  ) throws -> Simulation {
    let setting = EngineSetting(maxModelLen: 4096, headSize: 128, isLargeGPU: false)
    let engine = try Schedulers.engine(scheduler + (options.isEmpty ? "" : ":" + options), setting)
    var rules = engine.rules
    rules.memory.blocks = blocks
    let trace = Trace(
      requests: requests.map {
        Request(arrival: 0, promptTokens: $0.prompt, outputTokens: $0.answer)
      })
    return Simulation(
      trace, rules: rules, scheduler: engine.scheduler, cost: TokenCost(), observing: .iterations)
  }

  @Test func `decodes come first and prompts are cut to fill the batch exactly`() throws {
    var simulation = try simulation(
      [(60, 4), (70, 4), (90, 4)], options: "global-batch-size=100")
    let iterations = try simulation.run().iterations
    // 60 + 40; one decode, 30 + 69; two decodes and the last 21; then decodes alone.
    #expect(iterations.map(\.chunkTokens) == [100, 99, 21, 0, 0, 0, 0])
    #expect(iterations.map(\.chunks) == [2, 2, 1, 0, 0, 0, 0])
    // The first is done after 1 + 3 decodes, the second one iteration later, the third another;
    // each is decoded once more.
    #expect(iterations.map(\.decodes) == [0, 1, 2, 3, 3, 2, 1])
    #expect(iterations.prefix(2).allSatisfy { $0.decodes + $0.chunkTokens == 100 })
  }

  @Test func `a request takes one iteration more than its tokens need, and its user none`() throws {
    for answer in [1, 2, 9] {
      var late = try simulation([(10, answer)])
      let timeline = try late.run()
      var atOnce = try simulation([(10, answer)], scheduler: "sarathi")
      let other = try atOnce.run()
      #expect(timeline.iterations.count == other.iterations.count + 1)
      #expect(timeline.iterations.dropLast() == other.iterations[...])
      #expect(timeline.records == other.records)
      #expect(timeline.end == other.end)
      #expect(timeline.gaps.sorted().map(\.gap) == other.gaps.sorted().map(\.gap))
      // The token past the end is computed from all those before it.
      #expect(timeline.iterations.last?.decodeContext == 10 + answer - 1)
    }
  }

  @Test func `the token past the end takes its place in the next batch, and its blocks`() throws {
    // One sequence at a time: the second prompt waits until the first, which has its only token
    // with its prompt, has been decoded once more, and takes its blocks then.
    var simulation = try simulation(
      [(32, 1), (32, 1)], options: "global-batch-size=32,max-num-seqs=1", blocks: 3)
    let iterations = try simulation.run().iterations
    #expect(iterations.map(\.chunkTokens) == [32, 0, 32, 0])
    #expect(iterations.map(\.decodes) == [0, 1, 0, 1])
    #expect(iterations.map(\.usedBlocks) == [2, 2, 2, 2])
  }

  @Test func `a request is admitted if an average one fits at the predicted peak`() throws {
    // Requests of 16 + 16 tokens hold up to 3 blocks at their predicted peak (33 tokens with the
    // one past the end) and one must leave (32 + 16) / 16 = 3 free: 7 blocks take a second
    // request, since 7 - 3 > 3, and no third, since 7 - 6 is not.
    func atOnce(_ blocks: Int) throws -> Int {
      var simulation = try simulation(
        Array(repeating: (16, 16), count: 4), options: "global-batch-size=100", blocks: blocks)
      return try simulation.run().iterations.map(\.running).max() ?? 0
    }
    let most = try [6, 7, 9, 10].map(atOnce)
    #expect(most == [1, 2, 2, 3])
  }

  @Test func `sequences that are not in step hold less at the peak, and more are admitted`() throws
  {
    // A request of 16 + 64 tokens peaks at (82 - 1) / 16 = 6 blocks. Half-way through it, the next
    // one's peak comes when it has gone: 11 blocks would not do for two in step, and 6 + 5 do.
    var forecast = Forecast(
      {
        var lengths = EngineRules.Lengths()
        lengths.prompt = 16
        lengths.answer = 64
        return lengths
      }(), CacheGroup(blockTokens: 16))
    forecast.enter(context: 16)
    #expect(forecast.now == 2)
    #expect(forecast.peak(prefilling: 0) == 6)
    #expect(forecast.peak(prefilling: 1) == 12)
    for _ in 0..<32 { forecast.advance() }
    #expect(forecast.now == 4)
    // In 32 iterations the first is at its end with 6 blocks and the second has 49 tokens in 4.
    #expect(forecast.peak(prefilling: 1) == 10)
    forecast.leave(context: 48)
    #expect(forecast.peak(prefilling: 0) == 0)
    #expect(forecast.spare == 6)
  }

  @Test func `requests of one length never run out of memory, whatever the memory`() throws {
    for blocks in stride(from: 12, to: 160, by: 7) {
      var simulation = try simulation(
        Array(repeating: (64, 100), count: 60), options: "global-batch-size=96", blocks: blocks)
      let timeline = try simulation.run()
      #expect(timeline.records.allSatisfy { $0.isCompleted && $0.preemptions == 0 }, "\(blocks)")
    }
  }

  @Test func `where answers are longer than reckoned with, caches go to the host and come back`()
    throws
  {
    let requests = Array(repeating: (prompt: 64, answer: 100), count: 60)
    let low = "global-batch-size=96,average-decode-length=20"
    var anew = try simulation(requests, options: low, blocks: 60)
    var swapping = try simulation(requests, options: low + ",swap-blocks=1000", blocks: 60)
    let first = try anew.run()
    let second = try swapping.run()
    #expect(first.records.contains { $0.preemptions > 0 })
    #expect(second.records.contains { $0.preemptions > 0 })
    #expect(second.records.allSatisfy { $0.isCompleted })
    // Nothing of a prompt that was in the cache is computed again.
    #expect(second.occupancy.promptTokens < first.occupancy.promptTokens)
    #expect(second.occupancy.promptTokens == 60 * 64)
  }
}
