import Serving
import Support
import Testing

@Suite struct `The reuse of prefixes` {
  /// Prompts of two blocks of 10 tokens and a part of a third, and one of a block and a part.
  private let trace = Trace(
    requests: [25, 25, 19, 25].map { Request(arrival: 0, promptTokens: $0, outputTokens: 1) },
    columns: Columns(
      prefixHashes: [[1, 2, 3], [1, 4, 5], [6, 7], [1, 2, 3]], prefixBlockTokens: 10))

  /// Request 1 hits block 1, request 3 blocks 1 and 2; the blocks 3, 5 and 7 are never full.
  @Test func `counts the full blocks that came before, of all tokens`() {
    let reuse = PrefixReuse(trace)
    #expect(reuse.hitTokens == 10 + 20 && reuse.promptTokens == 94)
    #expect(reuse.hitRate == 30.0 / 94)
  }

  /// With room for three blocks, 6 makes room by taking that of 2, which 1 outlived by its hit;
  /// with room for two, nothing but the hit of block 1 by request 1 is left.
  @Test func `forgets what was touched the longest time ago`() {
    #expect(PrefixReuse(trace, blocks: 4).hitTokens == 30)
    #expect(PrefixReuse(trace, blocks: 3).hitTokens == 20)
    #expect(PrefixReuse(trace, blocks: 2).hitTokens == 10)
    #expect(PrefixReuse(trace, blocks: 0).hitTokens == 0)
  }

  @Test func `is nothing without hashes`() {
    let trace = Trace(requests: [Request(arrival: 0, promptTokens: 5, outputTokens: 1)])
    #expect(PrefixReuse(trace).hitRate == 0)
  }
}
