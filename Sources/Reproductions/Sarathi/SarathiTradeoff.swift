import Metrics
import Serving
import Studies
import Workloads

/// Latency against throughput, by rate and by limit (Agrawal et al., OSDI 2024).
enum SarathiTradeoff {
  /// Figure 1: as printed, read by eye at second hand, and from the picture in the artifact's
  /// `figure-1/high_tail_latency.ipynb`, which is of another run of the same script: 128 requests
  /// of chat, up to 256 sequences.
  static let rates = ReproductionEntry(
    "sarathi-tradeoff", "99th percentile of TBT by rate, Yi-34B on 2 A100",
    source: "Sarathi-Serve (OSDI 2024), Figure 1 and artifact", axis: "requests per second"
  ) { jobs in
    let points: [Point] = [
      Point("vllm", 0.55, printed: 0.5, artifact: 1.39),
      Point("vllm", 1, printed: 1.3, artifact: 2.05),
      Point("sarathi chunk=1536", 0.55, printed: 0.3, artifact: 0.52),
      Point("sarathi chunk=1536", 1, printed: 0.3, artifact: 0.54),
    ]
    let ours = try parallelMap(points, jobs: jobs) { _, point in try point.tail() }
    return ["Figure 1", "artifact"].flatMap { place in
      zip(points, ours).map { point, ours in
        Reproduction.Row(
          system: point.system, workload: place, metric: "tbt_p99_seconds", at: point.rate,
          published: place == "artifact" ? point.artifact : point.printed, ours: ours)
      }
    }
  }

  /// A bar of Figure 1 and its height, in seconds.
  private struct Point: Sendable {
    var system: String
    var rate: Double
    var printed: Double
    var artifact: Double

    init(_ system: String, _ rate: Double, printed: Double, artifact: Double) {
      self.system = system
      self.rate = rate
      self.printed = printed
      self.artifact = artifact
    }

    /// The mean over draws of the 128 requests.
    func tail() throws -> Double {
      let scheduler =
        system == "vllm"
        ? "vllm-0.6:max-num-seqs=256,max-num-batched-tokens=8192"
        : "sarathi:chunk=1536,max-num-seqs=256"
      let service = try SarathiSetup.yi().deployment(length: SarathiLengths.chat.maxTokens)
        .service(scheduler)
      let tails = try (1...20).map { (seed: UInt64) in
        let trace = try SarathiLengths.chat.trace(count: 128, seed: seed)
          .poisson(rate: rate, seed: seed)
        return try service.replay(trace).run.metrics[.tbt]?.p99 ?? .nan
      }
      return tails.reduce(0, +) / Double(tails.count)
    }
  }

  /// Figure 12 and its text: vLLM serves the same whatever its cap on sequences, and Sarathi with
  /// chunks of 512 or 2,048 tokens as many times more, by the limit of TBT.
  static let limits = ReproductionEntry(
    "sarathi-limits", "capacity by limit of TBT, cap on sequences and token budget",
    source: "Sarathi-Serve (OSDI 2024), Figure 12 and section 5.2", axis: "TBT limit in seconds"
  ) { jobs in
    let (mistral, yi) = (try SarathiSetup.mistral(), try SarathiSetup.yi())
    var ratios = [
      Ratio(setup: mistral, seconds: 0.1, scheduler: "sarathi:chunk=512", published: 3.5),
      Ratio(setup: yi, seconds: 1, scheduler: "sarathi:chunk=2048", published: 1.65),
    ]
    for (setup, limits) in [(mistral, [0.1, 0.2, 0.5]), (yi, [0.2, 0.5, 1])] {
      for cap in [32, 64] {
        ratios += limits.map {
          Ratio(setup: setup, seconds: $0, scheduler: vllm(cap), published: 1)
        }
      }
    }
    return try parallelMap(ratios, jobs: jobs) { _, ratio in
      Reproduction.Row(
        system: "\(ratio.name) over vllm 128", workload: "\(ratio.setup.model.name) chat",
        metric: "capacity_ratio", at: ratio.seconds, published: ratio.published,
        ours: try ratio.capacity(of: ratio.scheduler) / ratio.capacity(of: vllm(128)))
    }
  }

  private static func vllm(_ cap: Int) -> String {
    "vllm-0.6:max-num-seqs=\(cap),max-num-batched-tokens=8192"
  }

  /// How many times more `scheduler` serves than vLLM with 128 sequences, within a limit of TBT.
  private struct Ratio: Sendable {
    var setup: SarathiSetup
    var seconds: Double
    var scheduler: String
    var published: Double

    /// The scheduler with its chunk or its cap.
    var name: String {
      let cap = scheduler.split(separator: ",")[0].split(separator: "=")[1]
      return scheduler.hasPrefix("vllm") ? "vllm \(cap)" : "sarathi chunk=\(cap)"
    }

    func capacity(of scheduler: String) throws -> Double {
      try setup.capacity(of: scheduler, .chat, tbtSeconds: seconds)
    }
  }
}
