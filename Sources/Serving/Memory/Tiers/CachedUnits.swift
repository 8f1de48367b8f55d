/// What tiers ask of the cache above them.
extension KVCache {
  /// Blocks of `id` that are full and can be found.
  func fullBlocks(of id: SequenceID) -> Int { names?.held[id.index].full ?? 0 }

  /// What the first `count` units of `each` blocks of `sequence` are called.
  func units(of sequence: Sequence, _ count: Int, each: Int) -> [UInt64] {
    if tree == nil { return names?.units(of: sequence, count, each: each) ?? [] }
    let names = tree!.tree.names
    let key = names.key(of: sequence)
    return (0..<count).map { names.identity(of: key, page: ($0 + 1) * each - 1) }
  }
}
