/// Preemption that keeps the cache, in the host's memory.
extension Replica {
  /// Moves the cache of `id`, which this plan computes nothing for, to the host's memory, if there
  /// is room for it; says whether it did.
  mutating func swapOut(_ id: SequenceID) -> Bool {
    guard keepsItsCache(id) else { return false }
    if sequences[id].phase == .decoding { cache.settle(id, at: context(of: id)) }
    guard cache.offload(id) else { return false }
    precondition(!isPlanned(id), "planned work is not undone")
    switch sequences[id].phase {
    case .decoding: leavePool(id)
    case .prefilling: prefilling.removeLast(id)
    case .skipped, .waiting, .swapped, .loading, .leaving, .done: skipped.removeLast(id)
    }
    ledger?.lose(slot: id.index, context: sequences[id].context)
    batch.swappedTokens += sequences[id].context
    sequences[id].preemptions += 1
    sequences[id].phase = .swapped
    running.remove(id)
    swapped.append(id)
    preempted.append(sequences[id].request)
    return true
  }

  /// Whether what `id` has in the cache moves to the host's memory, and is not computed again: what
  /// is in flight is, and a prompt that is computed in part unless the engine swaps those too. One
  /// whose rest is longer than the token budget would never come back.
  private mutating func keepsItsCache(_ id: SequenceID) -> Bool {
    if isDecoding(id) { return true }
    guard rules.memory.swapsCutPrompts, sequences[id].phase == .prefilling,
      sequences[id].inFlight == 0
    else { return false }
    if tokensLeft(id) <= rules.tokenLimit { return true }
    hangs += 1
    return false
  }

  /// Brings back swapped sequences, first come first served, and computes what they lack along with
  /// all others, while their blocks and the next token's leave the watermark free, and the cap and
  /// the token budget allow; returns them.
  ///
  /// A cut prompt comes back with all that is left of it (vLLM 0.6.6, `_schedule_swapped`).
  @discardableResult
  public mutating func swapIn() -> [SequenceID] {
    var back: [SequenceID] = []
    while let id = swapped.first, running.count < rules.limits.mostRunning {
      let missing = sequences[id].target - sequences[id].context
      guard max(1, missing) <= tokensLeftInBudget else { break }
      let context = sequences[id].context
      let next = missing > 0 ? 0 : cache.group.lacking(at: context)
      let need = cache.blocks(of: id) + next
      guard cache.freeBlocks - need >= rules.memory.watermarkBlocks else { break }
      cache.reload(id)
      batch.swappedTokens += context
      swapped.remove(id)
      running.append(id)
      back.append(id)
      if missing > 0 { resume(id, computing: missing) } else { restore(id) }
    }
    return back
  }

  /// Computes the last `tokens` of the prompt of `id`, whose cache is back.
  private mutating func resume(_ id: SequenceID, computing tokens: Int) {
    sequences[id].phase = .prefilling
    prefilling.append(id)
    compute(id, tokens: tokens)
  }

  /// Decodes `id`, whose cache is back, along with the others.
  private mutating func restore(_ id: SequenceID) {
    ledger?.restore(slot: id.index)
    if selection == .all {
      cache.take(cache.group.lacking(at: sequences[id].context))
      joinPool(id)
    } else {
      sequences[id].phase = .skipped
      skipped.append(id)
      decode(id)
    }
  }
}
