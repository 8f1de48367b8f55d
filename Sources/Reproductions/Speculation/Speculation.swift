import Costs
import Serving
import Studies

/// How much faster sequences decode with drafts where it was published too how many of these are
/// accepted, and at high load how much slower.
///
/// A verification emits so many tokens on average, so that a figure follows from what it takes, the
/// next drafts included, against a decode; every figure is of an engine that does nothing else.
enum Speculation {
  static let entry = ReproductionEntry(
    "speculation", "how much faster sequences decode with drafts, by how many are accepted",
    source:
      "AngelSlim's benchmarks (vLLM 0.11.2), vLLM pull requests 16035 and 24243, LMSYS on multiple "
      + "token prediction (2025-07-17), Spec-Bench, Hugging Face on Distil-Whisper, vLLM's blog of "
      + "2024-10-17, 2026-03-13, 2026-05-26 and 2026-07-13", axis: "sequences"
  ) { _ in
    try angelSlim() + eagle() + small() + prediction() + parallel() + kimi() + assistant()
      + lengths() + highLoad()
  }

  /// EAGLE-3 of two drafts on one H20, 1,024 tokens of output: the mean of four data sets.
  private static func angelSlim() throws -> [Reproduction.Row] {
    let qwen3 = Model(
      name: "qwen3-14b", source: "Qwen/Qwen3-14B", layers: 40, hidden: 5120, heads: 40,
      keyValueHeads: 8, headSize: 128, intermediate: 17_408, vocabulary: 151_936,
      maxPositions: 40_960)
    let figures = [
      (try Models.named("qwen3-8b"), 1.99, 257.52 / 151.81), (qwen3, 1.79, 145.33 / 93.26),
      (try Models.named("qwen3-32b"), 1.91, 74.1 / 43.32),
      (try Models.named("qwen3-30b-a3b"), 2.04, 438.07 / 320.87),
    ]
    return try figures.map { model, length, published in
      let setup = try SpeculationSetup(model, on: "h20", context: 600)
      return row(
        "eagle-3 of 2 on h20", model.name, 1, published,
        try setup.speedup(PublishedDrafts("eagle3", 2, length: length)))
    }
  }

  /// EAGLE of two and of four drafts on H100, MT-bench: 128.64 tokens a second without, 175.49 and
  /// 165.65 with. More drafts are slower. CUDA graphs held the drafter three weeks later (vLLM pull
  /// request 17211).
  private static func eagle() throws -> [Reproduction.Row] {
    let setup = try SpeculationSetup(Models.named("llama-3-8b"), on: "h100-sxm", context: 180)
    return try [(2, 1.89, 175.49), (4, 2.08, 165.65)].map { count, length, rate in
      var drafts = PublishedDrafts("eagle", count, length: length)
      drafts.isEager = true
      return row(
        "eagle of \(count) on h100", "llama-3-8b", 1, rate / 128.64, try setup.speedup(drafts))
    }
  }

  /// Small models on one GPU each: MiniCPM3 with EAGLE-3, whose six drafts a verification follow
  /// from those counted, and Vicuna with ten earlier words after the last ones (Spec-Bench's PLD).
  private static func small() throws -> [Reproduction.Row] {
    let latent = Latent(
      heads: 40, headSize: 64, queryRank: 768, rank: 256, rotary: 32, valueSize: 64)
    let minicpm3 = Model(
      name: "minicpm3-4b", source: "openbmb/MiniCPM3-4B", hidden: 2560, vocabulary: 73_448,
      maxPositions: 32_768,
      blocks: [Block(layers: 62, [.latent(latent)], [.dense(Dense(width: 6400))])])
    var setup = try SpeculationSetup(minicpm3, on: "rtx-4090", context: 600)
    var rows: [Reproduction.Row] = []
    for (sequences, length, published) in [(1, 2.44, 1.71), (10, 2.47, 1.62)] {
      setup.sequences = sequences
      rows.append(
        row(
          "eagle-3 of 6 on rtx 4090", "minicpm3-4b", sequences, published,
          try setup.speedup(PublishedDrafts("eagle3", 6, length: length))))
    }
    let vicuna = try SpeculationSetup(
      Models.named("llama-2-7b"), on: "a100-sxm-80gb", context: 500)
    rows.append(
      row(
        "ngram of 10 on a100", "vicuna-7b", 1, 1.59,
        try vicuna.speedup(PublishedDrafts("ngram", 10, length: 1.73))))
    return rows
  }

  /// DeepSeek-V3 drafting for itself on 16 H200 with two sequences of 65,536 tokens and more on
  /// each: 51.0 tokens a second of a rank without, 81.5 and 82.0 with windows of three and four
  /// tokens, which are two and three drafts (`--speculative-num-steps`, sglang issue 7998). None
  /// hides the host's time; what that takes follows from 60.4 tokens a second where it is hidden.
  private static func prediction() throws -> [Reproduction.Row] {
    var setup = try SpeculationSetup(
      Models.named("deepseek-v3"), on: "h200-sxm", context: 67_584)
    setup.deployment.experts.dataParallelSize = 16
    setup.deployment.experts.isEnabled = true
    setup.deployment.experts.backend = .lowLatency
    setup.sequences = 2
    setup.hostSeconds = 2 / 51.0 - 2 / 60.4
    return try [(2, 2.18, 81.5), (3, 2.44, 82.0)].map { count, length, rate in
      row(
        "mtp of \(count) on 16 h200", "deepseek-v3", 2, rate / 51,
        try setup.speedup(PublishedDrafts("mtp", count, length: length)))
    }
  }

  static func row(
    _ system: String, _ workload: String, _ sequences: Int, _ published: Double, _ ours: Double,
    metric: String = "speedup"
  ) -> Reproduction.Row {
    Reproduction.Row(
      system: system, workload: workload, metric: metric, at: Double(sequences),
      published: published, ours: ours)
  }
}
