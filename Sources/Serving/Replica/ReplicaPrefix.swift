/// Prompts that share their beginnings: vLLM V1's prefix caching.
///
/// vLLM 0.11, `vllm/v1/core/kv_cache_manager.py`. Counts stay with the cache as ever; only which
/// blocks they are is kept beside them.
extension Replica {
  /// Lets `id`, which waits, start behind the part of its prompt that is in the cache.
  @inline(__always)
  mutating func findPrefix(of id: SequenceID) {
    guard prefixes != nil else { return }
    sequences[id].context = prefixes!.hit(sequences[id]).blocks * rules.memory.blockSize
  }

  /// Undoes that where it was not admitted.
  @inline(__always)
  mutating func forgetPrefix(of id: SequenceID) {
    if sequences[id].phase == .waiting { sequences[id].context = 0 }
  }

  /// Free blocks that admitting `id` takes: those of its chunk, and those of its prefix that nobody
  /// holds; nil if there are too few, or too few for the whole prompt where the engine asks.
  @inline(__always)
  func blocksToAdmitSharing(_ id: SequenceID, computing tokens: Int) -> Int? {
    guard let hit = prefixes?.hit(sequences[id]) else { return nil }
    let context = sequences[id].context
    let need = rules.blocks(for: context + tokens) - hit.blocks + hit.freeBlocks
    let whole = rules.blocks(for: sequences[id].target) - hit.blocks + hit.freeBlocks
    guard cache.freeBlocks - need >= rules.memory.watermarkBlocks else { return nil }
    return rules.memory.admission == .wholePrompt && whole > cache.freeBlocks ? nil : need
  }

  /// Names the blocks that the decodes of this plan take, in the order of `running`.
  mutating func nameDecodedBlocks() {
    guard prefixes != nil else { return }
    var cursor = running.first
    while let id = cursor {
      if isDecoding(id) { nameDecodedBlocks(of: id) }
      cursor = running.next(after: id)
    }
  }

  /// Names the blocks that `id`, which this plan decodes, has once its next token is computed. That
  /// token is not known while an iteration runs that emits it.
  @inline(__always)
  mutating func nameDecodedBlocks(of id: SequenceID) {
    if prefixes == nil { return }
    let context = context(of: id)
    prefixes!.extend(
      id, sequences[id], to: context + 1, known: schedulesAhead ? context : context + 1)
  }

  /// Blocks that become free when `id` gives back its own.
  mutating func releaseBlocks(of id: SequenceID) -> Int {
    prefixes == nil ? sequences[id].blocks : prefixes!.release(id)
  }
}
