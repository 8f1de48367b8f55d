import Costs
import Formats
import Metrics
import Schedulers
import Serving

extension Deployment {
  /// What serves `trace` when the engine that `scheduler` names, options included, runs here; an
  /// engine that reckons with average lengths has the trace's, where the options leave them open.
  ///
  /// Throws as `service(_:)` does.
  public func service(_ scheduler: String, for trace: Trace) throws(InputError) -> Service {
    try service(scheduler, trace: trace)
  }

  /// How operations of nano-batches overlap.
  enum Overlap {
    /// In iterations of one size that cost this, by a plan in words.
    case planned(OverlapCost, String)
    /// Not at all, since no pipeline is known for the model's layers, and why.
    case impossible(String)

    /// What reports say of it.
    var setting: Run.Setting {
      switch self {
      case .planned(_, let words): Run.Setting("overlap", words)
      case .impossible(let problem): Run.Setting("overlap", "none: \(problem)")
      }
    }
  }

  /// The best plan for requests of average length; nil where the engine overlaps nothing.
  func overlap(_ engine: Engine, length: Int) throws(InputError) -> Overlap? {
    guard engine.overlaps, let tokens = engine.rules.limits.maxNumBatchedTokens else { return nil }
    try checkSizes(of: engine, tokens)
    let times: KernelLayerTimes
    do {
      times = try layerTimes()
    } catch {
      guard !engine.offloadsCache else {
        throw InputError(
          engine.name, problem: "enable-offload is a part of a pipeline, and \(error.problem)",
          remedy: "leave it out, or \(error.remedy)")
      }
      return .impossible(error.problem)
    }
    let lengths = engine.rules.memory.averageLengths
    let batch = DenseBatch(
      tokens: tokens, prompt: lengths.prompt > 0 ? lengths.prompt : Self.unknownPrompt,
      output: lengths.answer > 0 ? lengths.answer : Self.unknownOutput, times: times)
    // The next batch is formed while one runs.
    var host = hostTime(of: engine)
    host.isAsynchronous = true
    let cost = costs.overlap(
      of: batch, by: times, longest: length, offloads: engine.offloadsCache, host: host)
    let words = cost.table.plan.words + (engine.offloadsCache ? "; offload" : "")
    return .planned(cost, words)
  }

  /// Throws where an average request would be longer than any, or a batch larger than plans are
  /// searched for.
  private func checkSizes(of engine: Engine, _ tokens: Int) throws(InputError) {
    let lengths = engine.rules.memory.averageLengths
    let most = min(engine.rules.limits.maxModelLen, PipelineSearch.mostTokens)
    guard lengths.prompt + lengths.answer <= most else {
      throw InputError(
        engine.name,
        problem: "a request of average length, \(lengths.prompt) tokens and \(lengths.answer) of "
          + "output, is longer than \(most) tokens, "
          + (most == engine.rules.limits.maxModelLen
            ? "the longest that is served" : "the most that it plans for"),
        remedy: "lower average-prefill-length or average-decode-length, or leave them out")
    }
    guard tokens <= PipelineSearch.mostTokens else {
      throw InputError(
        engine.name, problem: "batches of \(tokens) tokens are more than plans are searched for",
        remedy: "give \(PipelineSearch.mostTokens) or less")
    }
  }

  /// Tokens of a prompt and of its output where nothing is said of them: the longest outputs of
  /// those that NanoFlow was measured with (OSDI 2025, Figure 9).
  private static let unknownPrompt = 512
  private static let unknownOutput = 1024
}
