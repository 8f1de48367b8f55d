/// Preemption that keeps the cache, in the host's memory.
extension Replica {
  /// Moves the cache of `id`, which can decode, to the host's memory, if there is room for it.
  mutating func swapOut(_ id: SequenceID) -> Bool {
    guard isDecoding(id), freeSwapBlocks > 0 else { return false }
    let blocks = rules.blocks(for: context(of: id))
    guard blocks <= freeSwapBlocks else { return false }
    precondition(
      chosen == .none && sequences[id.index].namedIn != plan, "planned work is not undone")
    if sequences[id.index].phase == .decoding {
      leavePool(id)
    } else {
      stalled.removeAll { $0 == id }
    }
    ledger?.lose(slot: id.index, context: sequences[id.index].context)
    freeSwapBlocks -= blocks
    cache.evict(sequences[id.index].blocks)
    batch.swappedTokens += sequences[id.index].context
    sequences[id.index].preemptions += 1
    sequences[id.index].phase = .swapped
    running.remove(id)
    swapped.append(id)
    preempted.append(sequences[id.index].request)
    return true
  }

  /// Brings back swapped sequences, first come first served, and decodes them along with all
  /// others, while their blocks and the next token's leave the watermark free and the cap allows.
  public mutating func swapIn() {
    precondition(chosen == .all, "swapped sequences come back beside all that decode")
    while let id = swapped.first, running.count < rules.maxNumSeqs {
      let blocks = rules.blocks(for: sequences[id.index].context + 1)
      guard cache.freeBlocks - blocks >= rules.watermarkBlocks else { return }
      cache.take(blocks)
      freeSwapBlocks += rules.blocks(for: sequences[id.index].context)
      batch.swappedTokens += sequences[id.index].context
      swapped.remove(id)
      running.append(id)
      ledger?.restore(slot: id.index)
      joinPool(id)
    }
  }
}
