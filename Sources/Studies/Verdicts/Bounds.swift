import Costs
import Formats
import Metrics
import Serving

extension Deployment {
  /// The throughput that no schedule of `service`, which runs here, can pass on requests such as
  /// those of `trace` that can be served; nil where no output of them has two tokens, or where what
  /// an iteration emits hangs on drafts.
  ///
  /// Both bounds are of mean lengths, without cached prefixes, and of all replicas together.
  public func bounds(of trace: Trace, on service: Service) throws(InputError) -> ThroughputBounds? {
    let rules = service.engine.rules
    if rules.speculation != nil { return nil }
    guard let work = MeanWork(trace, rules) else { return nil }
    let shard = try shard(of: try servedModel())
    let cache = rules.memory.totalBlocks * rules.memory.blockSize
    let roofline = RooflineBound(
      of: shard, on: gpu.atItsPeaks, promptTokens: work.prompt, outputTokens: work.output,
      tokens: 1 << 16, sequences: 1 << 16, cacheTokens: cache)
    let copies = Double(fleet.replicas)
    let stages = Double(pipelineParallelSize)
    return ThroughputBounds(
      roofline: copies * stages / roofline.overlappedSeconds,
      clairvoyant: copies * stages
        * work.most(
          of: service.cost, cacheTokens: cache,
          tokens: service.engine.overlaps ? rules.limits.maxNumBatchedTokens : nil))
  }
}

/// What the mean request of a trace asks for, of those that an engine can serve and as far as it
/// lets their outputs come.
private struct MeanWork {
  /// Tokens of the prompt and of the output.
  let prompt: Double
  let output: Double
  /// The mean tokens in the cache of a request that decodes, over its decodes.
  let context: Double

  init?(_ trace: Trace, _ rules: EngineRules) {
    let served = trace.requests.filter(rules.canServe)
    let (prompts, outputs) = served.reduce((0, 0)) {
      ($0.0 + $1.promptTokens, $0.1 + rules.emittedTokens(of: $1))
    }
    let decodes = outputs - served.count
    guard decodes > 0 else { return nil }
    let contexts = served.reduce(0.0) { sum, request in
      let emitted = Double(rules.emittedTokens(of: request))
      return sum + (emitted - 1) * (Double(request.promptTokens) + emitted / 2)
    }
    prompt = Double(prompts) / Double(served.count)
    output = Double(outputs) / Double(served.count)
    context = contexts / Double(decodes)
  }

  /// The requests a second of the best steady mix: `cost` of decodes that never lack memory, and of
  /// prompts in batches with them or of their own.
  ///
  /// - Parameter tokens: those of a batch, where costs are known for batches of one size alone.
  func most(of cost: any CostModel, cacheTokens: Int, tokens: Int?) -> Double {
    let room = max(1, Int(Double(cacheTokens) / context))
    if let tokens {
      let decodes = Int(Double(tokens) * (output - 1) / (output - 1 + prompt))
      return decodes > 0 ? together(min(room, decodes), cost) : ofPrompts(tokens, cost)
    }
    var best = 0.0
    var decodes = 1
    while true {
      best = max(best, apart(decodes, cost))
      // Outputs so short that many prompts would go with them gain nothing by going together.
      if decodes == 1 || Double(decodes) < Self.mostPrompts * (output - 1) {
        best = max(best, together(decodes, cost))
      }
      if decodes == room { return best }
      decodes = min(room, max(decodes + 1, decodes * 5 / 4))
    }
  }

  /// The most prompts that are priced beside decodes.
  private static let mostPrompts = 16384.0

  /// Every iteration ends as many requests as it takes prompts' tokens for.
  private func together(_ decodes: Int, _ cost: any CostModel) -> Double {
    let ended = Double(decodes) / (output - 1)
    let tokens = max(1, Int((ended * prompt).rounded(.up)))
    return ended / cost.seconds(for: batch(decodes, prompts(of: tokens)))
  }

  /// Every iteration computes `tokens` of prompts; decodes, less than one an iteration, are for
  /// nothing.
  private func ofPrompts(_ tokens: Int, _ cost: any CostModel) -> Double {
    let ended = Double(tokens) / (output - 1 + prompt)
    return ended / cost.seconds(for: batch(0, prompts(of: tokens)))
  }

  /// Mean prompts of `tokens` in sum, the last one cut from the middle.
  private func prompts(of tokens: Int) -> [(tokens: Int, context: Int)] {
    let length = max(1, Int(prompt))
    let whole = Array(repeating: (tokens: length, context: 0), count: tokens / length)
    let rest = tokens % length
    return whole + (rest > 0 ? [(tokens: rest, context: max(0, (length - rest) / 2))] : [])
  }

  /// Prompts are computed by some thousands of tokens at a time, without decodes.
  private func apart(_ decodes: Int, _ cost: any CostModel) -> Double {
    let length = max(1, Int(prompt))
    let count = max(1, 8192 / length)
    let prompts = Array(repeating: (tokens: length, context: 0), count: count)
    let prefill = cost.seconds(for: batch(0, prompts)) / Double(count)
    return 1 / (prefill + (output - 1) * cost.seconds(for: batch(decodes, [])) / Double(decodes))
  }

  private func batch(_ decodes: Int, _ prompts: [(tokens: Int, context: Int)]) -> Batch {
    let sum = Double(decodes) * context
    // Beyond what any memory holds, squares that do not fit are as many as do.
    return Batch(
      decodes: decodes, decodeContext: Int(sum),
      decodeContextSquares: Int(min(sum * context, 0x1p62)), prompts: prompts)
  }
}

extension GPU {
  /// The same GPU with kernels that reach the data sheet's rates.
  fileprivate var atItsPeaks: GPU {
    var gpu = self
    gpu.efficiencies = Efficiencies(
      matrixCompute: 1, matrixMemory: 1, prefillAttention: 1, decodeAttention: 1, elementwise: 1,
      collective: 1, launchSeconds: 0, collectiveSeconds: 0, isMeasured: false,
      source: "the data sheet's peaks")
    return gpu
  }
}
