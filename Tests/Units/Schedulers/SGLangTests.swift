import Serving
import Support
import Testing

@testable import Schedulers

@Suite struct `SGLang's scheduler` {
  /// 0.7 at first, 0.098 at least, in 600 steps.
  @Test func `guesses a share of answers that falls with every decode, down to a seventh`() {
    var ratio = NewTokenRatio()
    #expect(ratio.value == 0.7)
    ratio.decay()
    #expect(abs(ratio.value - (0.7 - 0.602 / 600)) < 1e-12)
    for _ in 0..<700 { ratio.decay() }
    #expect(abs(ratio.value - 0.098) < 1e-12)
    // Three that have emitted 60 tokens of 239, and may emit 20 more each.
    ratio.guess(emitted: 60, requested: 239, count: 3)
    #expect(ratio.value == 0.5)
    ratio.reset()
    #expect(ratio.value == 0.7)
    ratio.conservativeness = 2
    #expect(ratio.value == 1)
  }

  private func timeline(
    _ options: String, blocks: Int = 1000, _ requests: [(Int, Int, Int)]
  ) throws -> Timeline {
    let engine = try Schedulers.engine(
      "sglang:disable-overlap-schedule=true,chunked-prefill-size=64\(options)",
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

  /// The second prompt takes two iterations, for which the first request's decodes wait.
  @Test func `has decodes wait for prompts, unless they share batches`() throws {
    let requests = [(0, 10, 4), (5, 100, 2)]
    let plain = try timeline("", requests)
    #expect(plain.iterations.map(\.chunkTokens) == [10, 64, 36, 0, 0, 0])
    #expect(plain.iterations.map(\.decodes) == [0, 0, 0, 2, 1, 1])
    #expect(plain.records[0].longestGap == 30_000_000)
    let mixed = try timeline(",enable-mixed-chunk=true", requests)
    #expect(mixed.iterations.map(\.chunkTokens) == [10, 63, 37, 0])
    #expect(mixed.iterations.map(\.decodes) == [0, 1, 1, 2])
    #expect(mixed.records[0].longestGap == 10_000_000)
  }

  /// 60 tokens of memory: the first is charged 10 + 1 + 20, and leaves 29 for 10 + 1 + 20; once it
  /// has emitted, it holds 10 and is charged 0.7 times the 19 that are left, and leaves 36.7.
  @Test func `admits by what answers may take, less as they go on`() throws {
    let late = try timeline("", blocks: 60, [(0, 10, 20), (0, 10, 20)])
    #expect(late.records[0].firstScheduled == 0 && late.records[1].firstScheduled == 10_000_000)
    #expect(late.records.allSatisfy { $0.preemptions == 0 })
    let both = try timeline("", blocks: 100, [(0, 10, 20), (0, 10, 20)])
    #expect(both.records.allSatisfy { $0.firstScheduled == 0 })
  }

  /// With next to nothing reckoned with, both are admitted, and 45 tokens do not hold both answers.
  @Test func `takes the cache from who has emitted the least, and finds its prompt again`() throws {
    let requests = [(0, 10, 20), (15, 10, 20)]
    let low = try timeline(",schedule-conservativeness=0.05", blocks: 45, requests)
    #expect(low.records.map(\.preemptions) == [0, 1])
    #expect(low.records.allSatisfy { $0.emittedTokens == 20 })
    let bare = try timeline(
      ",schedule-conservativeness=0.05,disable-radix-cache=true", blocks: 45, requests)
    #expect(bare.records.map(\.preemptions) == [0, 1])
    #expect(bare.cachedTokens == 0)
    let forced = try timeline(",schedule-conservativeness=1", blocks: 45, requests)
    #expect(forced.records.allSatisfy { $0.preemptions == 0 })
  }

  /// Decodes begin at 10, 20, 30 and 40 ms, behind the first prompt: the fourth is followed by a
  /// look, which finds the request that came at 25 ms. The next comes amid that one's prompt, and
  /// is found when it has ended.
  @Test func `looks for requests after so many decodes, and at once after prompts`() throws {
    let requests = [(0, 10, 12), (25, 10, 3), (55, 10, 3)]
    let often = try timeline("", requests)
    #expect(often.records.map(\.firstScheduled) == [0, 30_000_000, 60_000_000])
    let seldom = try timeline(",scheduler-recv-interval=4", requests)
    #expect(seldom.records.map(\.firstScheduled) == [0, 50_000_000, 60_000_000])
    // Nobody runs when the second comes: it is looked at at once.
    let idle = try timeline(",scheduler-recv-interval=30", [(0, 10, 2), (25, 10, 2)])
    #expect(idle.records.map(\.firstScheduled) == [0, 25_000_000])
  }
}
