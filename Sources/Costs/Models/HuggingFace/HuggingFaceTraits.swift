import Formats
import Serving

/// What the models of a family have that its files do not state, beside what all Llamas have.
struct FamilyTraits: Sendable {
  /// Whether the head is the embedding's matrix where nothing is said of it.
  var isTied = false
  /// Keys that give biases to products, whether they do where the file leaves them out, and to
  /// which.
  var biases: [Bias] = []
  /// How queries and keys are normalised, and the key that says whether they are, if one does.
  var heads: (normalization: Attention.Normalization, key: String?) = (.none, nil)
  /// Whether the MLP has a gate.
  var isGated = true
  /// Whether normalisations add a bias.
  var hasLayerNorm = false
  /// Normalisations of the residual stream in a layer, and of results.
  var normalizations = (input: 2, output: 0)
  /// Whether MLP and attention read the same, or the key that says so.
  var parallel: Parallel = .never
  /// How often a layer attends to everything, where the others have a window.
  var fullEvery: Int?

  enum Parallel: Sendable {
    case never, always
    case key(String, standard: Bool)
  }

  struct Bias: Sendable {
    var key: String
    var standard: Bool
    var attention: Attention.Biases
    var ofMLP = false

    init(
      _ key: String, _ attention: Attention.Biases, standard: Bool = false, mlp ofMLP: Bool = false
    ) {
      self.key = key
      self.standard = standard
      self.attention = attention
      self.ofMLP = ofMLP
    }
  }

  private static let attentionBias = Bias("attention_bias", .all)
  private static let useBias = Bias("use_bias", .all, mlp: true)

  /// The families that differ from Llama in these alone.
  static let all: [String: FamilyTraits] = [
    "gemma": FamilyTraits(isTied: true, biases: [attentionBias]),
    "smollm3": FamilyTraits(
      isTied: true, biases: [attentionBias, Bias("mlp_bias", [], mlp: true)]),
    "exaone": FamilyTraits(),
    "exaone4": FamilyTraits(heads: (.head, nil), normalizations: (0, 2), fullEvery: 4),
    "exaone_moe": FamilyTraits(heads: (.head, nil), fullEvery: 4),
    "cohere": FamilyTraits(
      isTied: true, biases: [attentionBias], heads: (.heads, "use_qk_norm"),
      normalizations: (1, 0), parallel: .always),
    "cohere2": FamilyTraits(
      isTied: true, biases: [attentionBias], normalizations: (1, 0), parallel: .always,
      fullEvery: 4),
    "starcoder2": FamilyTraits(
      isTied: true, biases: [Bias("use_bias", .all, standard: true, mlp: true)], isGated: false,
      hasLayerNorm: true),
    "stablelm": FamilyTraits(
      biases: [Bias("use_qkv_bias", .queryKeyValue)], heads: (.heads, "qk_layernorm"),
      hasLayerNorm: true, parallel: .key("use_parallel_residual", standard: false)),
    "gpt_neox": FamilyTraits(
      biases: [
        Bias("attention_bias", .all, standard: true), Bias("", [], standard: true, mlp: true),
      ],
      isGated: false, hasLayerNorm: true,
      parallel: .key("use_parallel_residual", standard: true)),
    "nemotron": FamilyTraits(
      biases: [attentionBias, Bias("mlp_bias", [], mlp: true)], isGated: false, hasLayerNorm: true),
    "arcee": FamilyTraits(
      biases: [attentionBias, Bias("mlp_bias", [], mlp: true)], isGated: false),
    "internlm2": FamilyTraits(biases: [Bias("bias", .all)]),
    "internlm3": FamilyTraits(
      biases: [Bias("qkv_bias", .queryKeyValue), Bias("bias", .output, mlp: true)]),
    "ernie4_5": FamilyTraits(isTied: true, biases: [useBias]),
    "ernie4_5_moe": FamilyTraits(isTied: true, biases: [useBias]),
    "glm": FamilyTraits(biases: [Bias("attention_bias", .queryKeyValue)]),
    "glm4": FamilyTraits(
      biases: [Bias("attention_bias", .queryKeyValue)], normalizations: (2, 2)),
    "chatglm": FamilyTraits(
      biases: [Bias("add_qkv_bias", .queryKeyValue), Bias("add_bias_linear", .output, mlp: true)]),
    "olmo3": FamilyTraits(
      biases: [attentionBias], heads: (.heads, nil), normalizations: (0, 2), fullEvery: 4),
    "olmoe": FamilyTraits(biases: [attentionBias], heads: (.heads, nil)),
    "minicpm": FamilyTraits(isTied: true, biases: [attentionBias]),
    "granitemoe": FamilyTraits(biases: [attentionBias]),
    "granitemoeshared": FamilyTraits(biases: [attentionBias]),
    "deepseek": FamilyTraits(biases: [attentionBias]),
    "dots1": FamilyTraits(biases: [attentionBias], heads: (.head, nil)),
    "bailing_moe": FamilyTraits(
      biases: [Bias("use_qkv_bias", .queryKeyValue), Bias("use_bias", .output, mlp: true)]),
  ]
}

