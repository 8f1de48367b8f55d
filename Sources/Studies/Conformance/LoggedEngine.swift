import Schedulers
import Serving

extension DecisionLog {
  /// The engine that the log was recorded from, by our name, under the log's limits.
  func engine() throws(InputError) -> Engine {
    guard let name = Self.names[header.scheduler] else {
      throw InputError(
        source, line: 1, column: "scheduler",
        problem: "there is no scheduler \"\(header.scheduler)\"",
        remedy: "there are \(Self.names.keys.sorted().joined(separator: ", "))")
    }
    let config = header.config
    let length = config.maxModelLen ?? config.maxLength ?? Int(Int32.max)
    let chunked = header.scheduler == "vllm_v0_chunked" ? ":chunked=true" : ""
    var engine = try Schedulers.engine(
      name + chunked, EngineSetting(maxModelLen: length, headSize: 128, isLargeGPU: false))
    setLimits(&engine.rules, length)
    setPieces(&engine.rules)
    return engine
  }

  /// Our names by those in the headers of logs.
  private static let names = [
    "faster_transformer": "request-level", "orca": "orca", "sarathi": "sarathi",
    "sarathi_vllm": "vllm-0.6", "sarathi_osdi_artifact": "sarathi-osdi",
    "simple_chunking": "simple-chunking", "splitfuse": "splitfuse", "vllm_v0": "vllm-0.6",
    "vllm_v0_chunked": "vllm-0.6", "vllm_v1": "vllm-0.11", "vllm_v1_0_33": "vllm-0.33",
  ]

  private func setLimits(_ rules: inout EngineRules, _ length: Int) {
    let config = header.config
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
    let config = header.config
    if let mode = config.flushMode { rules.releaseLag = mode == "deferred" ? 2 : 1 }
    if header.scheduler == "sarathi_vllm" { rules.lengthLimit = .promptsOnly }
    if let threshold = config.longPrefillTokenThreshold {
      rules.longPrefillTokenThreshold = threshold
    }
    if let chunked = config.enableChunkedPrefill { rules.chunksPrompts = chunked }
    if let whole = config.schedulerReserveFullIsl {
      rules.admission = whole ? .wholePrompt : .whatItTakes
    }
    if let dynamic = config.dynamic {
      rules.chunkSchedule.stages = dynamic.chunkScheduleStages
      rules.chunkSchedule.maxTokens = dynamic.chunkScheduleMaxTokens
      rules.chunkSchedule.high = dynamic.highChunkSize
      rules.chunkSchedule.low = dynamic.lowChunkSize
    }
    if config.preemptionMode == "swap" { rules.swapBlocks = config.numCpuBlocks ?? 0 }
    if config.policy == "priority" {
      rules.order = header.scheduler == "vllm_v0" ? .priorityWhenFull : .priority
    }
    rules.pipelineParallelSize = config.pp ?? 1
    rules.sharesPrefixes = config.prefixCaching ?? false
    rules.restartsAnswers = header.preemptOutputAccounting == "as_is"
    rules.readmitsAtOnce = ["sarathi", "sarathi_osdi_artifact"].contains(header.scheduler)
  }
}
