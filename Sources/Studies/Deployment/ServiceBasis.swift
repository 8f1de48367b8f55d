import Costs
import Metrics
import Serving

extension Deployment {
  /// What the times of `requests` rest on, as reports show it; nothing where all is measured.
  ///
  /// It is decided by the largest iterations that they can bring about: the last chunk of the
  /// longest prompt, as many mean prompts as go into one, the longest context, and all decodes.
  func basis(
    _ rules: EngineRules, _ requests: [Request], _ cost: PipelineCost
  ) -> [Run.Setting] {
    let lengths = Lengths(requests, rules.limits.maxModelLen)
    guard lengths.count > 0 else { return [] }
    let budget = rules.limits.maxNumBatchedTokens ?? rules.limits.maxModelLen
    let chunk =
      rules.prompts.areChunked ? min(lengths.longestPrompt, budget) : lengths.longestPrompt
    let mean = max(1, min(lengths.prompts / lengths.count, budget))
    let prompts = max(1, min(lengths.count, rules.limits.maxBatchSequences, budget / mean))
    let cached = rules.memory.totalBlocks * rules.memory.blockSize
    let context = max(1, lengths.longest)
    let decodes = max(1, min(lengths.count, rules.limits.maxBatchSequences, budget, cached / mean))
    func batch(_ decodes: Int, _ context: Int, _ prompts: [(tokens: Int, context: Int)]) -> Batch {
      Batch(
        decodes: decodes, decodeContext: decodes * context, decodeContextSquares: 0,
        prompts: prompts)
    }
    let basis = CostBasis(
      of: [
        batch(0, 0, [(chunk, lengths.longestPrompt - chunk)]),
        batch(0, 0, Array(repeating: (mean, 0), count: min(prompts, 1 << 12))),
        batch(1, context, []), batch(decodes, mean, []),
      ], by: cost)
    return basis.words.map { [Run.Setting("times", $0)] } ?? []
  }

  /// Lengths of those requests that are not longer than any that is served.
  private struct Lengths {
    var count = 0
    var prompts = 0
    var longestPrompt = 0
    /// The most tokens of a prompt and its output.
    var longest = 0

    init(_ requests: [Request], _ most: Int) {
      for request in requests where request.promptTokens <= most {
        count += 1
        prompts += request.promptTokens
        longestPrompt = max(longestPrompt, request.promptTokens)
        longest = max(longest, request.promptTokens + request.outputTokens)
      }
      longest = min(longest, most)
    }
  }
}
