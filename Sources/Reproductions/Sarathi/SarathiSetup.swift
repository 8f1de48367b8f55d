import Costs
import Formats
import Metrics
import Serving
import Studies
import Workloads

/// A model on its GPUs as Sarathi-Serve was measured (Agrawal et al., OSDI 2024, Tables 1 and 3,
/// and the artifact's `figure-5-6`).
struct SarathiSetup: Sendable {
  var model: Model
  var gpu: GPU
  var tensorParallel: Int
  var pipelineParallel: Int
  /// Limits of the 99th percentile of TBT, in seconds.
  var strictSeconds: Double
  var relaxedSeconds: Double
  /// Sarathi's token budget under the relaxed one; 512 under the strict one.
  var relaxedBudget: Int
  /// The most sequences of Orca; 128 of the others.
  var orcaSequences: Int

  /// What the engine of the paper adds to an iteration.
  var host = HostTime.sarathi2024

  enum Limit: String, Sendable {
    case strict, relaxed
  }

  enum System: String, Sendable {
    case orca, vllm, sarathi
  }

  static func mistral() throws(InputError) -> SarathiSetup {
    try SarathiSetup(
      "mistral-7b", "a100-pcie-80gb", 1, 1, strict: 0.1, relaxed: 0.5, budget: 2048, orca: 16)
  }

  static func yi() throws(InputError) -> SarathiSetup {
    try SarathiSetup(
      "yi-34b", "a100-pcie-80gb", 2, 1, strict: 0.2, relaxed: 1, budget: 2048, orca: 16)
  }

  static func llama() throws(InputError) -> SarathiSetup {
    try SarathiSetup("llama-2-70b", "a40", 4, 2, strict: 1, relaxed: 5, budget: 1536, orca: 8)
  }

  /// In two servers, each with a stage.
  static func falcon() throws(InputError) -> SarathiSetup {
    var setup = try SarathiSetup(
      "falcon-180b", "a100-pcie-80gb", 4, 2, strict: 1, relaxed: 5, budget: 2048, orca: 8)
    setup.slowEthernet()
    return setup
  }

  /// In two servers, each with half of every layer.
  static func falconAcrossServers() throws(InputError) -> SarathiSetup {
    var setup = try falcon()
    setup.tensorParallel = 8
    setup.pipelineParallel = 1
    return setup
  }

  /// What servers of this kind reach between them: 64 MiB in 27.07 ms (Vidur 7d47513,
  /// `network/a100_pairwise_nvlink/send_recv.csv`, one GPU a server).
  private mutating func slowEthernet() {
    let reached = 67_108_864 / 27.066e-3
    for index in gpu.links.indices where gpu.links[index].kind == .ethernet {
      gpu.links[index].bytesPerSecond = reached / gpu.efficiencies.collective
    }
  }

  private init(
    _ model: String, _ gpu: String, _ tensor: Int, _ pipeline: Int, strict: Double,
    relaxed: Double, budget: Int, orca: Int
  ) throws(InputError) {
    self.model = try Models.named(model)
    self.gpu = try GPUs.named(gpu)
    tensorParallel = tensor
    pipelineParallel = pipeline
    strictSeconds = strict
    relaxedSeconds = relaxed
    relaxedBudget = budget
    orcaSequences = orca
  }

  /// The setup for sequences of up to `length` tokens, whatever the model was made for.
  func deployment(length: Int) -> Deployment {
    var deployment = Deployment(model: model, gpu: gpu)
    deployment.model.maxPositions = length
    deployment.tensorParallelSize = tensorParallel
    deployment.pipelineParallelSize = pipelineParallel
    deployment.gpuMemoryUtilization = 0.85
    deployment.host = .alike(host)
    return deployment
  }

  func seconds(_ limit: Limit) -> Double { limit == .strict ? strictSeconds : relaxedSeconds }

  /// The scheduler that `system` is here. All were run in the code of Sarathi-Serve.
  func scheduler(_ system: System, _ limit: Limit, length: Int) -> String {
    switch system {
    case .orca: "orca:max-num-seqs=\(orcaSequences)"
    case .vllm: "vllm-0.6:max-num-seqs=128,max-num-batched-tokens=\(length)"
    case .sarathi: "sarathi:chunk=\(limit == .strict ? 512 : relaxedBudget)"
    }
  }

  /// The highest rate at which `scheduler` keeps the 99th percentile of TBT within `tbtSeconds` and
  /// the median scheduling delay within 2 s, in requests a second: a mean over three arrivals of
  /// 2,048 requests, as many as in the artifact.
  func capacity(
    of scheduler: String, _ lengths: SarathiLengths, tbtSeconds: Double
  ) throws -> Double {
    let service = try deployment(length: lengths.maxTokens).service(scheduler)
    let objective = try ServiceLevelObjective(
      parsing: "tbt.p99<=\(tbtSeconds)s,scheduling-delay.p50<=2s")
    let study = CapacityStudy(
      try lengths.trace(count: 2048, seed: 1), [service], objective: objective,
      arrivals: .poisson, seeds: [1, 2, 3])
    let found = try study.run(jobs: 1)[0]
    precondition(found.stopped == nil, "the schedulers of the paper serve every trace to its end")
    return found.mean
  }
}

extension SarathiLengths {
  /// Requests of this data set, `count` of them, at one a second.
  func trace(count: Int, seed: UInt64) throws(InputError) -> Trace {
    try workload.trace(count: count, mostTokens: maxTokens, seed: seed)
  }
}
