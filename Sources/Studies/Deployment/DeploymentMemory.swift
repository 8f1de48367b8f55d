import Costs
import Formats
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
    try Shard(of: try largestStage(of: try servedModel()), tensorParallel: tensorParallelSize)
  }

  /// The limits under which memory is divided for an engine with `rules`, whose longest sequence
  /// has `length` tokens.
  func limits(of rules: EngineRules, _ length: Int) -> MemoryLimits {
    MemoryLimits(
      gpuMemoryUtilization: gpuMemoryUtilization, blockSize: rules.memory.blockSize,
      maxNumBatchedTokens: rules.limits.maxNumBatchedTokens ?? length,
      maxNumSeqs: rules.limits.maxBatchSequences, maxModelLen: length)
  }

  /// The KV blocks that memory has room for under `engine`.
  func plannedBlocks(of engine: Engine) throws(InputError) -> Int {
    try MemoryPlan(
      of: try largestShard(), on: gpu, limits: limits(of: engine.rules, try modelLength())
    ).blocks
  }
}
