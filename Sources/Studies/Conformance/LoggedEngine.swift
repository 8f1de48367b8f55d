import Formats
import Schedulers
import Serving

/// A scheduler that logs are recorded from.
struct LoggedScheduler: Sendable {
  /// What ours is called.
  let ours: String
  /// The keys that its `config` may have.
  let keys: [String]
  /// Whether it cuts prompts, where that is what tells it from another.
  let chunksPrompts: Bool?

  /// By the name in the header.
  static let all = [
    "faster_transformer": LoggedScheduler("request-level"),
    "orca": LoggedScheduler("orca"),
    "sarathi": LoggedScheduler("sarathi", ["chunk_size", "dynamic"]),
    "sarathi_osdi_artifact": LoggedScheduler("sarathi-osdi", ["chunk_size", "dynamic"]),
    "sarathi_vllm": LoggedScheduler("vllm-0.6", ["max_batched_tokens"]),
    "simple_chunking": LoggedScheduler("simple-chunking", ["chunk_size"]),
    "splitfuse": LoggedScheduler(
      "splitfuse",
      limits: [
        "max_length", "max_ragged_batch_size", "max_ragged_sequence_count",
        "max_tracked_sequences", "flush_mode",
      ]),
    "vllm_v0": LoggedScheduler("vllm-0.6", v0, chunksPrompts: false),
    "vllm_v0_chunked": LoggedScheduler("vllm-0.6:chunked=true", v0, chunksPrompts: true),
    "vllm_v1": LoggedScheduler("vllm-0.11", v1),
    "vllm_v1_0_33": LoggedScheduler("vllm-0.33", v1 + ["scheduler_reserve_full_isl", "watermark"]),
  ]

  private static let v0 = [
    "max_num_batched_tokens", "enable_chunked_prefill", "policy", "preemption_mode",
    "num_cpu_blocks",
  ]
  private static let v1 = [
    "max_num_batched_tokens", "enable_chunked_prefill", "long_prefill_token_threshold", "policy",
    "prefix_caching",
  ]

  private init(
    _ ours: String, _ own: [String] = [],
    limits: [String] = ["max_num_seqs", "max_model_len", "pp"], chunksPrompts: Bool? = nil
  ) {
    self.ours = ours
    self.chunksPrompts = chunksPrompts
    keys = ["block_size", "num_blocks"] + limits + own
  }
}

extension DecisionLog {
  /// The engine that the log was recorded from, by our name, under the log's limits.
  func engine() throws(InputError) -> Engine {
    guard let scheduler = LoggedScheduler.all[header.scheduler] else {
      preconditionFailure("a log that was read names a scheduler")
    }
    let length = config.maxModelLen ?? config.maxLength ?? EngineRange.tokens.upperBound
    var engine = try Schedulers.engine(
      scheduler.ours, EngineSetting(maxModelLen: length, headSize: 128, isLargeGPU: false))
    setLimits(&engine.rules, length)
    setPieces(&engine.rules)
    if engine.rules.maxBatchSequences > engine.rules.maxNumSeqs {
      throw InputError(
        source, line: 1, column: "config.max_ragged_sequence_count",
        problem: "\(engine.rules.maxBatchSequences) is out of range",
        remedy: "give a whole number from 1 to \(engine.rules.maxNumSeqs)")
    }
    return engine
  }

  private func setLimits(_ rules: inout EngineRules, _ length: Int) {
    rules.blockSize = config.blockSize
    rules.blocks = config.numBlocks
    rules.maxNumSeqs = config.maxNumSeqs ?? config.maxTrackedSequences ?? rules.maxNumSeqs
    rules.maxBatchSequences = config.maxRaggedSequenceCount ?? rules.maxNumSeqs
    if rules.maxNumBatchedTokens != nil {
      rules.maxNumBatchedTokens =
        config.chunkSize ?? config.maxNumBatchedTokens ?? config.maxBatchedTokens
        ?? config.maxRaggedBatchSize ?? length
    }
  }

  private func setPieces(_ rules: inout EngineRules) {
    if let mode = config.flushMode { rules.releaseLag = mode == "deferred" ? 2 : 1 }
    if header.scheduler == "sarathi_vllm" { rules.lengthLimit = .promptsOnly }
    if let threshold = config.longPrefillTokenThreshold {
      rules.longPrefillTokenThreshold = threshold
    }
    if let chunked = config.enableChunkedPrefill { rules.chunksPrompts = chunked }
    if let whole = config.schedulerReserveFullIsl {
      rules.admission = whole ? .wholePrompt : .whatItTakes
    }
    if let dynamic = config.dynamic, dynamic.isOn ?? true {
      rules.chunkSchedule.stages = dynamic.stages
      rules.chunkSchedule.maxTokens = dynamic.maxTokens
      rules.chunkSchedule.high = dynamic.high
      rules.chunkSchedule.low = dynamic.low
    }
    if config.preemptionMode == "swap" { rules.swapBlocks = config.numCpuBlocks ?? 0 }
    if config.policy == "priority" {
      rules.order = header.scheduler.hasPrefix("vllm_v0") ? .priorityWhenFull : .priority
    }
    rules.pipelineParallelSize = stages
    rules.sharesPrefixes = config.prefixCaching ?? false
    rules.restartsAnswers = header.preemptOutputAccounting == "as_is"
    // sarathi-serve has this defect at the commit that its logs are of.
    if header.scheduler == "sarathi" { rules.readmitsAtOnce = true }
  }
}
