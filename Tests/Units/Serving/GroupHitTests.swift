import Testing

@testable import Serving

@Suite struct `The beginning of a prompt that groups of layers have` {
  /// Blocks of 4 tokens under the numbers from 0, as each group still has them.
  private func hits(_ windows: [Int?], having groups: [[UInt64]]) -> [GroupHit] {
    var cache = PrefixCache(blocks: 100)
    for (place, names) in groups.enumerated() {
      var blocks: [BlockID] = []
      cache.take(names.count, into: &blocks)
      for (block, name) in zip(blocks, names) {
        cache.register(block, under: GroupHit.name(name, of: place))
      }
      cache.release(blocks)
    }
    return cache.hits(windows, blockTokens: 4, 6) { UInt64($0) }
  }

  private func shape(_ hits: [GroupHit]) -> [[Int]] {
    hits.map { [$0.passed, $0.hit.blocks.count] }
  }

  /// A window of 9 tokens reaches into the last two blocks.
  @Test func `needs only what windows reach into`() {
    #expect(shape(hits([nil, 9], having: [[0, 1, 2, 3, 4, 5], [4, 5]])) == [[0, 6], [4, 2]])
    #expect(shape(hits([9], having: [[2, 3]])) == [[2, 2]])
  }

  @Test func `ends where a window has its blocks in a row`() {
    #expect(
      shape(hits([nil, 9], having: [[0, 1, 2, 3, 4, 5], [1, 2, 4]])) == [[0, 3], [1, 2]])
    #expect(shape(hits([nil, 9], having: [[0, 1, 2, 3], [2, 3, 4, 5]])) == [[0, 4], [2, 2]])
  }

  @Test func `may be shorter than a window from the first block on`() {
    #expect(shape(hits([nil, 17], having: [[0, 1, 2, 3], [0, 1, 3]])) == [[0, 2], [0, 2]])
    #expect(hits([nil, 17], having: [[0, 1, 2, 3], [1, 2, 3]]).isEmpty)
  }

  /// The second window cuts what the first took, and then the first has to look once more.
  @Test func `is what two windows agree on`() {
    let found = hits([9, 5], having: [[0, 1, 3, 4], [0, 1, 2]])
    #expect(shape(found) == [[0, 2], [1, 1]])
  }

  @Test func `is one that groups of one window have together`() {
    #expect(
      shape(hits([nil, 5, 5], having: [[0, 1, 2, 3], [2, 3], [0, 2]])) == [
        [0, 3], [2, 1], [2, 1],
      ])
  }
}