extension HuggingFaceFile {
  /// A model of a family of `FamilyTraits`.
  func modelOfTraits() throws(InputError) -> Model {
    guard let traits = FamilyTraits.all[family] else {
      preconditionFailure("\(family) has traits")
    }
    var file = self
    for (name, other) in Self.otherNames where !keys.has(name) {
      if let value = keys.value(other) { file.keys.values[name] = value }
    }
    if !Self.haveExperts.contains(family) {
      for name in ["num_experts", "num_local_experts", "n_routed_experts"] {
        try file.refuse(name, "experts")
      }
    }
    try file.refuse("kv_lora_rank", "latents")
    var model = try file.skeleton(width: "intermediate_size")
    model.hasTiedHead = try keys.flag("tie_word_embeddings") ?? traits.isTied
    model.normalizationHasBias = traits.hasLayerNorm
    var (biases, mlpBias): (Attention.Biases, Bool) = ([], false)
    for bias in traits.biases where try keys.flag(bias.key) ?? bias.standard {
      biases.formUnion(bias.attention)
      mlpBias = mlpBias || bias.ofMLP
    }
    var isNormalized = true
    if let key = traits.heads.key { isNormalized = try keys.flag(key) ?? false }
    model.changeAttention {
      $0.biases = biases
      if isNormalized { $0.normalization = traits.heads.normalization }
    }
    model.changeDense {
      $0.isGated = traits.isGated
      $0.hasBias = mlpBias
    }
    let isParallel = try isParallel(traits.parallel)
    for index in model.blocks.indices {
      model.blocks[index].isParallel = isParallel
      model.blocks[index].normalizations = traits.normalizations.input
      model.blocks[index].outputNormalizations = traits.normalizations.output
      // StableLM's has one for both then.
      if isParallel && family == "stablelm" { model.blocks[index].normalizations = 1 }
    }
    let period = try fullPeriod(traits)
    try setWindow(of: &model, try window()) { layer in
      period.map { (layer + 1) % $0 != 0 } ?? true
    }
    if Self.haveExperts.contains(family) { try file.setExperts(of: &model) }
    return model
  }

  /// Names that some families give what most call otherwise.
  private static let otherNames = [
    ("num_hidden_layers", "num_layers"), ("vocab_size", "padded_vocab_size"),
    ("intermediate_size", "ffn_hidden_size"), ("num_key_value_heads", "multi_query_group_num"),
    ("head_dim", "kv_channels"), ("max_position_embeddings", "seq_length"),
  ]

  private func isParallel(_ rule: FamilyTraits.Parallel) throws(InputError) -> Bool {
    switch rule {
    case .never: return false
    case .always: return true
    case .key(let name, let standard): return try keys.flag(name) ?? standard
    }
  }

  /// How often a layer attends to everything, by a number or by letters such as LLLG.
  private func fullPeriod(_ traits: FamilyTraits) throws(InputError) -> Int? {
    guard let standard = traits.fullEvery else { return nil }
    if case .string(let pattern) = keys.value("sliding_window_pattern") {
      if !pattern.isEmpty && pattern.count <= ModelRange.layers.upperBound { return pattern.count }
      throw keys.mistake(
        "sliding_window_pattern", "it has \(pattern.count) letters", "give one a layer, as LLLG")
    }
    return try keys.optionalCount(
      "sliding_window_pattern", in: ModelRange.layers, "how often a layer attends to everything")
      ?? standard
  }
}
