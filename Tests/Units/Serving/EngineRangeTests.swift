import Testing

@testable import Serving

@Suite struct `The engine's range` {
  private var rules: EngineRules {
    var rules = EngineRules(
      maxNumSeqs: 8, maxNumBatchedTokens: 100, chunksPrompts: true,
      maxModelLen: EngineRange.tokens.upperBound, blockSize: 1,
      blocks: EngineRange.blocks.upperBound,
      reservation: .chunk, watermark: 0, decodeGate: .neededBlock, lengthLimit: .reached)
    rules.memory.sharesPrefixes = true
    return rules
  }

  private func trace(_ prompts: [Int], hashes: Bool = false) -> Trace {
    Trace(
      requests: prompts.map { Request(arrival: 0, promptTokens: $0, outputTokens: 1) },
      columns: Columns(prefixHashes: hashes ? PrefixHashes(prompts.map { _ in [1] }) : nil))
  }

  @Test func `holds short sequences in any number and long ones in small number`() {
    let most = EngineRange.tokens.upperBound
    #expect(rules.excess(serving: trace([1, 2, 3])) == nil)
    #expect(rules.excess(serving: trace([most])) == nil)
    #expect(rules.excess(serving: trace([most, most])) == .squares)
    var alone = rules
    alone.limits.maxNumSeqs = 1
    #expect(alone.excess(serving: trace([most, most])) == nil)
    var chat = rules
    chat.limits.maxModelLen = 1 << 20
    #expect(chat.excess(serving: trace(Array(repeating: 1 << 19, count: 1000))) == nil)
  }

  @Test func `ends where blocks, named ones or averages do`() {
    let many = EngineRange.namedBlocks.upperBound
    #expect(rules.excess(serving: trace([many - 1], hashes: true)) == nil)
    #expect(rules.excess(serving: trace([many], hashes: true)) == .namedBlocks)
    #expect(rules.excess(serving: trace([many])) == nil)
    var large = rules
    large.memory.blocks += 1
    #expect(large.excess(serving: trace([1])) == .blocks)
    var average = rules
    average.memory.admission = .predictedPeak
    let longest = EngineRange.averageTokens.upperBound
    for (prompt, excess) in [(longest, nil), (longest + 1, EngineRange.Excess.averages)] {
      let trace = trace([prompt])
      #expect(average.withAverageLengths(of: trace.requests).excess(serving: trace) == excess)
    }
  }
}
