import Costs
import Schedulers
import Serving
import Workloads

/// A model on NanoFlow's GPUs and kernels with a backlog of requests that never ends, as the paper
/// measures throughput (OSDI 2025, section 6).
struct NanoFlowBench: Sendable {
  /// The way to run a layer.
  enum Way: Sendable {
    /// One operation after the other.
    case sequential
    /// The operations of the released pipeline, one after the other.
    case split
    /// The best pipeline that is found.
    case overlapped
  }

  var model: Model
  var gpus: Int
  /// Tokens of every iteration.
  var tokens: Int
  /// Tokens that the cache holds, as released.
  var cacheTokens: Int

  /// LLaMA-2-70B, as released in `llama2-70B/2048.json`.
  static func standard() throws(InputError) -> NanoFlowBench {
    NanoFlowBench(
      model: try Models.named("llama-2-70b"), gpus: 8, tokens: 2048, cacheTokens: 1_515_520)
  }

  /// The split of the same configuration.
  private static let released = PipelinePlan.nanoFlow(
    NanoFlowPlan(first: 640, firstPart: 256, secondPart: 768))

  /// The tokens, of prompts and answers together, that each GPU serves in a second of `backlog`.
  func tokensPerSecond(_ backlog: Trace, _ way: Way) throws -> Double {
    let engine = try Schedulers.engine(
      "nanoflow:global-batch-size=\(tokens)",
      EngineSetting(maxModelLen: 4096, headSize: model.headSize, isLargeGPU: false))
    var rules = engine.rules.knowing(backlog.requests)
    rules.blocks = cacheTokens / rules.blockSize
    var simulation = Simulation(
      backlog, rules: rules, scheduler: engine.scheduler,
      cost: try cost(way, rules.averageLengths), recordsIterations: true)
    let timeline = try simulation.run()
    // While requests wait, and without the first third of that, in which the first ones start.
    let busy = timeline.iterations.prefix { $0.waiting > 0 }
    let (start, end) = (busy[busy.count / 3].start, busy[busy.count - 1].end)
    let served = zip(backlog.requests, timeline.records).reduce(0) { sum, each in
      each.1.isCompleted && (start + 1...end).contains(each.1.finish)
        ? sum + each.0.promptTokens + each.0.outputTokens : sum
    }
    return Double(served) / (end - start).seconds / Double(gpus)
  }

  private func cost(_ way: Way, _ lengths: EngineRules.Lengths) throws -> OverlapCost {
    let times = try NanoFlowTimes(of: try Shard(of: model, tensorParallel: gpus))
    let search = PipelineSearch(times: times)
    let plan: PipelinePlan
    switch way {
    case .sequential: plan = .sequential
    case .split: plan = .inSequence(Self.released)
    case .overlapped:
      plan = search.best(
        for: DenseBatch(
          tokens: tokens, prompt: lengths.prompt, output: lengths.answer, times: times))
    }
    return OverlapCost(plan, tokens: tokens, search: search, longest: 4096)
  }

  /// Requests of one length, enough for some thousands of iterations.
  func backlog(prompt: Int, output: Int) -> Trace {
    let request = Request(arrival: 0, promptTokens: prompt, outputTokens: output)
    let count = (3 * (prompt + output) / 2 + Self.iterations) * tokens / (prompt + output)
    return Trace(requests: Array(repeating: request, count: count))
  }

  /// Iterations that a backlog lasts for, about.
  static let iterations = 6000
}
