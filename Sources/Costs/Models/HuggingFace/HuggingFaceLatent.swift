import Formats
import Serving

/// Families with latent attention.
extension HuggingFaceFile {
  /// A DeepSeek of the second or third generation, and what is made as they are: latent attention,
  /// experts in all but the first layers. A module that predicts further tokens is left out. What
  /// its file leaves out of layers and shared experts is the default of Hugging Face's
  /// configuration classes.
  func deepSeek() throws(InputError) -> Model {
    var model = try latentModel(width: "intermediate_size")
    try setExperts(of: &model)
    if family == "deepseek_v32" || family == "glm_moe_dsa" { try setIndexers(of: &model) }
    return model
  }

  /// The indexers of DeepSeek-V3.2, in all layers unless some use those of an earlier one.
  private func setIndexers(of model: inout Model) throws(InputError) {
    let size = try keys.count(
      "index_head_dim", in: ModelRange.headSize, "the elements of an indexer's head")
    // A number of 8 bits for each element, and a scale of 32 for all.
    var indexer = Indexer(
      heads: try keys.count("index_n_heads", in: ModelRange.heads, "the heads of an indexer"),
      size: size,
      chosen: try keys.count(
        "index_topk", in: ModelRange.positions, "the tokens that an indexer chooses"),
      bytesPerToken: size + 4)
    indexer.queryRank = model.latent?.queryRank
    indexer.normalizationParameters = 2 * size
    let types = try keys.texts("indexer_types")
    if let types, types.count != model.layers {
      throw keys.mistake(
        "indexer_types", "\(types.count) types do not match \(model.layers) layers",
        "give one of full and shared a layer")
    }
    model.changeLayers { layer, block in
      guard case .latent(var latent) = block.mixers[0] else { return }
      latent.indexer = indexer
      latent.indexer?.isShared = types.map { $0[layer] == "shared" } ?? false
      block.mixers = [.latent(latent)]
    }
  }

  /// DeepSeek-V4: attention to compressed tokens, experts in every layer, several residual streams.
  func deepSeekV4() throws(InputError) -> Model {
    let hidden = try keys.count(
      "hidden_size", in: ModelRange.width, "the width of the residual stream")
    let layers = try keys.count("num_hidden_layers", in: ModelRange.layers, "the number of layers")
    let compressed = Compressed(
      heads: try keys.count("num_attention_heads", in: ModelRange.heads, "the query heads"),
      headSize: try keys.count("head_dim", in: ModelRange.headSize, "the elements of one head"),
      queryRank: try keys.count(
        "q_lora_rank", in: ModelRange.rank, "what queries are compressed to"),
      outputGroups: try keys.count("o_groups", in: ModelRange.heads, "groups of heads"),
      outputRank: try keys.count(
        "o_lora_rank", in: ModelRange.rank, "what results are compressed to"),
      window: try keys.count(
        "sliding_window", in: ModelRange.positions, "the tokens that a layer attends to"),
      ratio: 0)
    let size = try keys.count("index_head_dim", in: ModelRange.headSize, "elements of a head")
    let indexer = Indexer(
      heads: try keys.count("index_n_heads", in: ModelRange.heads, "the heads of an indexer"),
      size: size,
      chosen: try keys.count("index_topk", in: ModelRange.positions, "the entries that are chosen"),
      bytesPerToken: size + 4)
    // One for each layer, and one for each that predicts further tokens.
    let ratios = try keys.counts("compress_ratios", in: 0...65_536, "tokens of an entry")
    guard let ratios, ratios.count >= layers else {
      throw keys.missing("compress_ratios", "the tokens of an entry, for each layer")
    }
    let experts = Block.Channel.experts(try mixture())
    var model = Model(
      name: source, source: source, hidden: hidden, vocabulary: try vocabulary(),
      maxPositions: try positions(),
      blocks: ratios.prefix(layers).map { ratio in
        var mixer = compressed
        mixer.ratio = ratio
        if ratio > 0 && ratio <= 4 { mixer.indexer = indexer }
        return Block([.compressed(mixer)], [experts])
      }.runs)
    model.residualStreams =
      try keys.optionalCount("hc_mult", in: 1...64, "the residual streams") ?? 4
    model.hasTiedHead = try keys.flag("tie_word_embeddings") ?? false
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
    let choices = mixture.experts + mixture.zeroExperts
    if mixture.perToken > choices {
      throw keys.mistake(
        "moe_topk", "a token cannot go through \(mixture.perToken) of \(choices) experts",
        "use a number up to \(choices)")
    }
    model.changeLayers { layer, block in
      if layer % 2 == 0 { block.channels.append(.experts(mixture)) }
    }
    return model
  }

  /// A model with latent attention and an MLP in each layer.
  func latentModel(width: String) throws(InputError) -> Model {
    var file = self
    let headSize = try keys.count(
      "qk_nope_head_dim", in: ModelRange.headSize, "the elements of a head without positions")
    file.keys.values["head_dim"] = .integer(headSize)
    file.keys.values["num_key_value_heads"] = nil
    var model = try file.skeleton(width: width)
    let queryRank = try keys.optionalCount(
      "q_lora_rank", in: 0...ModelRange.rank.upperBound, "what queries are compressed to")
    let latent = Latent(
      heads: model.attention?.heads ?? 1, headSize: headSize, queryRank: queryRank ?? 0,
      rank: try keys.count(
        "kv_lora_rank", in: ModelRange.rank, "what keys and values are compressed to"),
      rotary: try keys.count(
        "qk_rope_head_dim", in: ModelRange.headSize, "the elements of a head with positions"),
      valueSize: try keys.count(
        "v_head_dim", in: ModelRange.headSize, "the elements of a head's values"))
    model.blocks[0].mixers = [.latent(latent)]
    model.hasTiedHead = try keys.flag("tie_word_embeddings") ?? false
    return model
  }
}
