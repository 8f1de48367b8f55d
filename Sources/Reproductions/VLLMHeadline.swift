import Costs
import Formats
import Metrics
import Serving
import Studies
import Workloads

/// How much more vLLM serves than Orca and FasterTransformer (Kwon et al., SOSP 2023, section 6.2),
/// on lengths as those of ShareGPT.
enum VLLMHeadline {
  /// What vLLM of 2023, in which Orca was written too, adds to an iteration: as the artifact of
  /// Sarathi-Serve, and 8 ms, chosen so that vLLM batches 4.3 times the 7 sequences that Orca Max
  /// has room for; the other figures follow.
  private static let host = {
    var host = HostTime.sarathi2024
    host.name = "vllm-2023"
    host.secondsPerIteration += 8e-3
    return host
  }()

  static let entry = ReproductionEntry(
    "vllm-headline", "how much more vLLM serves than Orca and FasterTransformer, OPT on A100",
    source: "vLLM (SOSP 2023), section 6.2"
  ) { jobs in
    let cases = try Setup.all().flatMap { setup in System.allCases.map { (setup, $0) } }
    let rates = try parallelMap(cases, jobs: jobs) { _, each in try each.0.capacity(of: each.1) }
    func leads(over system: System) -> [Double] {
      let ours = zip(cases, rates).filter { $0.0.1 == .vllm }.map(\.1)
      let theirs = zip(cases, rates).filter { $0.0.1 == system }.map(\.1)
      return zip(ours, theirs).map { $0 / $1 }
    }
    let (oracle, max) = (leads(over: .oracle), leads(over: .max))
    let request = leads(over: .request)
    let batches = try Setup.all()[0].meanBatches(rate: 2)
    let figures = [
      ("orca oracle", "least of three models", "rate_ratio", 1.7, oracle.min()!),
      ("orca oracle", "most of three models", "rate_ratio", 2.7, oracle.max()!),
      ("orca max", "least of three models", "rate_ratio", 2.7, max.min()!),
      ("orca max", "most of three models", "rate_ratio", 8, max.max()!),
      ("fastertransformer", "most of three models", "rate_ratio", 22, request.max()!),
      ("orca oracle", "opt-13b at 2 a second", "batch_ratio", 2.2, batches[0]),
      ("orca max", "opt-13b at 2 a second", "batch_ratio", 4.3, batches[1]),
    ]
    return figures.map { system, workload, metric, published, ours in
      Reproduction.Row(
        system: "vllm over \(system)", workload: workload, metric: metric, published: published,
        ours: ours)
    }
  }

  /// What was compared: Orca as the authors of vLLM wrote it, with a buddy allocator.
  enum System: String, CaseIterable, Sendable {
    case vllm, oracle, max, request

    var scheduler: String {
      switch self {
      case .vllm: "vllm-0.6:max-num-seqs=256,max-num-batched-tokens=2560"
      case .oracle: "orca:reserve=own,allocator=buddy,max-num-seqs=256"
      case .max: "orca:reserve=max,max-num-seqs=256"
      case .request: "request-level:max-num-seqs=256"
      }
    }
  }

  /// A model on its GPUs (Table 1).
  struct Setup: Sendable {
    var model: Model
    var gpu: GPU
    var gpus: Int
    /// Tokens that the cache holds.
    var slots: Int
    /// How long requests arrive.
    var minutes: Double

    static func all() throws(InputError) -> [Setup] {
      let (small, large) = (try GPUs.named("a100-sxm-40gb"), try GPUs.named("a100-sxm-80gb"))
      return [
        Setup(
          model: try Models.named("opt-13b"), gpu: small, gpus: 1, slots: 15_700, minutes: 60),
        Setup(
          model: try Models.named("opt-66b"), gpu: small, gpus: 4, slots: 9700, minutes: 60),
        Setup(
          model: try Models.named("opt-175b"), gpu: large, gpus: 8, slots: 60_100, minutes: 15),
      ]
    }

    func service(_ system: System) throws(InputError) -> Service {
      var deployment = Deployment(model: model, gpu: gpu)
      deployment.tensorParallelSize = gpus
      // What the engine may use is given by the cache.
      deployment.gpuMemoryUtilization = 1
      deployment.blocks = slots / 16
      deployment.host = .alike(system == .request ? .none : VLLMHeadline.host)
      return try deployment.service(system.scheduler)
    }

    /// The highest rate at which the mean normalized latency is at most 0.2 s a token, in requests
    /// a second; the text names no latency.
    func capacity(of system: System) throws -> Double {
      let service = try service(system)
      let latency = NormalizedLatency(
        summary: .mean, limit: 0.2, batchesReturnWhole: system == .request)
      let lengths = try VLLMHeadline.lengths(count: 40_000)
      return try CapacitySearch().bracket(guess: 1) { rate in
        let count = Swift.max(1, Int(rate * minutes * 60))
        let sent = try Trace(requests: Array(lengths.requests.prefix(count)))
          .poisson(rate: rate, seed: 1)
        return latency.value(of: try service.replay(sent)) <= latency.limit
      }.kept
    }

    /// How many more requests vLLM batches on average than Orca Oracle and Orca Max, at `rate`.
    func meanBatches(rate: Double) throws -> [Double] {
      let trace = try VLLMHeadline.lengths(count: Int(rate * minutes * 60))
        .poisson(rate: rate, seed: 1)
      let sizes = try [System.vllm, .oracle, .max].map {
        try service($0).replay(trace).timeline.occupancy.meanSequences
      }
      return [sizes[0] / sizes[1], sizes[0] / sizes[2]]
    }
  }

  /// Lognormal lengths with the means of Figure 11 (ShareGPT), and for want of theirs the relative
  /// deviations that NanoFlow's paper gives for ShareGPT (OSDI 2025, Table 4); together at most
  /// 2,048 tokens.
  private static func lengths(count: Int) throws(InputError) -> Trace {
    let source = "vLLM (SOSP 2023), Figure 11; NanoFlow (OSDI 2025), Table 4"
    let workload = ChatWorkload(
      promptTokens: .lognormal(mean: 161.31, deviation: 161.31 * 547 / 246, source: source),
      outputTokens: .lognormal(mean: 337.99, deviation: 337.99 * 244 / 322, source: source),
      scoreCorrelation: 0, arrivals: ChatWorkload.azureConversation.arrivals)
    return try workload.trace(count: count, mostTokens: 2048, seed: 1)
  }
}
