import Metrics
import Serving
import Studies
import Workloads

/// What each half of Sarathi-Serve does alone, and what chunks and pipelines cost it (Agrawal et
/// al., OSDI 2024).
enum SarathiAblation {
  private static let paper = "Sarathi-Serve (OSDI 2024)"

  /// Table 4: Yi-34B, 128 requests at one a second of chat and one in two of papers. Chunks are of
  /// 512 tokens as in the artifact's script; the caption says 1,024.
  static let table = ReproductionEntry(
    "sarathi-ablation", "hybrid batches and chunks, each alone and both, Yi-34B on 2 A100",
    source: "\(paper), Table 4"
  ) { jobs in
    let cases: [Case] = [
      Case("hybrid batches only", .chat, 1, ttft: 0.53, tbt: 0.68),
      Case("chunks only", .chat, 1, ttft: 1.04, tbt: 0.17),
      Case("sarathi", .chat, 1, ttft: 0.76, tbt: 0.14),
      Case("hybrid batches only", .arxiv, 0.5, ttft: 3.78, tbt: 1.38),
      Case("chunks only", .arxiv, 0.5, ttft: 5.38, tbt: 0.20),
      Case("sarathi", .arxiv, 0.5, ttft: 3.90, tbt: 0.17),
    ]
    return try parallelMap(cases, jobs: jobs) { _, each in try each.rows() }.flatMap { $0 }
  }

  /// A system under a load, and the latencies that were published of it, in seconds.
  private struct Case: Sendable {
    var system: String
    var lengths: SarathiLengths
    var rate: Double
    var medianTTFT: Double
    var tailTBT: Double

    init(
      _ system: String, _ lengths: SarathiLengths, _ rate: Double, ttft: Double, tbt: Double
    ) {
      self.system = system
      self.lengths = lengths
      self.rate = rate
      medianTTFT = ttft
      tailTBT = tbt
    }

    /// Means over draws of the 128 requests.
    func rows() throws -> [Reproduction.Row] {
      let service = try SarathiSetup.yi().deployment(length: lengths.maxTokens).service(scheduler)
      let runs = try (1...20).map { (seed: UInt64) in
        let trace = try lengths.trace(count: 128, seed: seed).poisson(rate: rate, seed: seed)
        return try service.replay(trace).run.metrics
      }
      func mean(_ value: (RunMetrics) -> Double?) -> Double {
        runs.reduce(0) { $0 + (value($1) ?? .nan) } / Double(runs.count)
      }
      return [
        row("ttft_p50_seconds", medianTTFT, mean { $0[.ttft]?.p50 }),
        row("tbt_p99_seconds", tailTBT, mean { $0[.tbt]?.p99 }),
      ]
    }

    private var scheduler: String {
      switch system {
      case "hybrid batches only": "sarathi:chunk=\(lengths.maxTokens)"
      case "chunks only": "simple-chunking:chunk=512"
      default: "sarathi:chunk=512"
      }
    }

    private func row(_ metric: String, _ published: Double, _ ours: Double) -> Reproduction.Row {
      Reproduction.Row(
        system: system, workload: "\(lengths)", metric: metric, published: published, ours: ours)
    }
  }

  /// Figure 14: a prompt in chunks, against the same prompt in one iteration.
  static let chunking = ReproductionEntry(
    "sarathi-chunking", "time of a prompt in chunks against the whole, Yi-34B on 2 A100",
    source: "\(paper), artifact, figure-9/chunking-overhead.csv", axis: "tokens of a chunk"
  ) { _ in
    let published: [(prompt: Int, ratios: [Double])] = [
      (2047, [1.152, 1.175, 0.999]), (4095, [1.189, 1.202, 1.024]),
      (8191, [1.117, 1.109, 0.937]), (16383, [0.995, 0.961, 0.805]),
    ]
    let cost = try SarathiSetup.yi().deployment(length: 16384).cost()
    return published.flatMap { prompt, ratios in
      let whole = cost.seconds(for: prefill(prompt, after: 0))
      return zip([512, 1024, 2048], ratios).map { chunk, ratio in
        let parts = stride(from: 0, to: prompt, by: chunk).reduce(0) { sum, start in
          let tokens = min(chunk, prompt - start)
          return sum + cost.seconds(for: prefill(tokens, after: start))
        }
        return Reproduction.Row(
          system: "prompt of \(prompt)", workload: "yi-34b", metric: "time_ratio",
          at: Double(chunk), published: ratio, ours: parts / whole)
      }
    }
  }

  private static func prefill(_ tokens: Int, after context: Int) -> Batch {
    Batch(
      decodes: 0, decodeContext: 0, decodeContextSquares: 0,
      prompts: [(tokens: tokens, context: context)])
  }
}
