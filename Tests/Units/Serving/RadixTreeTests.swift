import Testing

@testable import Serving

@Suite struct `A radix tree` {
  /// Prompts of eight tokens: the first two share four, of which the third has two.
  private static let hashes: PrefixHashes = [
    [1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4, 15, 16, 17, 18], [1, 2, 23, 24, 25, 26, 27, 28],
  ]

  private func tree() -> RadixTree {
    let trace = Trace(
      requests: (0..<3).map { _ in Request(arrival: 0, promptTokens: 8, outputTokens: 4) },
      columns: Columns(prefixHashes: Self.hashes, prefixBlockTokens: 1))
    return RadixTree(PageNames(PrefixBlocks.Source(trace), pageTokens: 1))
  }

  private func key(_ row: Int32) -> PageKey { PageKey(row: row, named: 8) }

  @Test func `finds the longest beginning that was entered, and nothing beyond what is named`() {
    var tree = tree()
    #expect(tree.match(key(0), pages: 8).pages == 0)
    #expect(tree.insert(key(0), pages: 12).known == 0)
    #expect(tree.match(key(0), pages: 12).pages == 12)
    #expect(tree.match(key(1), pages: 8).pages == 4)
    #expect(tree.match(key(2), pages: 8).pages == 2)
    #expect(tree.insert(key(1), pages: 8).known == 4)
    #expect(tree.pages == 16 && tree.evictablePages == 16)
    // Two requests' answers differ, whatever their prompts are.
    #expect(tree.match(PageKey(row: 1, named: 8), pages: 12).pages == 8)
  }

  @Test func `drops whole leaves, the one touched the longest ago first, and what is above last`() {
    var tree = tree()
    _ = tree.insert(key(0), pages: 8)
    _ = tree.insert(key(1), pages: 8)
    _ = tree.match(key(0), pages: 8)
    #expect(tree.dropLeaf() == 4, "the rest of the second")
    #expect(tree.match(key(1), pages: 8).pages == 4)
    #expect(tree.dropLeaf() == 4, "the rest of the first")
    #expect(tree.dropLeaf() == 4, "what both began with")
    #expect(tree.dropLeaf() == nil && tree.pages == 0)
  }

  @Test func `keeps what is locked, with all above it`() {
    var tree = tree()
    let first = tree.insert(key(0), pages: 8).end
    #expect(tree.lock(first.node) == 8 && tree.dropLeaf() == nil)
    // The third cuts the locked node; both parts stay locked.
    #expect(tree.insert(key(2), pages: 8).known == 2)
    #expect(tree.evictablePages == 6 && tree.evictable(above: first.node) == 0)
    #expect(tree.dropLeaf() == 6 && tree.dropLeaf() == nil)
    #expect(tree.unlock(first.node) == 8)
    #expect(tree.dropLeaf() == 6 && tree.dropLeaf() == 2 && tree.dropLeaf() == nil)
  }

  @Test func `walks heavier branches first, and a node's own after those below it`() {
    var tree = tree()
    _ = tree.insert(key(2), pages: 8)
    _ = tree.insert(key(0), pages: 8)
    _ = tree.insert(key(1), pages: 8)
    let light = tree.match(key(2), pages: 8).node
    let (heavy, other) = (tree.match(key(0), pages: 8).node, tree.match(key(1), pages: 8).node)
    let top = tree.match(key(0), pages: 2).node
    #expect(tree.orderByWeight([light, heavy, other, top, RadixTree.root]) == [1, 2, 0, 3, 4])
  }

  /// Whatever is entered is found again to its last page as long as nothing is dropped.
  @Test(arguments: 0..<20)
  func `finds what lists of tokens find`(seed: Int) {
    var random = RandomStream(seed: UInt64(seed), named: "radix tree")
    var chains: [[UInt64]] = []
    for _ in 0..<30 {
      var chain: UInt64 = 0
      chains.append(
        (0...random.integer(below: 12)).map { _ in
          chain = chain &* 31 &+ UInt64(1 + random.integer(below: 2))
          return chain
        })
    }
    let trace = Trace(
      requests: chains.map { Request(arrival: 0, promptTokens: $0.count, outputTokens: 1) },
      columns: Columns(prefixHashes: PrefixHashes(chains), prefixBlockTokens: 1))
    var tree = RadixTree(PageNames(PrefixBlocks.Source(trace), pageTokens: 1))
    var entered: Set<UInt64> = []
    for _ in 0..<200 {
      let row = random.integer(below: chains.count)
      let chain = chains[row]
      let pages = random.integer(below: chain.count + 1)
      let key = PageKey(row: Int32(row), named: Int32(chain.count))
      let known = chain.prefix(pages).prefix { entered.contains($0) }.count
      if random.integer(below: 2) == 0 {
        #expect(tree.match(key, pages: pages).pages == known)
      } else {
        #expect(tree.insert(key, pages: pages).known == known)
        entered.formUnion(chain.prefix(pages))
      }
      #expect(tree.pages == entered.count && tree.evictablePages == entered.count)
    }
    while tree.dropLeaf() != nil {}
    #expect(tree.pages == 0 && tree.evictablePages == 0)
  }
}
