/// The blocks of a replica whose sequences share the beginnings of their prompts.
///
/// Every block is either held, by one sequence or several, or free. A full block bears a hash of
/// all tokens up to its end and is found under it, free or not, until it is taken for something
/// else; the block that has been free for the longest time is taken first. Blocks that come to hold
/// the same tokens are not merged. The rules are those of vLLM 0.11 (`vllm/v1/core/block_pool.py`);
/// see Kwon et al., "Efficient Memory Management for Large Language Model Serving with
/// PagedAttention", SOSP 2023. A block takes memory from the moment when it is taken first.
public struct PrefixCache: Sendable {
  private var free: FreeBlockQueue
  private var table = BlockTable()
  /// Sequences that hold each block, of those that were ever taken.
  private var holders: [Int32] = []
  /// The hashes under which nothing is found any more, where they are kept until someone asks.
  var dropped: [UInt64] = []
  var keepsDropped = false

  /// Blocks at the beginning of a prompt that are in the cache.
  public struct Hit: Sendable, Equatable {
    /// In the order of the tokens.
    public fileprivate(set) var blocks: [BlockID] = []
    /// How many of them are free, and no longer are when they are taken.
    public fileprivate(set) var freeBlocks = 0
  }

  /// A cache of `blocks` blocks, free and without a hash, to be taken by number.
  public init(blocks: Int) {
    totalBlocks = blocks
    free = FreeBlockQueue(blocks: blocks)
  }

  /// The blocks that there are.
  public let totalBlocks: Int

  /// Blocks that can be taken now, those that could still be hit among them.
  public var freeBlocks: Int { free.count }

  /// The free blocks, the one to be taken first first; takes time in proportion to their number.
  public var freeBlocksInOrder: [BlockID] { free.all }

  /// Sequences that hold `block`.
  public func holders(of block: BlockID) -> Int {
    block.index < holders.count ? Int(holders[block.index]) : 0
  }

  /// The longest beginning of `hashes` that is in the cache.
  public func longestHit(_ hashes: ArraySlice<UInt64>) -> Hit { longestHit(among: hashes) }

  /// Likewise of hashes that stand elsewhere.
  func longestHit(among hashes: some Collection<UInt64>) -> Hit {
    var hit = Hit()
    for hash in hashes {
      guard let block = table.first(under: hash) else { break }
      hit.blocks.append(block)
      if holders[block.index] == 0 { hit.freeBlocks += 1 }
    }
    return hit
  }

  /// The block that is found under `hash`, if one is.
  @inline(__always)
  func block(under hash: UInt64) -> BlockID? { table.first(under: hash) }

  /// A hit of `blocks`, which are in the cache.
  func hit(on blocks: [BlockID]) -> Hit {
    Hit(blocks: blocks, freeBlocks: blocks.count { holders[$0.index] == 0 })
  }

  /// Takes the blocks of `hit`, since which none was taken, and appends them to `blocks`, those of
  /// one sequence.
  public mutating func take(_ hit: Hit, into blocks: inout [BlockID]) {
    for block in hit.blocks {
      if holders[block.index] == 0 { free.remove(block) }
      holders[block.index] += 1
      blocks.append(block)
    }
  }

  /// Takes the first `count` free blocks, which lose their hashes, and appends them to `blocks`,
  /// those of one sequence.
  public mutating func take(_ count: Int, into blocks: inout [BlockID]) {
    precondition(count <= free.count, "a replica takes only free blocks")
    for _ in 0..<count {
      let block = free.removeFirst()
      if table.contains(block) { drop(block) }
      if block.index < holders.count { holders[block.index] = 1 } else { holders.append(1) }
      blocks.append(block)
    }
  }

  /// Has `block` be found no more.
  @inline(__always)
  private mutating func drop(_ block: BlockID) {
    let hash = keepsDropped ? table.hash(of: block) : 0
    table.remove(block)
    if keepsDropped && table.first(under: hash) == nil { dropped.append(hash) }
  }

  /// Lets `block`, which is held and has no hash yet, be found under `hash`: from the moment that
  /// the last of its tokens is scheduled, even before they are computed.
  public mutating func register(_ block: BlockID, under hash: UInt64) {
    precondition(holders[block.index] > 0, "a block is filled while it is held")
    precondition(!table.contains(block), "a full block does not change")
    table.insert(block, under: hash)
  }

  /// Gives back `blocks`, all those of one sequence in the order of its tokens.
  ///
  /// Blocks that nobody else holds become free and keep their hashes; the last of them is the first
  /// to be taken again, for the beginning of a sequence is worth the most.
  ///
  /// - Parameter unnamedFirst: whether those without a hash are taken before all others.
  public mutating func release(_ blocks: [BlockID], unnamedFirst: Bool = false) {
    for block in blocks.reversed() {
      precondition(holders[block.index] > 0, "only a held block is given back")
      holders[block.index] -= 1
      if holders[block.index] > 0 { continue }
      if unnamedFirst && !table.contains(block) { free.prepend(block) } else { free.append(block) }
    }
  }
}
