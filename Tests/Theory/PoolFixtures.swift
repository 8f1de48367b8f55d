import Schedulers
import Support

@testable import Serving

/// Replicas of vLLM 0.33 with so many blocks and sequences each, whose cache takes 1,000 bytes a
/// token.
func pool(
  _ role: Pool.Role, replicas: Int = 1, blocks: Int = 100_000, sequences: Int = 1000,
  isAhead: Bool = false, cost: any CostModel = LinearCost()
) throws -> Pool {
  let engine = try Schedulers.engine(
    "vllm-0.33:async-scheduling=\(isAhead)",
    EngineSetting(maxModelLen: 4096, headSize: 128, isLargeGPU: false))
  var rules = engine.rules
  // A block is the null block.
  rules.memory.blocks = blocks + 1
  rules.limits.maxNumSeqs = sequences
  rules.limits.maxBatchSequences = sequences
  rules.limits.maxNumBatchedTokens = 4096
  return Pool(
    role, rules: rules, scheduler: engine.scheduler, cost: cost, replicas: replicas,
    cacheBytes: CacheBytes(perToken: 1000))
}
