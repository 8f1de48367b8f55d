import Costs
import Formats
import Metrics
import Serving
import Studies
import Workloads

/// How much more Orca serves than FasterTransformer (Yu et al., OSDI 2022, section 6.2): GPT-3 175B
/// on 16 A100 with 40 GB, prompts of 32 to 512 tokens and outputs of 1 to 128, evenly.
enum OrcaHeadline {
  /// What both engines of 2022 add to an iteration beyond today's kernels; chosen so that
  /// FasterTransformer serves its published rate, from which Orca's and the ratio follow.
  private static let host = HostTime(
    name: "orca-2022", source: "Orca (OSDI 2022), section 6.2: 0.185 requests/s",
    secondsPerIteration: 0.062)

  static let entry = ReproductionEntry(
    "orca-headline", "requests per second at 190 ms per token, GPT-3 175B on 16 A100",
    source: "Orca (OSDI 2022), section 6.2"
  ) { jobs in
    let trace = requests(2000)
    let caps = [
      ("orca:reserve=own,max-num-seqs=", [16, 32, 64, 128]),
      ("request-level:max-num-seqs=", [1, 2, 4, 8, 16, 32]),
    ]
    let runs = caps.flatMap { name, sizes in sizes.map { (name, $0) } }
    let rates = try parallelMap(runs, jobs: jobs) { _, run in
      let isWhole = run.0.hasPrefix("request-level")
      let latency = NormalizedLatency(
        summary: .median, limit: 0.19, batchesReturnWhole: isWhole)
      var service = try deployment().service("\(run.0)\(run.1)")
      // FasterTransformer keeps one batch in its pipeline.
      if isWhole { service.engine.rules.limits.pipelineParallelSize = 1 }
      return try latency.capacity(of: service, trace, guess: 1)
    }
    func best(_ name: String) -> Double {
      zip(runs, rates).filter { $0.0.0.hasPrefix(name) }.map(\.1).max() ?? 0
    }
    let (orca, request) = (best("orca"), best("request-level"))
    let figures = [
      ("orca", "requests_per_second", 6.81, orca),
      ("fastertransformer", "requests_per_second", 0.185, request),
      ("orca over fastertransformer", "rate_ratio", 36.9, orca / request),
    ]
    return figures.map { system, metric, published, ours in
      Reproduction.Row(
        system: system, workload: "190 ms a token", metric: metric, published: published,
        ours: ours)
    }
  }

  private static func deployment() throws(InputError) -> Deployment {
    var deployment = Deployment(
      model: try Models.named("gpt-3-175b"), gpu: try GPUs.named("a100-sxm-40gb"))
    deployment.tensorParallelSize = 8
    deployment.pipelineParallelSize = 2
    deployment.maxModelLen = 640
    deployment.host = .alike(host)
    return deployment
  }

  private static func requests(_ count: Int) -> Trace {
    var prompts = RandomStream(seed: 1, named: "prompt lengths")
    var outputs = RandomStream(seed: 1, named: "output lengths")
    return Trace(
      requests: (0..<count).map { index in
        Request(
          arrival: index, promptTokens: 32 + prompts.integer(below: 481),
          outputTokens: 1 + outputs.integer(below: 128))
      })
  }
}
