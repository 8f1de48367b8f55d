import Serving
import Support
import Testing

@testable import Studies

@Suite struct `What prompts share` {
  /// Prompts of two blocks of 10 tokens and a part of a third, and one of a block and a part.
  /// Request 1 hits block 1, request 3 blocks 1 and 2; blocks 3, 5 and 7 are never full.
  @Test func `is told for caches of every size at once`() throws {
    let trace = Trace(
      requests: [25, 25, 19, 25].map { Request(arrival: 0, promptTokens: $0, outputTokens: 1) },
      columns: Columns(
        prefixHashes: [[1, 2, 3], [1, 4, 5], [6, 7], [1, 2, 3]], prefixBlockTokens: 10))
    let sharing = try #require(PrefixSharing(trace))
    #expect(sharing.hitTokens() == 30 && sharing.promptTokens == 94)
    #expect(sharing.hitRate() == 30.0 / 94 && sharing.blockHitRate() == 3.0 / 7)
    #expect([4, 3, 2, 1, 0].map { sharing.hitTokens($0) } == [30, 20, 10, 0, 0])
    #expect(sharing.hitRequests() == 2 && sharing.hitRequests(2) == 1)
    #expect(sharing.blocks == 11 && sharing.distinctBlocks == 7 && sharing.fullBlocks == 7)
    #expect(sharing.blocks(for: 0.99) == 4 && sharing.blocks(for: 0.3) == 2)
  }

  /// A cache that is kept block by block, by the engine's own code, is the other opinion.
  @Test(arguments: 0..<40)
  func `is what a cache of that size spares`(seed: Int) throws {
    var random = RandomStream(seed: UInt64(seed), named: "shared prefixes")
    let size = 1 + random.integer(below: 4)
    var requests: [Request] = []
    var hashes: [[UInt64]] = []
    for _ in 0..<60 {
      let tokens = 1 + random.integer(below: 12 * size)
      requests.append(Request(arrival: 0, promptTokens: tokens, outputTokens: 1))
      var list: [UInt64] = []
      var branch = random.integer(below: 3)
      for block in 0..<(tokens + size - 1) / size {
        if random.integer(below: 4) == 0 { branch = branch * 7 + random.integer(below: 3) }
        list.append(UInt64(block * 1000 + branch % 1000))
      }
      hashes.append(list)
    }
    let trace = Trace(
      requests: requests,
      columns: Columns(prefixHashes: PrefixHashes(hashes), prefixBlockTokens: size))
    let sharing = try #require(PrefixSharing(trace))
    #expect(sharing.hitTokens() == PrefixReuse(trace).hitTokens)
    for blocks in [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89] {
      #expect(
        sharing.hitTokens(blocks) == PrefixReuse(trace, blocks: blocks).hitTokens, "\(blocks)")
    }
  }

  @Test func `is nothing without hashes`() {
    let request = Request(arrival: 0, promptTokens: 5, outputTokens: 1)
    #expect(PrefixSharing(Trace(requests: [request])) == nil)
    #expect(
      PrefixSharing(Trace(requests: [request], columns: Columns(prefixHashes: [[]]))) == nil)
  }
}
