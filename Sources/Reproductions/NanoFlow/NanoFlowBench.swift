import Costs
import Formats
import Schedulers
import Serving
import Studies
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
    /// The released pipeline.
    case released
    /// The best pipeline that is found.
    case overlapped
  }

  var model: Model
  var gpus: Int
  /// Tokens of every iteration.
  var tokens: Int
  /// Tokens that the cache holds, as released.
  var cacheTokens: Int
  /// Whether keys and values are copied to the host, as in `llama2-70B/pllm-offload.json`.
  var offloads = false
  /// What its program adds to an iteration.
  var host = HostTime.none

  /// LLaMA-2-70B, as released in `llama2-70B/2048.json`.
  static func standard() throws(InputError) -> NanoFlowBench {
    NanoFlowBench(
      model: try Models.named("llama-2-70b"), gpus: 8, tokens: 2048, cacheTokens: 1_515_520)
  }

  /// The split of the released configuration for this dense batch, with the shares of Figure 6.
  private var released: PipelinePlan {
    let shares = NanoShares(attention: 0.4, network: 0.2, networkBesideMLP: 0.1)
    if gpus == 1 { return .alternating(AlternatingPlan(first: 384, shares: shares)) }
    let (first, firstPart, secondPart) =
      switch tokens {
      case 768: (384, 128, 128)
      case 1024: (384, 256, 256)
      default: (640, 256, 768)
      }
    return .nanoFlow(
      NanoFlowPlan(first: first, firstPart: firstPart, secondPart: secondPart, shares: shares))
  }

  /// What serves requests that are on average as long as `requests`.
  func service(for requests: [Request], _ way: Way) throws -> Service {
    var engine = try Schedulers.engine(
      "nanoflow:global-batch-size=\(tokens),enable-offload=\(offloads)",
      EngineSetting(maxModelLen: 4096, headSize: model.headSize, isLargeGPU: false))
    engine.rules.memory.blocks = cacheTokens / engine.rules.memory.blockSize
    engine.rules = engine.rules.withAverageLengths(of: requests)
    let cost = try cost(way, engine.rules.memory.averageLengths)
    return Service(engine: engine, cost: cost, settings: [])
  }

  /// The tokens, of prompts and outputs together, that each GPU serves in a second of `backlog`.
  func tokensPerSecond(_ backlog: Trace, _ way: Way) throws -> Double {
    try tokensPerSecond(backlog, service(for: backlog.requests, way))
  }

  /// The same rate of what `service` serves.
  func tokensPerSecond(_ backlog: Trace, _ service: Service) throws -> Double {
    let timeline = try service.replay(backlog, observing: .iterations).timeline
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
    case .split: plan = .inSequence(released)
    case .released: plan = released
    case .overlapped:
      plan = search.best(
        for: DenseBatch(
          tokens: tokens, prompt: lengths.prompt, output: lengths.answer, times: times))
    }
    return OverlapCost(
      plan, tokens: tokens, search: search, longest: 4096, offloads: offloads,
      host: host)
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
