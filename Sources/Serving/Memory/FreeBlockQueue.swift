/// A block of a replica's cache, by its number.
public struct BlockID: Hashable, Sendable {
  let number: Int32

  init(_ index: Int) { number = Int32(index) }

  /// The number, counted from 0.
  public var index: Int { Int(number) }
}

/// The blocks that nobody holds, the one to be taken next first; any of them can leave in constant
/// time.
///
/// Blocks that were never taken come first, by number, and take no memory. Those that came back
/// stand behind them in a doubly linked list in a ring, of which place 0 is both ends.
struct FreeBlockQueue: Sendable {
  private struct Links {
    var previous: Int32 = 0
    var next: Int32 = 0
  }

  /// By the number of the block plus one, for all that were ever taken.
  private var links = [Links()]
  private let blocks: Int

  /// Blocks in the queue.
  private(set) var count: Int

  /// All of `blocks` blocks, by number.
  init(blocks: Int) {
    precondition(blocks >= 0 && blocks <= Int32.max, "blocks are numbered with 32 bits")
    count = blocks
    self.blocks = blocks
  }

  /// All of them, in order; takes time in proportion to their number.
  var all: [BlockID] {
    var result = (links.count - 1..<blocks).map { BlockID($0) }
    var place = Int(links[0].next)
    while place != 0 {
      result.append(BlockID(place - 1))
      place = Int(links[place].next)
    }
    return result
  }

  /// Puts `block`, which was taken, at the end.
  mutating func append(_ block: BlockID) {
    let place = block.number + 1
    let last = links[0].previous
    links[Int(place)] = Links(previous: last, next: 0)
    links[Int(last)].next = place
    links[0].previous = place
    count += 1
  }

  /// Puts `block`, which was taken, before all that came back.
  mutating func prepend(_ block: BlockID) {
    let place = block.number + 1
    let first = links[0].next
    links[Int(place)] = Links(previous: 0, next: first)
    links[Int(first)].previous = place
    links[0].next = place
    count += 1
  }

  /// Takes out `block`, which came back and is in the queue.
  mutating func remove(_ block: BlockID) {
    let old = links[block.index + 1]
    links[Int(old.previous)].next = old.next
    links[Int(old.next)].previous = old.previous
    count -= 1
  }

  mutating func removeFirst() -> BlockID {
    precondition(count > 0, "only a free block can be taken")
    if links.count <= blocks {
      links.append(Links())
      count -= 1
      return BlockID(links.count - 2)
    }
    let first = BlockID(Int(links[0].next) - 1)
    remove(first)
    return first
  }
}
