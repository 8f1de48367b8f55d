import Formats
import Serving

extension HuggingFaceFile {
  /// Families whose models may have experts.
  static let haveExperts: Set<String> = [
    "mixtral", "phimoe", "gpt_oss", "minimax_m2", "minimax_m3", "glm4_moe", "hunyuan_v1_moe",
    "bailing_moe_v2", "qwen2_moe", "qwen3_moe", "qwen3_next", "qwen3_5_moe", "gemma4",
    "deepseek_v2", "deepseek_v3", "deepseek_v32", "deepseek_v4", "glm_moe_dsa", "llama4",
    "mimo_v2_flash",
    "step3p7", "step3p5", "nemotron_h", "jamba", "granitemoehybrid", "granitemoe",
    "granitemoeshared", "olmoe", "dots1", "deepseek", "bailing_moe", "ernie4_5_moe", "kimi_linear",
    "minimax", "lfm2_moe", "exaone_moe",
  ]

  /// Families whose experts are as wide as `intermediate_size`.
  private static let haveWideExperts: Set<String> = [
    "mixtral", "phimoe", "gpt_oss", "minimax_m2", "minimax_m3", "llama4", "jamba",
    "granitemoehybrid", "granitemoe", "granitemoeshared", "olmoe", "minimax",
  ]

  /// Gives the layers that have experts `mixture()` in place of the MLP.
  func setExperts(of model: inout Model) throws(InputError) {
    let layers = try expertLayers(of: model.layers)
    if !layers.contains(true) { return }
    let experts = Block.Channel.experts(try mixture())
    model.changeLayers { layer, block in
      if layers[layer] { block.channels = [experts] }
    }
  }

  /// The experts of a layer that has them.
  func mixture() throws(InputError) -> Mixture {
    let count: Int
    let meaning = "the experts of a layer"
    switch family {
    case "mixtral", "phimoe", "gpt_oss", "minimax_m2", "minimax_m3", "llama4", "granitemoehybrid",
      "granitemoe", "granitemoeshared", "minimax":
      count = try keys.count("num_local_experts", in: ModelRange.experts, meaning)
    case "qwen2_moe", "qwen3_moe", "qwen3_next", "qwen3_5_moe", "gemma4", "step3p7", "step3p5",
      "hunyuan_v1_moe", "bailing_moe_v2", "jamba", "olmoe", "bailing_moe", "ernie4_5_moe",
      "kimi_linear", "lfm2_moe", "exaone_moe":
      count = try keys.count("num_experts", "moe_num_experts", in: ModelRange.experts, meaning)
    default: count = try keys.count("n_routed_experts", in: ModelRange.experts, meaning)
    }
    let width =
      Self.haveWideExperts.contains(family)
      ? try keys.count("intermediate_size", in: ModelRange.width, "the width of one expert")
      : try expertWidth()
    var mixture = Mixture(
      experts: count, perToken: try expertsPerToken(), intermediate: width)
    mixture.hasBias = family == "gpt_oss"
    mixture.choosesByBias = family == "minimax_m2"
    mixture.sharedIntermediate = try sharedWidth(beside: width)
    mixture.hasSharedGate = ["qwen2_moe", "qwen3_next", "qwen3_5_moe"].contains(family)
    if mixture.perToken > mixture.experts {
      throw keys.mistake(
        "num_experts_per_tok",
        "a token cannot go through \(mixture.perToken) of \(mixture.experts) experts",
        "use a number up to \(mixture.experts)")
    }
    return mixture
  }

  /// The experts that a token goes through.
  private func expertsPerToken() throws(InputError) -> Int {
    try uniform("moe_topk").keys.count(
      "num_experts_per_tok", "num_experts_per_token", "top_k_experts", "moe_topk", "moe_top_k",
      "moe_k", in: ModelRange.expertsPerToken, "the experts that a token goes through")
  }

  private func expertWidth() throws(InputError) -> Int {
    let widths = ["moe_intermediate_size", "expert_intermediate_size"]
    if family == "hunyuan_v1_moe", !widths.contains(where: keys.has) {
      return try keys.count("intermediate_size", in: ModelRange.width, "the width of one expert")
    }
    return try uniform(widths[0]).keys.count(
      widths[0], widths[1], in: ModelRange.width, "the width of one expert")
  }

  /// The same file with one number under `name`, where it has the same for every layer.
  func uniform(_ name: String) -> HuggingFaceFile {
    guard case .array(let values) = keys.value(name), let first = values.first,
      values.allSatisfy({ $0 == first })
    else { return self }
    var file = self
    file.keys.values[name] = first
    return file
  }

  /// The width of all experts together that every token goes through, beside routed ones of
  /// `width`.
  private func sharedWidth(beside width: Int) throws(InputError) -> Int {
    let meaning = "the width of the shared expert"
    switch family {
    case "qwen2_moe", "qwen3_next", "qwen3_5_moe":
      return try keys.count("shared_expert_intermediate_size", in: ModelRange.width, meaning)
    case "llama4": return width
    case "minimax_m2", "minimax_m3", "granitemoehybrid", "granitemoeshared":
      return try keys.optionalCount(
        "shared_intermediate_size", in: 0...ModelRange.width.upperBound, meaning) ?? 0
    case "step3p7", "step3p5":
      return try keys.count("share_expert_dim", in: ModelRange.width, meaning)
    case "deepseek_v2", "deepseek_v3", "deepseek_v32", "deepseek_v4", "glm_moe_dsa", "glm4_moe",
      "mimo_v2_flash",
      "nemotron_h", "hunyuan_v1_moe", "bailing_moe_v2", "bailing_moe", "deepseek", "dots1",
      "kimi_linear", "ernie4_5_moe", "exaone_moe":
      let own = try keys.optionalCount(
        "moe_shared_expert_intermediate_size", in: ModelRange.width, meaning)
      let each = own ?? width
      let names = [
        "hunyuan_v1_moe": "num_shared_expert", "bailing_moe_v2": "num_shared_experts",
        "bailing_moe": "num_shared_experts", "kimi_linear": "num_shared_experts",
        "exaone_moe": "num_shared_experts",
        "ernie4_5_moe": "moe_num_shared_experts",
      ]
      let key = names[family] ?? "n_shared_experts"
      if keys.values[key] == .null { return 0 }
      let most = ModelRange.width.upperBound / each
      let stated = try uniform(key).keys.optionalCount(
        key, in: 0...most, "the experts that every token goes through")
      return (stated ?? (family == "deepseek_v2" ? 2 : 1)) * each
    default: return 0
    }
  }
}
