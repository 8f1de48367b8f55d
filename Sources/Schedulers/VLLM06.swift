import Serving

/// vLLM's first scheduler (V0): prompts go first, in batches of their own, and decodes wait.
///
/// Kwon et al., "vLLM", SOSP 2023; vLLM 0.6.6, chunked prefill off.
struct VLLM06: Scheduler {
  static let entry = SchedulerEntry(
    "vllm-0.6", "Whole prompts first, in batches of their own; decodes wait for them (vLLM V0).",
    reproduces: "vLLM 0.6.6.post1, default mode", tokenBudget: "max-num-batched-tokens"
  ) { setting in
    EngineRules(
      maxNumSeqs: 256, maxNumBatchedTokens: max(setting.maxModelLen, 2048), chunksPrompts: false,
      maxModelLen: setting.maxModelLen, blockSize: 16, reservation: .prompt, watermark: 0.01,
      decodeGate: .anyFreeBlock, lengthLimit: .exceeded)
  } scheduler: {
    VLLM06()
  }

  mutating func plan(_ replica: inout Replica) {
    replica.admitWholePrompts()
    if replica.batch.chunks.isEmpty { replica.decodeAll() }
  }
}
