/// What the sequences of a replica hold of its radix tree: each a lock on where its pages in the
/// tree end. The pages behind are its own until they are entered too.
struct RadixPages: Sendable {
  private(set) var tree: RadixTree
  /// By slot.
  private(set) var held: [RadixTree.Place] = []
  /// What was found for the sequence that is admitted next.
  private(set) var found = RadixTree.Place()
  /// Pages of that which nobody else has locked.
  private(set) var foundEvictable = 0

  init(_ source: PrefixBlocks.Source?, pageTokens: Int) {
    tree = RadixTree(PageNames(source, pageTokens: pageTokens))
  }

  /// Makes room for one sequence more, in the next slot.
  mutating func addSlot() { held.append(RadixTree.Place()) }

  /// Finds the longest beginning of the first `pages` pages of `sequence` that is in the tree, for
  /// it to lock when it is admitted; returns where it ends.
  mutating func find(_ sequence: Sequence, pages: Int) -> RadixTree.Place {
    found = tree.match(tree.names.key(of: sequence), pages: pages)
    foundEvictable = tree.evictable(above: found.node)
    return found
  }

  /// Lets go of what was found.
  mutating func forget() {
    found = RadixTree.Place()
    foundEvictable = 0
  }

  /// Locks what was found for `id`; returns the pages that can no longer be dropped.
  mutating func take(_ id: SequenceID) -> Int {
    if found.pages == 0 { return 0 }
    held[id.index] = found
    let locked = tree.lock(found.node)
    forget()
    return locked
  }

  /// Enters the first `pages` pages of `sequence`, with a cut behind those of its prompt, so that
  /// an answer is dropped before its prompt; returns where they end and how many were there.
  private mutating func insert(
    _ sequence: Sequence, pages: Int
  ) -> (end: RadixTree.Place, known: Int) {
    let key = tree.names.key(of: sequence)
    let result = tree.insert(key, pages: pages)
    let prompt = sequence.promptTokens / tree.names.pageTokens
    if prompt > 0 && prompt < pages { _ = tree.insert(key, pages: prompt) }
    return result
  }

  /// Enters the first `tokens` tokens of `sequence`, which goes on, as far as they fill pages, and
  /// locks them; returns the pages of its own that were there before, and are given back.
  mutating func keep(_ id: SequenceID, _ sequence: Sequence, tokens: Int) -> Int {
    let old = held[id.index]
    let (end, known) = insert(sequence, pages: tokens / tree.names.pageTokens)
    tree.lock(end.node)
    tree.unlock(old.node)
    held[id.index] = end
    return max(0, known - old.pages)
  }

  /// Enters the first `tokens` tokens of `sequence`, which is done, without a lock.
  mutating func enter(_ sequence: Sequence, tokens: Int) {
    let pages = tokens / tree.names.pageTokens
    if pages > 0 { _ = insert(sequence, pages: pages) }
  }

  /// Takes the lock from `id`; returns how many pages of the tree it held.
  mutating func release(_ id: SequenceID) -> Int {
    let old = held[id.index]
    tree.unlock(old.node)
    held[id.index] = RadixTree.Place()
    return old.pages
  }

  /// Has it keep the names of what is dropped, until `takeDropped` is asked.
  mutating func keepDropped() { tree.keepsDropped = true }

  /// The names of pages that were dropped since this was asked.
  mutating func takeDropped() -> [UInt64] {
    defer { tree.dropped.removeAll(keepingCapacity: true) }
    let names = tree.names
    return tree.dropped.flatMap { key, pages in
      pages.map { names.identity(of: key, page: $0) }
    }
  }

  /// Drops the leaf that was touched the longest ago; returns whether there was one.
  mutating func dropLeaf() -> Bool { tree.dropLeaf() != nil }
}

/// The cache of an engine that keeps what was computed in a radix tree. What can be dropped from
/// the tree counts as free.
extension KVCache {
  /// Blocks in the tree that can be dropped.
  public var evictableBlocks: Int { tree?.tree.evictablePages ?? 0 }

  /// Blocks that nothing is in, those among them that the plan under way has taken.
  private var unusedBlocks: Int { freeBlocks - evictableBlocks + planned }

  /// Blocks that are free for the plan under way, those among them that it has taken.
  public var blocksForPlan: Int { freeBlocks + planned }

  /// Tokens that have room in those, if one sequence more takes them.
  public var tokensForPlan: Int { group.tokens(in: blocksForPlan) }

  /// Blocks that were found for the sequence that is admitted next and that could be dropped
  /// before.
  public var foundEvictableBlocks: Int { tree?.foundEvictable ?? 0 }

  /// Drops leaves of the tree until `tokens` tokens fit beside what the tree holds, before the plan
  /// under way takes anything, or there is nothing to drop.
  mutating func makeRoom(tokens: Int) {
    if tree == nil { return }
    while unusedBlocks * group.blockTokens < tokens, tree!.dropLeaf() {}
  }

  /// Enters what `id`, which goes on, has computed, `tokens` tokens.
  mutating func keep(_ id: SequenceID, _ sequence: Sequence, tokens: Int) {
    if tree == nil { return }
    let before = evictableBlocks
    let twice = tree!.keep(id, sequence, tokens: tokens)
    freeBlocks += twice + evictableBlocks - before
  }

  /// Enters what `id`, which is done, has computed, `tokens` tokens.
  mutating func enter(_ id: SequenceID, _ sequence: Sequence, tokens: Int) {
    tree?.enter(sequence, tokens: tokens)
  }

  /// Gives back what `id` holds of `blocks` blocks beside the tree, and its lock.
  mutating func unlock(_ id: SequenceID, of blocks: Int) -> Int {
    let before = evictableBlocks
    let pages = tree!.release(id)
    return blocks - pages + evictableBlocks - before
  }
}
