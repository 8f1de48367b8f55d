import Costs
import Serving
import Studies

extension Speculation {
  /// gpt-oss-20b on B200, MT-bench: seven drafts of one pass of four layers (P-EAGLE) against three
  /// of EAGLE-3, each at its best; 3.70 tokens a verification and 2.70.
  ///
  /// Layers of the drafters are Llama's of the model's width, with a head of 32,000 words (the
  /// `config.json` of RedHatAI's drafter); those of P-EAGLE are taken to be alike.
  static func parallel() throws -> [Reproduction.Row] {
    func drafter(layers: Int) -> Model {
      Model(
        name: "gpt-oss-20b drafter", source: "RedHatAI/gpt-oss-20b-speculator.eagle3",
        layers: layers, hidden: 2880, heads: 64, keyValueHeads: 8, headSize: 64,
        intermediate: 2880, vocabulary: 32_000, maxPositions: 131_072)
    }
    var setup = try SpeculationSetup(Models.named("gpt-oss-20b"), on: "b200-sxm", context: 1000)
    setup.deployment.kvCacheDtype = .fp8
    var serial = PublishedDrafts("eagle3", 3, length: 2.7)
    serial.model = drafter(layers: 1)
    var parallel = PublishedDrafts("eagle3", 7, length: 3.7)
    parallel.model = drafter(layers: 4)
    parallel.isParallel = true
    let published = [1.55, 1.29, 1.35, 1.28, 1.27, 1.09, 1.05]
    return try published.enumerated().map { place, published in
      setup.sequences = 1 << place
      return row(
        "p-eagle of 7 over eagle-3 of 3 on b200", "gpt-oss-20b", setup.sequences, published,
        try setup.speedup(parallel) / setup.speedup(serial))
    }
  }

  /// Kimi-K2.6 in NVFP4 on four GB200 with three drafts of EAGLE-3.1, SPEED-Bench coding. How many
  /// are accepted was not told: it follows from the gain of one sequence, 2.03, and is not
  /// compared; those of four and of 16 are.
  static func kimi() throws -> [Reproduction.Row] {
    let model = try Models.named("kimi-k2.5").with { $0.formats.main = WeightFormat(.nvfp4) }
    var setup = try SpeculationSetup(model, on: "gb200", context: 4000)
    setup.deployment.tensorParallelSize = 4
    var drafts = PublishedDrafts("eagle3", 3, length: 1)
    // Latent attention of the model's own sizes, and an MLP instead of experts.
    drafts.model = try Models.named("kimi-k2.5").with {
      $0.blocks = [$0.blocks[0]]
      $0.blocks[0].layers = 1
    }
    drafts.length = 2.03 / (try setup.speedup(drafts))
    return try [(4, 1.71), (16, 1.66)].map { sequences, published in
      setup.sequences = sequences
      return row(
        "eagle-3.1 of 3 on 4 gb200", "kimi-k2.6", sequences, published, try setup.speedup(drafts))
    }
  }
}
