@testable import Serving

/// The prefix cache as one would write it down: arrays, searched from the front.
struct PrefixCacheModel {
  /// The numbers of the free blocks, the one to be taken first first.
  var free: [Int]
  var holders: [Int]
  /// Every block with a hash, in the order in which they got it.
  var registered: [(block: Int, hash: UInt64)] = []

  init(blocks: Int) {
    free = Array(0..<blocks)
    holders = Array(repeating: 0, count: blocks)
  }

  func block(under hash: UInt64) -> Int? { registered.first { $0.hash == hash }?.block }

  func hash(of block: Int) -> UInt64? { registered.first { $0.block == block }?.hash }

  /// The longest hit's blocks, and how many of them are free.
  func longestHit(_ hashes: [UInt64], atMost limit: Int) -> (blocks: [Int], free: Int) {
    var found: [Int] = []
    while found.count < min(limit, hashes.count), let block = block(under: hashes[found.count]) {
      found.append(block)
    }
    return (found, found.count { holders[$0] == 0 })
  }

  func isSame(_ hit: PrefixCache.Hit, _ expected: (blocks: [Int], free: Int)) -> Bool {
    hit.blocks.map(\.index) == expected.blocks && hit.freeBlocks == expected.free
  }

  mutating func take(hits hashes: [UInt64]) -> [Int] {
    hashes.map { hash in
      let block = block(under: hash)!
      free.removeAll { $0 == block }
      holders[block] += 1
      return block
    }
  }

  mutating func take(_ count: Int) -> [Int] {
    let taken = Array(free.prefix(count))
    free.removeFirst(count)
    registered.removeAll { taken.contains($0.block) }
    for block in taken { holders[block] = 1 }
    return taken
  }

  mutating func register(_ block: Int, under hash: UInt64) { registered.append((block, hash)) }

  /// - Parameter unnamedFirst: whether those without a hash are taken before all others.
  mutating func release(_ blocks: [Int], unnamedFirst: Bool = false) {
    for block in blocks.reversed() {
      holders[block] -= 1
      guard holders[block] == 0 else { continue }
      let isFirst = unnamedFirst && hash(of: block) == nil
      free.insert(block, at: isFirst ? 0 : free.count)
    }
  }
}
