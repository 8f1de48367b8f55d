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
/// A doubly linked list in a ring: the place after the last block stands for both ends.
struct FreeBlockQueue: Sendable {
  private struct Links {
    var previous: Int32
    var next: Int32
  }

  private var links: [Links]
  private let end: Int

  /// Blocks in the queue.
  private(set) var count: Int

  /// All of `blocks` blocks, by number.
  init(blocks: Int) {
    precondition(blocks >= 0 && blocks < Int32.max, "blocks are numbered with 32 bits")
    count = blocks
    end = blocks
    links = (0...blocks).map { place in
      Links(
        previous: Int32(place == 0 ? blocks : place - 1),
        next: Int32(place == blocks ? 0 : place + 1))
    }
  }

  /// All of them, in order; takes time in proportion to their number.
  var all: [BlockID] {
    var result: [BlockID] = []
    var place = Int(links[end].next)
    while place != end {
      result.append(BlockID(place))
      place = Int(links[place].next)
    }
    return result
  }

  mutating func append(_ block: BlockID) {
    let last = links[end].previous
    links[block.index] = Links(previous: last, next: Int32(end))
    links[Int(last)].next = block.number
    links[end].previous = block.number
    count += 1
  }

  /// Takes out `block`, which is in the queue.
  mutating func remove(_ block: BlockID) {
    let old = links[block.index]
    links[Int(old.previous)].next = old.next
    links[Int(old.next)].previous = old.previous
    count -= 1
  }

  mutating func removeFirst() -> BlockID {
    precondition(count > 0, "only a free block can be taken")
    let first = BlockID(Int(links[end].next))
    remove(first)
    return first
  }
}
