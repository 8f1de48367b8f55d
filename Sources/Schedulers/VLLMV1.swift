import Formats
import Serving

/// vLLM's second scheduler (V1): every running sequence catches up with its known tokens within one
/// budget, decodes and chunks of prompts alike, and new requests share what is left.
///
/// vLLM 0.11.0, synchronous, and 0.33.0, which schedules asynchronously as all versions since 0.14
/// do; `vllm/v1/core/sched/scheduler.py`.
struct VLLMV1: Scheduler {
  static let entry011 = SchedulerEntry(
    "vllm-0.11", "Decodes and chunks of prompts share one token budget in order (vLLM V1).",
    reproduces: "vLLM 0.11.0, V1", tokenBudget: "max-num-batched-tokens",
    logs: [EngineLog("vllm_v1", logKeys)], options: options
  ) { setting in
    var rules = EngineRules(
      maxNumSeqs: setting.isLargeGPU ? 1024 : 256,
      maxNumBatchedTokens: setting.isLargeGPU ? 8192 : 2048, chunksPrompts: true,
      maxModelLen: setting.maxModelLen, blockSize: 16, nullBlocks: 1, reservation: .chunk,
      watermark: 0, decodeGate: .neededBlock, lengthLimit: .reached)
    rules.memory.sharesPrefixes = true
    rules.prompts.chunksOverlap = true
    return rules
  } scheduler: {
    VLLMV1(passesLongPrompts: true)
  }

  static let entry033 = SchedulerEntry(
    "vllm-0.33", "As vllm-0.11, but admits a request only where its whole prompt fits (vLLM V1).",
    reproduces: "vLLM 0.33.0, V1", tokenBudget: "max-num-batched-tokens", drafts: true,
    logs: [
      EngineLog("vllm_v1_0_33", newestKeys, options: "async-scheduling=false"),
      EngineLog("vllm_v1_async", newestKeys + ["async_scheduling", "effective"]),
      EngineLog(
        "vllm_v1_hybrid", newestKeys + ["async_scheduling", "effective", "groups"],
        options: "async-scheduling=false"),
      EngineLog(
        "vllm_v1_spec", newestKeys + ["effective", "spec"], options: "async-scheduling=false"),
    ],
    options: options
  ) { setting in
    var rules = entry011.defaults(setting)
    rules.memory.admission = .wholePrompt
    rules.memory.reusesUnnamedFirst = true
    rules.prompts.thresholdHoldsAlone = false
    rules.outputs.schedulesAhead = true
    return rules
  } scheduler: {
    VLLMV1()
  }

  private static let logKeys = [
    "max_num_batched_tokens", "enable_chunked_prefill", "long_prefill_token_threshold", "policy",
    "prefix_caching",
  ]
  private static let newestKeys = logKeys + ["scheduler_reserve_full_isl", "watermark"]

  private static let options: [Setting<Engine>] = [
    .number(
      "long-prefill-token-threshold", \.rules.prompts.longPrefillTokenThreshold,
      "tokens of one prompt in one iteration; 0 for no such limit", least: 0),
    .truth(
      "enable-chunked-prefill", \.rules.prompts.areChunked,
      "whether a prompt may be cut into chunks"),
    .schedulingPolicy(.priority),
    .truth(
      "enable-prefix-caching", \.rules.memory.sharesPrefixes,
      "whether prompts share blocks where the trace has prefix hashes"),
    .truth(
      "async-scheduling", \.rules.outputs.schedulesAhead,
      "whether the next batch is formed while one runs; without a pipeline"),
  ]

  /// Whether a prompt too long for the budget lets those behind it pass, where prompts stay whole.
  var passesLongPrompts = false

  var repeatsDecodes: Bool { true }

  mutating func plan(_ replica: inout Replica) {
    if replica.speculates {
      replica.catchUpWithDrafts()
      if replica.preempted.isEmpty { replica.admitWithDrafts() }
      return
    }
    replica.catchUp()
    if replica.preempted.isEmpty { replica.admitChunks(passingLong: passesLongPrompts) }
  }
}
