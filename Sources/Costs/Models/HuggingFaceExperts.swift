import Formats
import Serving

extension HuggingFaceFile {
  /// The experts that a token goes through.
  func expertsPerToken() throws(InputError) -> Int {
    try keys.count(
      "num_experts_per_tok", in: ModelRange.expertsPerToken, "the experts that a token goes through"
    )
  }

  /// Which of `layers` layers have experts.
  func expertLayers(of layers: Int) throws(InputError) -> [Bool] {
    switch family {
    case "mixtral": return [Bool](repeating: true, count: layers)
    case "qwen2_moe", "qwen3_moe":
      let step = try keys.optionalCount(
        "decoder_sparse_step", in: ModelRange.layers, "how often a layer has experts")
      let dense = try keys.counts(
        "mlp_only_layers", in: 0...layers - 1, "the layers without experts, from 0 on")
      return (0..<layers).map { ($0 + 1) % (step ?? 1) == 0 && dense?.contains($0) != true }
    case "deepseek_v2", "deepseek_v3":
      guard keys.has("n_routed_experts") else { break }
      let step = try keys.optionalCount(
        "moe_layer_freq", in: ModelRange.layers, "how often a layer has experts")
      let first = try keys.optionalCount(
        "first_k_dense_replace", in: 0...layers, "the first layers, which have no experts")
      let standard = family == "deepseek_v3" ? 3 : 0
      return (0..<layers).map { $0 >= first ?? standard && $0 % (step ?? 1) == 0 }
    default: break
    }
    return [Bool](repeating: false, count: layers)
  }

  /// Gives a Qwen its experts.
  func setQwenExperts(of model: inout Model) throws(InputError) {
    var mixture = Mixture(
      layers: try expertLayers(of: model.layers).count { $0 },
      experts: try keys.count("num_experts", in: ModelRange.experts, "the experts of a layer"),
      perToken: try expertsPerToken(), intermediate: try expertWidth())
    if family == "qwen2_moe" {
      mixture.sharedIntermediate = try keys.count(
        "shared_expert_intermediate_size", in: ModelRange.width, "the width of the shared expert")
      mixture.hasSharedGate = true
    }
    try set(mixture, of: &model)
    model.denseLayers = model.layers - mixture.layers
  }

  /// A DeepSeek of the second or third generation: latent attention, experts in all but the first
  /// layers. A module that predicts further tokens is left out. What its file leaves out of layers
  /// and shared experts is the default of Hugging Face's configuration classes.
  func deepSeek() throws(InputError) -> Model {
    var model = try latentModel(width: "intermediate_size")
    guard keys.has("n_routed_experts") else { return model }
    var mixture = Mixture(
      layers: try expertLayers(of: model.layers).count { $0 },
      experts: try keys.count("n_routed_experts", in: ModelRange.experts, "the experts of a layer"),
      perToken: try expertsPerToken(), intermediate: try expertWidth())
    let most = ModelRange.width.upperBound / mixture.intermediate
    let shared = try keys.optionalCount(
      "n_shared_experts", in: 0...most, "the experts that every token goes through")
    let standard = family == "deepseek_v3" ? 1 : 2
    let isNone = keys.values["n_shared_experts"] == .null
    mixture.sharedIntermediate = (isNone ? 0 : shared ?? standard) * mixture.intermediate
    try set(mixture, of: &model)
    model.denseLayers = model.layers - mixture.layers
    return model
  }

  /// LongCat-Flash: a layer has two latent attentions, two dense MLPs and, beside the first of
  /// them, experts, some of which compute nothing. It counts as two layers.
  func longCat() throws(InputError) -> Model {
    if keys.has("ngram_vocab_size_ratio") {
      throw keys.mistake(
        "ngram_vocab_size_ratio", "n-gram embeddings are not supported",
        "use LongCat-Flash without them")
    }
    let layers = try keys.count(
      "num_layers", in: 1...ModelRange.layers.upperBound / 2, "the number of layers")
    var file = self
    file.keys.values["num_hidden_layers"] = .integer(2 * layers)
    var model = try file.latentModel(width: "ffn_hidden_size")
    var mixture = Mixture(
      layers: layers,
      experts: try keys.count("n_routed_experts", in: ModelRange.experts, "the experts of a layer"),
      perToken: try keys.count(
        "moe_topk", in: ModelRange.expertsPerToken, "the experts that a token is sent to"),
      intermediate: try keys.count(
        "expert_ffn_hidden_size", in: ModelRange.width, "the width of one expert"))
    mixture.zeroExperts =
      try keys.optionalCount(
        "zero_expert_num", in: 0...ModelRange.experts.upperBound, "the experts that compute nothing"
      )
      ?? 0
    try set(mixture, of: &model)
    return model
  }

  /// A model with latent attention.
  private func latentModel(width: String) throws(InputError) -> Model {
    var file = self
    file.keys.values["head_dim"] = .integer(
      try keys.count(
        "qk_nope_head_dim", in: ModelRange.headSize, "the elements of a head without positions"))
    file.keys.values["num_key_value_heads"] = nil
    var model = try file.skeleton(width: width)
    let queryRank = try keys.optionalCount(
      "q_lora_rank", in: 0...ModelRange.rank.upperBound, "what queries are compressed to")
    model.latent = Latent(
      queryRank: queryRank ?? 0,
      rank: try keys.count(
        "kv_lora_rank", in: ModelRange.rank, "what keys and values are compressed to"),
      rotary: try keys.count(
        "qk_rope_head_dim", in: ModelRange.headSize, "the elements of a head with positions"),
      valueSize: try keys.count(
        "v_head_dim", in: ModelRange.headSize, "the elements of a head's values"))
    model.hasTiedHead = try keys.flag("tie_word_embeddings") ?? false
    return model
  }

  private func expertWidth() throws(InputError) -> Int {
    try keys.count("moe_intermediate_size", in: ModelRange.width, "the width of one expert")
  }

  private func set(_ mixture: Mixture, of model: inout Model) throws(InputError) {
    let choices = mixture.experts + mixture.zeroExperts
    if mixture.perToken > choices {
      throw keys.mistake(
        "num_experts_per_tok",
        "a token cannot go through \(mixture.perToken) of \(choices) experts",
        "use a number up to \(choices)")
    }
    model.mixture = mixture.layers == 0 ? nil : mixture
  }
}
