import Formats
import Serving

/// vLLM's first scheduler (V0): prompts go first, in batches of their own, and decodes wait; or,
/// with chunked prefill, decodes go first and chunks of prompts share their batch.
///
/// Kwon et al., "vLLM", SOSP 2023; vLLM 0.6.6, `vllm/core/scheduler.py`.
struct VLLMV0: Scheduler {
  static let entry = SchedulerEntry(
    "vllm-0.6", "Whole prompts first, in batches of their own; decodes wait for them (vLLM V0).",
    reproduces: "vLLM 0.6.6.post1", tokenBudget: "max-num-batched-tokens",
    hostTime: "vllm-v0", logs: logs,
    options: [
      .choice(
        "chunked", "decodes first, with chunks of prompts beside them, in 2048 tokens",
        [
          "false": { _ in },
          "true": {
            $0.rules.prompts.areChunked = true
            $0.rules.limits.maxNumBatchedTokens = 2048
          },
        ]),
      .schedulingPolicy(.priorityWhenFull),
      .swapBlocks,
    ]
  ) { setting in
    var rules = EngineRules(
      maxNumSeqs: 256, maxNumBatchedTokens: max(setting.maxModelLen, 2048), chunksPrompts: false,
      maxModelLen: setting.maxModelLen, blockSize: 16, reservation: .prompt, watermark: 0.01,
      decodeGate: .anyFreeBlock, lengthLimit: .exceeded)
    rules.memory.swapsCutPrompts = true
    return rules
  } scheduler: {
    VLLMV0()
  }

  /// Its own, and that of sarathi-serve's vLLM.
  private static let logs = [
    EngineLog("vllm_v0", logKeys, chunksPrompts: false, priority: .priorityWhenFull),
    EngineLog(
      "vllm_v0_chunked", logKeys, options: "chunked=true", chunksPrompts: true,
      priority: .priorityWhenFull),
    EngineLog("sarathi_vllm", ["max_batched_tokens"]) { $0.outputs.lengthLimit = .promptsOnly },
  ]
  private static let logKeys = [
    "max_num_batched_tokens", "enable_chunked_prefill", "policy", "preemption_mode",
    "num_cpu_blocks",
  ]

  var repeatsDecodes: Bool { true }

  mutating func plan(_ replica: inout Replica) {
    if replica.rules.prompts.areChunked {
      planChunked(&replica)
    } else {
      if replica.swapped.isEmpty { replica.admitWholePrompts() }
      guard replica.batch.chunks.isEmpty else { return }
      if replica.rules.order == .priorityWhenFull { replica.preemptForPriority() }
      replica.decodeAll()
      if replica.preempted.isEmpty { replica.swapIn() }
    }
  }

  private func planChunked(_ replica: inout Replica) {
    let walked = replica.catchUp()
    if walked || !replica.swapped.isEmpty {
      let planned = replica.running.all.filter { replica.isPlanned($0) }
      if replica.preempted.isEmpty { order(replica.swapIn(), in: &replica) }
      order(planned, in: &replica)
    }
    replica.admitChunks(passingPreempted: true)
  }

  /// Puts `sequences` last in the queue of those that run: who decodes, then whose prompt is cut.
  ///
  /// Who was left out for lack of budget comes first, then who came back, then who ran before.
  private func order(_ sequences: [SequenceID], in replica: inout Replica) {
    for sequence in sequences where replica.isDecoding(sequence) { replica.moveToBack(sequence) }
    for sequence in sequences where !replica.isDecoding(sequence) { replica.moveToBack(sequence) }
  }
}
