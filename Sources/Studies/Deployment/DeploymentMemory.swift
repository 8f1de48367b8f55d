import Costs
import Formats
import Metrics
import Schedulers
import Serving

/// What of a deployment decides how the memory of its GPUs is divided.
extension Deployment {
  /// The engine that `scheduler` names, options included, before its blocks are known.
  func engine(_ scheduler: String) throws(InputError) -> Engine {
    try Schedulers.engine(scheduler, setting(try modelLength()))
  }

  /// What the fullest GPU holds.
  func largestShard() throws(InputError) -> Shard {
    try shard(of: try largestStage(of: try servedModel()))
  }

  /// The limits under which memory is divided for an engine with `rules`, whose longest sequence
  /// has `length` tokens.
  ///
  /// - Parameter sharing: whether prompts share what they begin with.
  func limits(of rules: EngineRules, _ length: Int, sharing: Bool = false) -> MemoryLimits {
    var limits = MemoryLimits(
      gpuMemoryUtilization: gpuMemoryUtilization, blockSize: rules.memory.blockSize,
      maxNumBatchedTokens: rules.limits.maxNumBatchedTokens ?? length,
      maxNumSeqs: rules.limits.maxBatchSequences, maxModelLen: length)
    // Blocks behind windows are free again in vLLM's V1 alone; here not where prompts share blocks.
    limits.slides =
      !countsWindowsInFull && !sharing && pipelineParallelSize == 1
      && rules.memory.reservation == .chunk && rules.memory.decodeGate == .neededBlock
    return limits
  }

  /// What reports say of the groups of layers that take blocks of their own; nil where all are one.
  func shownGroups(_ rules: EngineRules, _ model: Model) -> Run.Setting? {
    let groups = rules.memory.groups
    func setting(_ text: String) -> Run.Setting { Run.Setting("kv_cache_groups", text) }
    if groups.states > 0 {
      return setting(
        "\(groups.whole) of all tokens, \(groups.states) of states, without prefix caching")
    }
    if let window = groups.windows.first {
      return setting(
        "\(groups.whole) of all tokens, \(groups.windows.count) of the last "
          + (Set(groups.windows).count == 1 ? "\(window)" : "\(window) or more"))
    }
    return model.hasWindows ? setting("1, windows kept in full") : nil
  }

  /// The KV blocks that memory has room for under `engine`.
  func plannedBlocks(of engine: Engine) throws(InputError) -> Int {
    try MemoryPlan(
      of: try largestShard(), on: gpu, limits: limits(of: engine.rules, try modelLength())
    ).blocks
  }
}
