import Serving

/// vLLM's second scheduler (V1): every running sequence catches up with its known tokens within one
/// budget, decodes and chunks of prompts alike, and new requests share what is left.
///
/// vLLM 0.11.0, `vllm/v1/core/sched/scheduler.py`, synchronous scheduling, no prefix caching.
struct VLLM011: Scheduler {
  static let entry = SchedulerEntry(
    "vllm-0.11", "Decodes and chunks of prompts share one token budget in order (vLLM V1).",
    reproduces: "vLLM 0.11.0, V1, without prefix caching", tokenBudget: "max-num-batched-tokens"
  ) { setting in
    EngineRules(
      maxNumSeqs: setting.isLargeGPU ? 1024 : 256,
      maxNumBatchedTokens: setting.isLargeGPU ? 8192 : 2048, chunksPrompts: true,
      maxModelLen: setting.maxModelLen, blockSize: 16, nullBlocks: 1, reservation: .chunk,
      watermark: 0, decodeGate: .neededBlock, lengthLimit: .reached)
  } scheduler: {
    VLLM011()
  }

  mutating func plan(_ replica: inout Replica) {
    if replica.decodesComeFirst {
      replica.decodeAll()
      catchUp(replica.prefilling, in: &replica)
    } else {
      catchUp(replica.running.all, in: &replica)
    }
    if replica.preempted == 0 { replica.admitChunks() }
  }

  /// Computes what each of `sequences` lacks, in order; where memory is short, the last running
  /// sequence loses its cache.
  private func catchUp(_ sequences: [SequenceID], in replica: inout Replica) {
    for sequence in sequences where replica.isRunning(sequence) {
      let tokens = min(replica.tokensLeft(sequence), replica.tokensLeftInBudget)
      guard tokens > 0 else { return }
      let fits = replica.preempt(
        until: { $0.blocksNeeded(sequence, computing: tokens) <= $0.cache.freeBlocks },
        for: sequence)
      guard fits else { return }
      if replica.isDecoding(sequence) {
        replica.decode(sequence)
      } else {
        replica.compute(sequence, tokens: tokens)
      }
    }
  }
}
