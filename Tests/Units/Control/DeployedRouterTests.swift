import Support
import Testing

@testable import Control
@testable import Formats
@testable import Serving

/// Requests whose prompts are blocks of 16 tokens with these hashes.
private struct Prompts {
  var columns: Columns
  private let tokens: [Int]

  init(_ hashes: [[UInt64]], sessions: [String]? = nil) {
    columns = Columns(sessions: sessions, prefixHashes: PrefixHashes(hashes))
    tokens = hashes.map { 16 * $0.count }
  }

  subscript(row: Int) -> RoutedRequest { self[row, at: 0] }
  subscript(row: Int, at seconds: Double) -> RoutedRequest {
    RoutedRequest(
      RequestID(row), promptTokens: tokens[row], at: Nanoseconds(seconds: seconds))
  }
}

/// `count` blocks, the first `shared` of them as those of the family 1 and the rest its own.
private func blocks(_ count: Int, like shared: Int = 0, own: Int = 0) -> [UInt64] {
  (0..<count).map { UInt64($0 < shared ? 1000 + $0 : 1_000_000 * (own + 1) + $0) }
}

/// The worked examples of `reference/data/router_rules.md`, and what follows from the rules there.
@Suite struct `Routers as they are deployed` {
  /// Example 1.
  @Test func `llm-d scores queues from the longest to the shortest`() {
    #expect(EndpointPicker.ranked([0, 4, 10]) == [1, 0.6, 0])
    #expect(EndpointPicker.ranked([3, 3, 3]) == [1, 1, 1])
  }

