import Testing

@testable import Serving

@Suite struct `The queue of free blocks` {
  @Test func `begins with all blocks by number and keeps the order in which they come back`() {
    var queue = FreeBlockQueue(blocks: 5)
    #expect(queue.all.map(\.index) == [0, 1, 2, 3, 4])
    for block in 0..<3 { #expect(queue.removeFirst() == BlockID(block)) }
    for block in [1, 2, 0] { queue.append(BlockID(block)) }
    #expect(queue.all.map(\.index) == [3, 4, 1, 2, 0] && queue.count == 5)
    queue.remove(BlockID(2))
    #expect(queue.all.map(\.index) == [3, 4, 1, 0] && queue.count == 4)
    for block in [3, 4, 1] { #expect(queue.removeFirst() == BlockID(block)) }
  }

  @Test func `runs empty and fills again`() {
    var queue = FreeBlockQueue(blocks: 2)
    #expect(queue.removeFirst() == BlockID(0) && queue.removeFirst() == BlockID(1))
    #expect(queue.all == [] && queue.count == 0)
    queue.append(BlockID(1))
    #expect(queue.all == [BlockID(1)])
    #expect(FreeBlockQueue(blocks: 0).all == [])
  }
}

@Suite struct `The table of blocks` {
  @Test func `finds the block that came first under a hash, whichever of the others leaves`() {
    var table = BlockTable()
    for block in [2, 0, 3, 1] { table.insert(BlockID(block), under: 7) }
    table.remove(BlockID(0))
    #expect(table.first(under: 7) == BlockID(2) && !table.contains(BlockID(0)))
    table.remove(BlockID(2))
    #expect(table.first(under: 7) == BlockID(3))
    table.insert(BlockID(2), under: 7)
    table.remove(BlockID(3))
    #expect(table.first(under: 7) == BlockID(1))
    table.remove(BlockID(1))
    #expect(table.first(under: 7) == BlockID(2))
    table.remove(BlockID(2))
    #expect(table.first(under: 7) == nil)
  }

  @Test func `takes every number for a hash`() {
    let hashes: [UInt64] = [0, 1, .max, 1 << 63, 1 << 32]
    var table = BlockTable()
    for (block, hash) in hashes.enumerated() { table.insert(BlockID(block), under: hash) }
    for (block, hash) in hashes.enumerated() {
      #expect(table.first(under: hash) == BlockID(block))
    }
    #expect(table.first(under: 2) == nil)
  }
}

@Suite struct `The prefix cache` {
  @Test func `takes memory for the blocks that were in use, not for all there are`() {
    var cache = PrefixCache(blocks: EngineRange.blocks.upperBound)
    #expect(admit([1, 2, 3], &cache) == [0, 1, 2].map { BlockID($0) })
    #expect(cache.freeBlocks == EngineRange.blocks.upperBound - 3)
  }

  /// A sequence that computes blocks of `hashes` from the first on, hits included.
  private func admit(_ hashes: [UInt64], _ cache: inout PrefixCache) -> [BlockID] {
    var blocks: [BlockID] = []
    let hit = cache.longestHit(hashes[...])
    cache.take(hit, into: &blocks)
    cache.take(hashes.count - hit.blocks.count, into: &blocks)
    for place in hit.blocks.count..<hashes.count {
      cache.register(blocks[place], under: hashes[place])
    }
    return blocks
  }

  @Test func `lets two sequences hold the beginning that they share`() {
    var cache = PrefixCache(blocks: 8)
    let first = admit([10, 11, 12], &cache)
    #expect(cache.counts([10, 11, 99, 12]) == [2, 0])
    #expect(cache.counts([10, 11, 99, 12].prefix(1)) == [1, 0])
    let second = admit([10, 11, 99], &cache)
    #expect(first.map(\.index) == [0, 1, 2] && second.map(\.index) == [0, 1, 3])
    #expect(first.map(cache.holders) == [2, 2, 1] && cache.freeBlocks == 4)
    cache.release(first)
    #expect(first.map(cache.holders) == [1, 1, 0] && cache.freeBlocks == 5)
    #expect(cache.counts([10, 11, 12]) == [3, 1])
  }

  @Test func `gives up the end of a sequence before its beginning, the oldest sequence first`() {
    var cache = PrefixCache(blocks: 6)
    let old = admit([1, 2, 3], &cache)
    let new = admit([4, 5], &cache)
    cache.release(old)
    cache.release(new)
    #expect(cache.freeBlocksInOrder.map(\.index) == [5, 2, 1, 0, 4, 3])
    _ = admit([6, 7], &cache)
    #expect(cache.counts([1, 2, 3]) == [2, 2])
    #expect(cache.counts([4, 5]) == [2, 2])
  }

  @Test func `keeps a hit that was free from being taken for something else`() {
    var cache = PrefixCache(blocks: 3)
    cache.release(admit([1, 2, 3], &cache))
    let again = admit([1, 2, 9], &cache)
    #expect(again.map(\.index) == [0, 1, 2] && cache.freeBlocks == 0)
    #expect(cache.counts([1, 2, 3]) == [2, 0])
  }

  @Test func `does not merge what was computed twice`() {
    var cache = PrefixCache(blocks: 4)
    var blocks: [BlockID] = []
    cache.take(2, into: &blocks)
    cache.register(blocks[0], under: 5)
    cache.register(blocks[1], under: 5)
    cache.release([blocks[0]])
    #expect(cache.counts([5]) == [1, 1])
    var others: [BlockID] = []
    cache.take(3, into: &others)
    #expect(others.map(\.index) == [2, 3, 0])
    #expect(cache.counts([5]) == [1, 0])
  }

  @Test func `holds blocks without a hash that nothing finds again`() {
    var cache = PrefixCache(blocks: 2)
    var blocks: [BlockID] = []
    cache.take(2, into: &blocks)
    cache.register(blocks[0], under: 1)
    cache.release(blocks)
    #expect(cache.freeBlocksInOrder.map(\.index) == [1, 0])
    #expect(cache.longestHit([1, 2]).blocks.count == 1)
    #expect(PrefixCache(blocks: 0).counts([1]) == [0, 0])
  }
}

extension PrefixCache {
  /// The blocks of the longest hit, and how many of them are free.
  fileprivate func counts(_ hashes: some Collection<UInt64>) -> [Int] {
    let hit = longestHit(Array(hashes)[...])
    return [hit.blocks.count, hit.freeBlocks]
  }
}
