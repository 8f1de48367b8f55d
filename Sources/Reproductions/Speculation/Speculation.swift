import Costs
import Formats
import Schedulers
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
      "AngelSlim's benchmarks (vLLM 0.11.2), vLLM pull request 16035, LMSYS on multiple token "
      + "prediction (2025-07-17), vLLM's blog of 2024-10-17", axis: "sequences"
  ) { _ in
    try angelSlim() + eagle() + prediction() + highLoad()
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
      let setup = Setup(model: model, gpu: "h20", context: 600)
      return row(
        "eagle-3 of 2 on h20", model.name, 1, published,
        try setup.speedup(Drafts("eagle3", 2, length: length)))
    }
  }

  /// EAGLE of two and of four drafts on H100, MT-bench: 128.64 tokens a second without, 175.49 and
  /// 165.65 with. More drafts are slower.
  private static func eagle() throws -> [Reproduction.Row] {
    let setup = Setup(model: try Models.named("llama-3-8b"), gpu: "h100-sxm", context: 180)
    return try [(2, 1.89, 175.49), (4, 2.08, 165.65)].map { count, length, rate in
      row(
        "eagle of \(count) on h100", "llama-3-8b", 1, rate / 128.64,
        try setup.speedup(Drafts("eagle", count, length: length)))
    }
  }

  /// DeepSeek-V3 drafting for itself, on 16 H200 with two sequences of 65,536 tokens and more on
  /// each, against the same with its host's time hidden too: 60.4 tokens a second, then 81.5 and
  /// 82.0. One more draft gains nothing.
  private static func prediction() throws -> [Reproduction.Row] {
    var setup = Setup(model: try Models.named("deepseek-v3"), gpu: "h200-sxm", context: 67_584)
    (setup.ranks, setup.sequences) = (16, 2)
    return try [(3, 2.18, 81.5), (4, 2.44, 82.0)].map { count, length, rate in
      row(
        "mtp of \(count) on 16 h200", "deepseek-v3", 2, rate / 60.4,
        try setup.speedup(Drafts("mtp", count, length: length)))
    }
  }

  /// Llama 3 70B on four H100. How many drafts are accepted follows from the gain at one request a
  /// second, 1.5 times by a small model on ShareGPT and 2.8 by earlier words on CNN/DailyMail;
  /// what is compared is the loss at high load, 1.4 and 1.8 times, in batches of 256, the most
  /// that vLLM formed then, and of 1,024.
  private static func highLoad() throws -> [Reproduction.Row] {
    var rows: [Reproduction.Row] = []
    for (method, data, context, gain, loss) in [
      ("draft_model", "sharegpt", 400, 1.5, 1.4), ("ngram", "cnn dailymail", 900, 2.8, 1.8),
    ] {
      var setup = Setup(model: try Models.named("llama-3-70b"), gpu: "h100-sxm", context: context)
      setup.gpus = 4
      var drafts = Drafts(method, 4, length: 1)
      drafts.length = gain / (try setup.speedup(drafts))
      for sequences in [256, 1024] {
        setup.sequences = sequences
        rows.append(
          row("\(method) of 4 on 4 h100", data, sequences, 1 / loss, try setup.speedup(drafts)))
      }
    }
    return rows
  }

  private static func row(
    _ system: String, _ workload: String, _ sequences: Int, _ published: Double, _ ours: Double
  ) -> Reproduction.Row {
    Reproduction.Row(
      system: system, workload: workload, metric: "speedup", at: Double(sequences),
      published: published, ours: ours)
  }
}

/// Drafts of one sequence, and the tokens that their verification emits on average.
private struct Drafts {
  var method: String
  var count: Int
  var length: Double

  init(_ method: String, _ count: Int, length: Double) {
    (self.method, self.count, self.length) = (method, count, length)
  }

  func config() throws(InputError) -> SpeculativeConfig {
    let model = method == "draft_model" ? "\"model\": \"llama-3-8b\", " : ""
    let text =
      "{\"method\": \"\(method)\", \(model)\"num_speculative_tokens\": \(count), "
      + "\"synthetic_acceptance_length\": \(length), \"draft_tensor_parallel_size\": 1}"
    var config = try SpeculativeConfig(
      GivenValue(source: "speculation", text: text), DescribedFiles())
    if method == "draft_model" { config.model = Self.qwama }
    return config
  }

  /// Qwama-0.5B-Instruct: Qwen2-0.5B with the words of Llama 3.
  private static let qwama = Model(
    name: "qwama-0.5b", source: "turboderp/Qwama-0.5B-Instruct", layers: 24, hidden: 896, heads: 14,
    keyValueHeads: 2, headSize: 64, intermediate: 4864, vocabulary: 128_256, maxPositions: 32_768)
}

/// A model on its GPUs, and what decodes there together.
private struct Setup {
  var model: Model
  var gpu: String
  var gpus = 1
  /// Ranks of one GPU each that share the experts.
  var ranks = 1
  /// Sequences of one rank, and the tokens of each.
  var sequences = 1
  var context: Int

  init(model: Model, gpu: String, context: Int) {
    (self.model, self.gpu, self.context) = (model, gpu, context)
  }

  /// How much faster decodes are with `drafts`.
  func speedup(_ drafts: Drafts) throws -> Double {
    let (context, verified) = (sequences * context, sequences * drafts.count)
    let plain = try seconds(
      Batch.verifying(sequences: sequences, drafts: 0, context: context, following: 0), nil)
    let verifying = try seconds(
      Batch.verifying(
        sequences: sequences, drafts: verified, context: context, following: drafts.count),
      drafts)
    return drafts.length * plain / verifying
  }

  private func seconds(_ batch: Batch, _ drafts: Drafts?) throws -> Double {
    var deployment = Deployment(model: model, gpu: try GPUs.named(gpu))
    deployment.tensorParallelSize = gpus
    deployment.maxModelLen = max(4096, context)
    if ranks > 1 {
      deployment.experts.dataParallelSize = ranks
      deployment.experts.isEnabled = true
      deployment.experts.backend = .lowLatency
    }
    deployment.speculative = try drafts?.config()
    let service = try deployment.service("vllm:async-scheduling=false")
    return service.cost.seconds(for: batch, amid: ranks * batch.tokens)
  }
}
