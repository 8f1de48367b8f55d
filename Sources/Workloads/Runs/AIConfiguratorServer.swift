import Serving

extension MeasuredRun {
  /// States what aiconfigurator starts a server with for measurements of its own:
  /// `rule_plugin/benchmark/` of its generator (github.com/ai-dynamo/aiconfigurator,
  /// `src/aiconfigurator/generator`).
  ///
  /// A server has room for so many requests, and for the tokens of one prompt and 1,500 besides. As
  /// many clients ask it, of which rows that tell of several servers have the sum. The rules are
  /// those of today, and rows do not tell theirs: by SGLang's its servers are further off, which
  /// stay as they are.
  ///
  /// - Parameters:
  ///   - batchSize: the most requests of an iteration; 0 where the row does not say.
  ///   - longest: the longest prompt and output.
  mutating func startAsAIConfigurator(_ batchSize: Int, longest: Request) {
    guard batchSize > 0, engine?.name == "vllm" || engine?.name == "trtllm" else { return }
    settings[.maxNumSeqs] = "\(batchSize)"
    settings[.maxNumBatchedTokens] = "\(batchSize + longest.promptTokens + 1500)"
  }
}
