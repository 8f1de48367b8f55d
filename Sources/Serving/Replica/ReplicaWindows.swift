/// Blocks behind the windows of layers that do not keep all tokens: a sequence gives them back when
/// it takes its next block.
///
/// Those that decode together are counted together, but for the first decodes after a prompt, which
/// give back what its last chunk left behind.
extension Replica {
  /// Tokens of `id` that count as computed in the plan under way: where engines schedule ahead, not
  /// those in flight.
  ///
  /// A decode's own token in flight is taken from the windows (`CacheGroup.ahead`).
  @inline(__always)
  func computedTokens(of id: SequenceID) -> Int {
    let sequence = sequences[id]
    if !cache.slides { return sequence.context }
    let context = context(of: id)
    if !schedulesAhead { return context }
    let isDecoding = sequence.phase == .decoding
    // What was planned last is in flight.
    let isInFlight =
      isDecoding ? sequence.decodesAlone == 2 : sequence.scheduledIn == planNumber - 1
    return context + cache.group.ahead - (isInFlight ? sequence.lastChunk : isDecoding ? 1 : 0)
  }

  /// Begins to watch `id`, which joins the pool.
  mutating func watchWindows(of id: SequenceID) {
    if !cache.slides { return }
    sequences[id].decodesAlone = schedulesAhead ? 2 : 1
    alone.append(id)
  }

  /// Gives back what those blocks are of members of the pool that are watched, which all decode
  /// now; the blocks that they lack are taken.
  mutating func slideAlone() {
    for id in alone where sequences[id].phase == .decoding && sequences[id].decodesAlone > 0 {
      let lacking = pool.context(of: sequences[id]) % rules.memory.blockSize == 0
      let need = blocksNeeded(id, computing: 1)
      cache.take(need - (lacking ? cache.group.growing : 0))
      decodedAlone(id, taking: need)
    }
  }

  /// Drops those that are counted with the pool by now, or decode no more.
  mutating func forgetAlone() {
    let sequences = sequences
    alone.removeAll { sequences[$0].decodesAlone == 0 || sequences[$0].phase != .decoding }
  }

  /// Books that `id`, which is watched, decodes and takes `blocks` for it.
  mutating func decodedAlone(_ id: SequenceID, taking blocks: Int) {
    cache.book(blocks, for: id)
    sequences[id].decodesAlone -= 1
    if sequences[id].decodesAlone == 0 { pool.slide(&sequences[id]) }
  }
}
