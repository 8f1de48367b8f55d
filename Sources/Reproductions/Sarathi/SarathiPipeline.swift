import Metrics
import Serving
import Studies
import Workloads

/// Falcon-180B on two servers, as stages or as halves of every layer (Agrawal et al., OSDI 2024,
/// sections 3.3 and 5.3).
enum SarathiPipeline {
  static let entry = ReproductionEntry(
    "sarathi-pipeline", "bubbles of a pipeline, and layers cut across servers, Falcon-180B",
    source: "Sarathi-Serve (OSDI 2024), sections 3.3 and 5.3"
  ) { jobs in
    try bubbles() + medians(jobs: jobs)
  }

  /// What a prompt of 4,096 tokens leaves idle when 32 decodes follow it, in one stage.
  private static func bubbles() throws -> [Reproduction.Row] {
    let setup = try SarathiSetup.falcon()
    let cost = try setup.deployment(length: 8192).cost()
    let stages = Double(setup.pipelineParallel)
    let prompt = Batch(
      decodes: 0, decodeContext: 0, decodeContextSquares: 0,
      prompts: [(tokens: 4096, context: 0)])
    let decodes = Batch(
      decodes: 32, decodeContext: 32 * 4096, decodeContextSquares: 32 * 4096 * 4096, prompts: [])
    let seconds = [prompt, decodes].map { cost.seconds(for: $0) / stages }
    let figures = [
      ("prompt of 4096", 1.15, seconds[0]), ("32 decodes", 0.2, seconds[1]),
      ("bubble between them", 0.95, seconds[0] - seconds[1]),
    ]
    return figures.map { workload, published, ours in
      Reproduction.Row(
        system: "TP4-PP2", workload: workload, metric: "stage_seconds", published: published,
        ours: ours)
    }
  }

  /// How much longer the median TBT is with layers cut across servers: chat at 0.75 a second, as
  /// in the artifact's `figure-8`, up to several numbers of sequences.
  private static func medians(jobs: Int) throws -> [Reproduction.Row] {
    let trace = try SarathiLengths.chat.trace(count: 2048, seed: 1).poisson(rate: 0.75, seed: 1)
    return try parallelMap([8, 16, 32, 64, 128], jobs: jobs) { _, sequences in
      let medians = try [SarathiSetup.falconAcrossServers(), SarathiSetup.falcon()].map {
        let service = try $0.deployment(length: SarathiLengths.chat.maxTokens)
          .service("sarathi:chunk=512,max-num-seqs=\(sequences)")
        return try service.replay(trace).run.metrics[.tbt]?.p50 ?? .nan
      }
      return Reproduction.Row(
        system: "TP8 over TP4-PP2", workload: "up to \(sequences) sequences",
        metric: "median_tbt_ratio", published: 2, ours: medians[0] / medians[1])
    }
  }
}
