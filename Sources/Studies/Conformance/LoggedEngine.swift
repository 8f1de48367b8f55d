import Formats
import Schedulers
import Serving

/// A scheduler that logs are recorded from.
struct LoggedScheduler: Sendable {
  let entry: SchedulerEntry
  let log: EngineLog

  /// What ours is called, with its options.
  var ours: String { log.options.isEmpty ? entry.name : "\(entry.name):\(log.options)" }

  /// The same with the defects that it has at the commit that its logs are of.
  var full: String {
    let options = [log.options, log.defects].filter { !$0.isEmpty }.joined(separator: ",")
    return options.isEmpty ? entry.name : "\(entry.name):\(options)"
  }

  /// In the order of schedulers.
  static let all = Schedulers.entries.flatMap { entry in
    entry.logs.map { LoggedScheduler(entry: entry, log: $0) }
  }

  /// The scheduler of this name in a header.
  static func named(_ name: String) -> LoggedScheduler? { all.first { $0.log.name == name } }
}

extension DecisionLog {
  /// The engine that the log was recorded from, by our name, under the log's limits.
  func engine() throws(InputError) -> Engine {
    guard let scheduler = LoggedScheduler.named(header.scheduler) else {
      preconditionFailure("a log that was read names a scheduler")
    }
    let length = config.maxModelLen ?? config.maxLength ?? EngineRange.tokens.upperBound
    let setting = EngineSetting(maxModelLen: length, headSize: 128, isLargeGPU: false)
    var engine =
      scheduler.log.isPaged
      ? try scheduler.entry.engine(config.options, setting, source: source)
      : try Schedulers.engine(scheduler.full, setting)
    engine.name = scheduler.ours
    if !scheduler.log.isPaged {
      try scheduler.entry.set(config.options, of: &engine)
      setLimits(&engine.rules, length)
      setPieces(&engine.rules, scheduler.log)
      engine.rules.speculation = speculation
      engine.rules.encoder = config.encoder
    } else {
      engine.rules.memory.blockSize = config.blockSize
      engine.rules.memory.blocks = config.numBlocks
      engine.rules.outputs.schedulesAhead = config.overlap ?? false
    }
    if engine.rules.limits.maxBatchSequences > engine.rules.limits.maxNumSeqs {
      throw InputError(
        source, line: 1, column: "config.max_ragged_sequence_count",
        problem: "\(engine.rules.limits.maxBatchSequences) is out of range",
        remedy: "give a whole number from 1 to \(engine.rules.limits.maxNumSeqs)")
    }
    return engine
  }

  private func setLimits(_ rules: inout EngineRules, _ length: Int) {
    rules.memory.blockSize = config.blockSize
    rules.memory.blocks = config.numBlocks
    rules.memory.groups = config.groups ?? CacheGroups()
    rules.limits.maxNumSeqs =
      config.maxNumSeqs ?? config.maxTrackedSequences ?? rules.limits.maxNumSeqs
    rules.limits.maxBatchSequences = config.maxRaggedSequenceCount ?? rules.limits.maxNumSeqs
    if rules.limits.maxNumBatchedTokens != nil {
      rules.limits.maxNumBatchedTokens =
        config.chunkSize ?? config.batchMaxTokens ?? config.maxNumBatchedTokens
        ?? config.maxBatchedTokens ?? config.maxRaggedBatchSize ?? length
    }
  }

  private func setPieces(_ rules: inout EngineRules, _ log: EngineLog) {
    if let mode = config.flushMode { rules.memory.releaseLag = mode == "deferred" ? 2 : 1 }
    log.change(&rules)
    if let threshold = config.longPrefillTokenThreshold {
      rules.prompts.longPrefillTokenThreshold = threshold
    }
    if let ahead = config.asyncScheduling { rules.outputs.schedulesAhead = ahead }
    if let chunked = config.enableChunkedPrefill { rules.prompts.areChunked = chunked }
    if let whole = config.schedulerReserveFullIsl {
      rules.memory.admission = whole ? .wholePrompt : .whatItTakes
    }
    if let dynamic = config.dynamic, dynamic.isOn ?? true {
      rules.prompts.chunkSchedule.stages = dynamic.stages
      rules.prompts.chunkSchedule.maxTokens = dynamic.maxTokens
      rules.prompts.chunkSchedule.high = dynamic.high
      rules.prompts.chunkSchedule.low = dynamic.low
    }
    if config.preemptionMode == "swap" { rules.memory.swapBlocks = config.numCpuBlocks ?? 0 }
    if config.policy == "priority" { rules.order = log.priority }
    rules.limits.pipelineParallelSize = stages
    rules.memory.sharesPrefixes = config.prefixCaching ?? false
    rules.outputs.restartsAnswers = header.preemptOutputAccounting == "as_is"
  }
}