  /// Example 2, with 66 and 80 requests of which some have ended.
  @Test func `SGLang goes by the match only while loads are balanced`() {
    let family = blocks(10, like: 10)
    let prompts = Prompts(
      [family] + (1...80).map { blocks(10, own: $0) }
        + [blocks(10, like: 6, own: 90), blocks(10, like: 5, own: 91), family])
    func router(_ sent: Int, ended: Int) -> CacheAware {
      var router = CacheAware(replicas: 2, columns: prompts.columns)
      for row in 0..<sent { #expect(router.route(prompts[row]) == row % 2) }
      for row in 0..<ended { router.noteEnd(of: prompts[2 * row + 1], on: 1) }
      return router
    }
    // 33 and 31: a match of 0.6 wins, and one of 0.5, which has to be passed, does not.
    var balanced = router(66, ended: 2)
    #expect(balanced.route(prompts[81]) == 0)
    balanced = router(66, ended: 2)
    #expect(balanced.route(prompts[82]) == 1)
    // 40 and 5: the whole prompt is there, and the least loaded gets it.
    var unbalanced = router(80, ended: 35)
    #expect(unbalanced.route(prompts[83]) == 1)
    let rule = CacheAware.Rule()
    #expect(rule.isImbalanced(least: 5, most: 40) && !rule.isImbalanced(least: 31, most: 33))
    #expect(!rule.isImbalanced(least: 500, most: 540))
  }

  /// 10,000 characters are 2,500 tokens, of which 156 whole blocks of 400 are too few.
  @Test func `SGLang forgets every 30 s what its tree has no room for`() {
    let prompts = Prompts([blocks(400, like: 400), blocks(400, like: 400), blocks(1)])
    var router = CacheAware(replicas: 2, columns: prompts.columns)
    #expect(router.route(prompts[0]) == 0)
    var late = router
    #expect(router.route(prompts[1, at: 29.9]) == 0)
    #expect(late.route(prompts[1, at: 30]) == 1)
  }

  /// Example 3.
  @Test func `Dynamo weighs what is computed against what is decoded`() {
    let weights = DynamoKV.Weights()
    func cost(_ overlap: Double, _ decode: Double) -> Double {
      weights.cost(blocks: 100, overlap: overlap, decode: decode, active: 7)
    }
    #expect(cost(80, 50) == 70 && cost(0, 10) == 110)
    #expect(cost(80, 95) == 115)
    #expect(cost(120, 10) == 10, "a credit beyond the prompt is worth no more")
  }

  @Test func `Dynamo counts the blocks of open prompts and remembers for two minutes`() {
    let family = blocks(100, like: 80)
    let prompts = Prompts(
      [blocks(80, like: 80), family, blocks(100, like: 80, own: 5), blocks(50, own: 3)])
    func router() -> (DynamoKV, home: Int) {
      var router = DynamoKV(
        replicas: 2, columns: prompts.columns, blockTokens: 16, random: SeededNumbers(state: 1))
      let home = router.route(prompts[0])
      router.noteEnd(of: prompts[0], on: home)
      return (router, home)
    }
    // 20 against 100; then 20 + 100 against 100.
    var (one, home) = router()
    #expect(one.route(prompts[1]) == home)
    #expect(one.route(prompts[2]) == 1 - home)
    // 20 + 50 against 100, and when nothing is remembered 100 + 50 against 100.
    for (time, isHome) in [(119.0, true), (121, false)] {
      (one, home) = router()
      one.note(1 - home, takesRequests: false)
      #expect(one.route(prompts[3]) == home)
      one.note(1 - home, takesRequests: true)
      #expect((one.route(prompts[1, at: time]) == home) == isHome)
    }
  }

  /// At a temperature of 1 the odds of costs 0 and 100, of which the greatest is 100, are e to 1.
  @Test func `Dynamo draws by the cost at a temperature`() {
    let prompts = Prompts([blocks(100, own: 1), blocks(1)])
    var weights = DynamoKV.Weights()
    weights.temperature = 1
    var router = DynamoKV(
      replicas: 2, columns: prompts.columns, blockTokens: 16, weights: weights,
      random: SeededNumbers(state: 2))
    let busy = router.route(prompts[0])
    var idle = 0
    for _ in 0..<4000 {
      let chosen = router.route(prompts[1])
      idle += chosen == busy ? 0 : 1
      router.noteEnd(of: prompts[1], on: chosen)
    }
    // Four standard deviations are 112 of 4,000.
    #expect(abs(Double(idle) - 4000 * 0.7311) < 112)
  }

  /// Example 5: of a mean of 10 and a deviation of 3, 13 requests are within the limit, 14 are not.
  @Test func `AIBrix passes over who has more than the mean and a deviation`() {
    #expect(AIBrixPrefix.choice([90, 40], [14, 13], limit: 10 + 1 * 3) == 1)
    #expect(AIBrixPrefix.choice([90, 40], [13, 13], limit: 13) == 0)
    #expect(AIBrixPrefix.choice([0, 0], [1, 1], limit: 13) == nil)
    #expect(AIBrixPrefix.spread([7, 13]) == (10, 3))
  }

  /// Nine more than another's are out of balance, and eight are not.
  @Test(arguments: [(8, 0), (9, 1)])
  func `AIBrix sends to the least busy where one has far more`(more: Int, replica: Int) {
    let family = blocks(10, like: 10)
    let prompts = Prompts(Array(repeating: family, count: 20))
    var router = AIBrixPrefix(
      replicas: 2, columns: prompts.columns, factor: 100)
    for row in 0..<more { #expect(router.route(prompts[row]) == 0) }
    #expect(router.route(prompts[19]) == replica)
  }

  @Test func `vLLM's ranks count queues more where caches are full`() {
    let report = ReplicaReport(waiting: 4, running: 10, cacheUsage: 0.9)
    let score = VLLMRanks.score(report, inFlight: 3, clients: 1)
    #expect(abs(score - (14 + 6 * 4 * 0.4)) < 1e-9)
    #expect(VLLMRanks.score(report, inFlight: 8, clients: 2) == score + 2)
    var router = VLLMRanks(replicas: 3)
    let prompts = Prompts(Array(repeating: [], count: 6))
    #expect((0..<6).map { router.route(prompts[$0]) } == [0, 1, 2, 0, 1, 2])
  }

  /// 2 for the queue, 2 x 0.5 for the cache; 2 x 1 for the other's; and 3 for a prompt that is
  /// there.
  @Test func `llm-d adds weighted scores`() {
    let prompts = Prompts([blocks(4, like: 4), blocks(4), blocks(4, like: 4)])
    var router = EndpointPicker(
      replicas: 2, columns: prompts.columns, weight: { $0.standardWeight },
      random: SeededNumbers(state: 1))
    func say(_ waiting: Int, _ usage: Double) -> ReplicaReport {
      ReplicaReport(waiting: waiting, running: 0, cacheUsage: usage)
    }
    router.note([say(9, 0), say(0, 0)])
    #expect(router.route(prompts[0]) == 1)
    router.note([say(0, 0.5), say(10, 0)])
    #expect(router.route(prompts[1]) == 0)
    #expect(router.route(prompts[2]) == 1)
  }

  @Test func `llm-d gives cold prompts to who got one the longest ago`() {
    let prompts = Prompts((0..<9).map { blocks(4, own: $0) })
    var router = EndpointPicker(
      replicas: 3, columns: prompts.columns, weight: { $0 == .noHitLRU ? 1 : 0 },
      random: SeededNumbers(state: 1))
    let chosen = (0..<9).map { router.route(prompts[$0]) }
    #expect(Set(chosen[..<3]).count == 3)
    #expect(chosen[3..<6] == chosen[..<3] && chosen[6...] == chosen[..<3])
  }

  @Test func `production-stack goes by the prompt whatever the load`() {
    let prompts = Prompts(
      Array(repeating: blocks(10, like: 10), count: 50)
        + (50..<90).map { blocks(10, like: 1, own: $0) })
    var router = PrefixTrie(
      replicas: 4, columns: prompts.columns, random: SeededNumbers(state: 1))
    #expect(Set((0..<50).map { router.route(prompts[$0]) }).count == 1)
    // 16 tokens are less than a chunk of 128 characters: all are equal.
    #expect(Set((50..<90).map { router.route(prompts[$0]) }).count == 4)
  }

  @Test func `production-stack moves only the sessions of who leaves`() {
    let sessions = (0..<400).map { "s\($0)" }
    let prompts = Prompts(Array(repeating: [], count: 400), sessions: sessions)
    var router = SessionRing(replicas: 4, sessions: sessions)
    func homes() -> [Int] { (0..<400).map { router.route(prompts[$0]) } }
    let before = homes()
    // 160 places a replica spread to some 8 %.
    for replica in 0..<4 { #expect((60...140).contains(before.count { $0 == replica })) }
    router.note(2, takesRequests: false)
    let during = homes()
    for (old, new) in zip(before, during) { #expect(old == 2 ? new != 2 : new == old) }
    router.note(2, takesRequests: true)
    #expect(homes() == before)
  }
}
