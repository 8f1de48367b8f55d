/// Preemption that keeps the cache, in the host's memory.
extension Replica {
  /// Moves the cache of `id`, which this plan computes nothing for, to the host's memory, if there
  /// is room for it; says whether it did.
  mutating func swapOut(_ id: SequenceID) -> Bool {
    guard let blocks = blocksToSwap(id), blocks <= freeSwapBlocks else { return false }
    precondition(!isPlanned(id), "planned work is not undone")
    switch sequences[id].phase {
    case .decoding: leavePool(id)
    case .prefilling: prefilling.removeLast(id)
    case .skipped, .waiting, .swapped, .leaving, .done: skipped.removeLast(id)
    }
    ledger?.lose(slot: id.index, context: sequences[id].context)
    freeSwapBlocks -= blocks
    cache.evict(sequences[id].blocks)
    batch.swappedTokens += sequences[id].context
    sequences[id].preemptions += 1
    sequences[id].phase = .swapped
    running.remove(id)
    swapped.append(id)
    preempted.append(sequences[id].request)
    return true
  }

  /// Blocks of `id` that move to the host's memory where it loses its cache, or nil where it is
  /// computed again: what is in flight is, and a prompt that is computed in part unless the engine
  /// swaps those too. One whose rest is longer than the token budget would never come back.
  private mutating func blocksToSwap(_ id: SequenceID) -> Int? {
    if isDecoding(id) { return rules.blocks(for: context(of: id)) }
    guard rules.memory.swapsCutPrompts, sequences[id].phase == .prefilling,
      sequences[id].inFlight == 0
    else { return nil }
    if tokensLeft(id) > rules.tokenLimit {
      hangs += 1
      return nil
    }
    return sequences[id].blocks
  }

  /// Brings back swapped sequences, first come first served, and computes what they lack along with
  /// all others, while their blocks and the next token's leave the watermark free, and the cap and
  /// the token budget allow; returns them.
  ///
  /// A cut prompt comes back with all that is left of it (vLLM 0.6.6, `_schedule_swapped`).
  @discardableResult
  public mutating func swapIn() -> [SequenceID] {
    var back: [SequenceID] = []
    while let id = swapped.first, running.count < rules.limits.maxNumSeqs {
      let missing = sequences[id].target - sequences[id].context
      guard max(1, missing) <= tokensLeftInBudget else { break }
      let context = sequences[id].context
      let blocks = missing > 0 ? sequences[id].blocks : rules.blocks(for: context + 1)
      guard cache.freeBlocks - blocks >= rules.memory.watermarkBlocks else { break }
      freeSwapBlocks += missing > 0 ? blocks : rules.blocks(for: context)
      batch.swappedTokens += context
      swapped.remove(id)
      running.append(id)
      back.append(id)
      if missing > 0 { resume(id, blocks: blocks, computing: missing) } else { restore(id, blocks) }
    }
    return back
  }

  /// Computes the last `tokens` of the prompt of `id`, whose cache of `blocks` is back.
  private mutating func resume(_ id: SequenceID, blocks: Int, computing tokens: Int) {
    cache.take(blocks)
    sequences[id].phase = .prefilling
    prefilling.append(id)
    compute(id, tokens: tokens)
  }

  /// Decodes `id`, whose cache is back in `blocks` with the next token's, along with the others.
  private mutating func restore(_ id: SequenceID, _ blocks: Int) {
    ledger?.restore(slot: id.index)
    if selection == .all {
      cache.take(blocks)
      joinPool(id)
    } else {
      sequences[id].blocks = rules.blocks(for: sequences[id].context)
      cache.take(sequences[id].blocks)
      sequences[id].phase = .skipped
      skipped.append(id)
      decode(id)
    }
  }
}
