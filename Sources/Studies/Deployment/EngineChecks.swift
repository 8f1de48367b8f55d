import Formats
import Schedulers
import Serving

extension Engine {
  /// Throws if serving `trace` leaves the range of the engine's numbers, though each option keeps
  /// to its own.
  func check(_ trace: Trace) throws(InputError) {
    switch rules.excess(serving: trace) {
    case nil: return
    case .blocks?:
      throw InputError(
        "--num-gpu-blocks-override",
        problem: "memory has room for \(rules.memory.blocks) KV blocks",
        remedy: "give it, at most \(EngineRange.blocks.upperBound), or a larger --block-size")
    case .squares?:
      throw InputError(
        "--max-model-len",
        problem: "\(min(rules.limits.maxNumSeqs, trace.count)) sequences at once of up to "
          + "\(rules.limits.maxModelLen) tokens are more than can be summed up",
        remedy: "lower it or --max-num-seqs")
    case .averages?:
      throw InputError(
        name,
        problem:
          "the average prompt has \(rules.memory.averageLengths.prompt) tokens and the average "
          + "output \(rules.memory.averageLengths.answer)",
        remedy: "give average-prefill-length and average-decode-length, at most "
          + "\(EngineRange.averageTokens.upperBound) each")
    case .namedBlocks?:
      throw InputError(
        "--num-gpu-blocks-override",
        problem: "prompts that share their beginnings may fill \(rules.memory.totalBlocks) blocks",
        remedy: "give at most \(EngineRange.namedBlocks.upperBound), a larger --block-size, or "
          + "enable-prefix-caching=false")
    }
  }
}
