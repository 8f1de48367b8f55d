import Serving

extension HuggingFaceFile {
  /// The experts that a token goes through.
  func expertsPerToken() throws(InputError) -> Int {
    try count(
      keys.numExpertsPerTok, "num_experts_per_tok", "the experts that a token goes through")
  }

  /// Gives a Qwen its experts, in every layer that is a multiple of `decoder_sparse_step` and not
  /// among `mlp_only_layers`.
  func setQwenExperts(of model: inout Model) throws(InputError) {
    let step = try count(
      keys.decoderSparseStep ?? 1, "decoder_sparse_step", "how often a layer has experts")
    let dense = keys.mlpOnlyLayers ?? []
    let layers = (0..<model.layers).filter { ($0 + 1) % step == 0 && !dense.contains($0) }
    var mixture = Mixture(
      layers: layers.count,
      experts: try count(keys.numExperts, "num_experts", "the experts of a layer"),
      perToken: try expertsPerToken(), intermediate: try expertWidth())
    if keys.modelType == "qwen2_moe" {
      mixture.sharedIntermediate = try count(
        keys.sharedExpertIntermediateSize, "shared_expert_intermediate_size",
        "the width of the shared expert")
      mixture.hasSharedGate = true
    }
    try set(mixture, of: &model)
    model.denseLayers = model.layers - layers.count
  }

  /// A DeepSeek of the second or third generation: latent attention, experts in all but the first
  /// layers. A module that predicts further tokens is left out.
  func deepSeek() throws(InputError) -> Model {
    var model = try latentModel()
    model.intermediate = try count(
      keys.intermediateSize, "intermediate_size", "the width of a dense layer's MLP")
    guard let experts = keys.nRoutedExperts else { return model }
    let step = try count(keys.moeLayerFreq ?? 1, "moe_layer_freq", "how often a layer has experts")
    let first = keys.firstKDenseReplace ?? 0
    let layers = (0..<model.layers).filter { $0 >= first && $0 % step == 0 }
    var mixture = Mixture(
      layers: layers.count,
      experts: try count(experts, "n_routed_experts", "the experts of a layer"),
      perToken: try expertsPerToken(), intermediate: try expertWidth())
    mixture.sharedIntermediate = max(0, keys.nSharedExperts ?? 0) * mixture.intermediate
    try set(mixture, of: &model)
    model.denseLayers = model.layers - layers.count
    return model
  }

  /// LongCat-Flash: a layer has two latent attentions, two dense MLPs and, beside the first of
  /// them, experts, some of which compute nothing. It counts as two layers.
  func longCat() throws(InputError) -> Model {
    if let ratio = keys.ngramVocabSizeRatio {
      throw unsupported(
        "ngram_vocab_size_ratio", "n-gram embeddings (\(ratio)) are not supported",
        "use LongCat-Flash without them")
    }
    let layers = try count(keys.numLayers, "num_layers", "the number of layers")
    var file = self
    file.keys.numHiddenLayers = 2 * layers
    var model = try file.latentModel()
    model.intermediate = try count(
      keys.ffnHiddenSize, "ffn_hidden_size", "the width of a dense MLP")
    var mixture = Mixture(
      layers: layers,
      experts: try count(keys.nRoutedExperts, "n_routed_experts", "the experts of a layer"),
      perToken: try count(keys.moeTopk, "moe_topk", "the experts that a token is sent to"),
      intermediate: try count(
        keys.expertFfnHiddenSize, "expert_ffn_hidden_size", "the width of one expert"))
    mixture.zeroExperts = max(0, keys.zeroExpertNum ?? 0)
    try set(mixture, of: &model)
    return model
  }

  /// A model with latent attention; all about its MLPs is still to be set.
  private func latentModel() throws(InputError) -> Model {
    var file = self
    file.keys.headDim = try count(
      keys.qkNopeHeadDim, "qk_nope_head_dim", "the elements of a head without positions")
    file.keys.numKeyValueHeads = nil
    var model = try file.skeleton()
    model.latent = Latent(
      queryRank: max(0, keys.qLoraRank ?? 0),
      rank: try count(keys.kvLoraRank, "kv_lora_rank", "what keys and values are compressed to"),
      rotary: try count(
        keys.qkRopeHeadDim, "qk_rope_head_dim", "the elements of a head with positions"),
      valueSize: try count(keys.vHeadDim, "v_head_dim", "the elements of a head's values"))
    model.hasTiedHead = keys.tieWordEmbeddings ?? false
    return model
  }

  private func expertWidth() throws(InputError) -> Int {
    try count(keys.moeIntermediateSize, "moe_intermediate_size", "the width of one expert")
  }

  private func set(_ mixture: Mixture, of model: inout Model) throws(InputError) {
    let choices = mixture.experts + mixture.zeroExperts
    if mixture.perToken > choices {
      throw InputError(
        source, column: "num_experts_per_tok",
        problem: "a token cannot go through \(mixture.perToken) of \(choices) experts",
        remedy: "use a number up to \(choices)")
    }
    model.mixture = mixture.layers == 0 ? nil : mixture
  }
}
