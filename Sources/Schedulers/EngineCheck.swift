import Formats
import Serving

/// What of an engine's settings contradicts what else is set, or would go without effect beside it.
extension SchedulerEntry {
  /// Refuses `rules` that the engine could not keep, or that come of options which it would pass
  /// over; `given` are the names of those that the user gave.
  func check(
    _ rules: EngineRules, given: [String], _ setting: EngineSetting, _ source: String
  ) throws(InputError) {
    try checkLimits(rules, source)
    try checkSchedule(rules, given, setting, source)
    try checkPriorities(rules, source)
  }

  private func checkLimits(_ rules: EngineRules, _ source: String) throws(InputError) {
    if rules.limits.maxBatchSequences > rules.limits.maxNumSeqs {
      throw InputError(
        source,
        problem: "\(rules.limits.maxBatchSequences) sequences in a batch are more than the "
          + "\(rules.limits.maxNumSeqs) that may be tracked", remedy: "lower \(sequenceCap)")
    }
    // What is admitted with all its memory is never computed anew, with its answer as its prompt:
    // prompts that are too long are then refused one by one.
    let keepsAll = rules.memory.reservesAll
    if !rules.prompts.areChunked, !keepsAll, let budget = rules.limits.maxNumBatchedTokens,
      budget < rules.limits.maxModelLen
    {
      throw InputError(
        source,
        problem: "a budget of \(budget) tokens is less than the longest prompt, "
          + "\(rules.limits.maxModelLen), which \(name) does not cut",
        remedy: "raise \(tokenBudget ?? "it") or lower --max-model-len")
    }
  }

  /// sarathi-serve's dynamic chunking: sizes are multiples of 32 there, and take the place of the
  /// chunk size.
  private func checkSchedule(
    _ rules: EngineRules, _ given: [String], _ setting: EngineSetting, _ source: String
  ) throws(InputError) {
    let stages = "chunk-schedule-stages"
    let schedule = rules.prompts.chunkSchedule
    guard schedule.stages > 0 else {
      let sizes = ["chunk-schedule-max-tokens", "high-chunk-size", "low-chunk-size"]
      guard let idle = given.first(where: sizes.contains) else { return }
      throw InputError(
        source, problem: "\(idle) goes without effect where there is no \(stages)",
        remedy: "give \(stages) too, or leave it out")
    }
    if let budget = tokenBudget, given.contains(budget) || setting.maxNumBatchedTokens != nil {
      let idle = given.contains(budget) ? budget : "--max-num-batched-tokens"
      throw InputError(
        source, problem: "\(idle) goes without effect beside \(stages), which sizes the chunks",
        remedy: "leave one of them out")
    }
    for (name, size) in [("high-chunk-size", schedule.high), ("low-chunk-size", schedule.low)]
    where size % 32 != 0 {
      throw InputError(
        source, problem: "\(name) is \(size); sarathi-serve takes multiples of 32",
        remedy: "give \((size + 31) / 32 * 32)")
    }
  }

  /// vLLM 0.6.6 has priorities in its default mode alone, and fails where they swap.
  private func checkPriorities(_ rules: EngineRules, _ source: String) throws(InputError) {
    guard rules.order == .priorityWhenFull else { return }
    if rules.prompts.areChunked {
      throw InputError(
        source,
        problem: "with chunked=true vLLM 0.6.6 serves by arrival alone, and "
          + "scheduling-policy=priority goes without effect",
        remedy: "leave one of them out, or use vllm-0.11, which has both")
    }
    if rules.memory.swapBlocks > 0 {
      throw InputError(
        source,
        problem: "vLLM 0.6.6 fails on a request that makes way for a more urgent one and is "
          + "swapped out", remedy: "leave out swap-blocks or scheduling-policy=priority")
    }
  }
}
