import Formats
import Serving

/// Families of the Llama kind: gated MLP or experts, RMSNorm, attention and MLP in turn.
extension HuggingFaceFile {
  /// A model of this kind that has keys for all that it differs in.
  func gatedModel() throws(InputError) -> Model {
    var model = try skeleton(width: denseWidth)
    model.hasTiedHead = try keys.flag("tie_word_embeddings") ?? false
    try setWindows(of: &model)
    let biases = try attentionBiases()
    let mlpBias = try keys.flag("mlp_bias") ?? false
    let normalization = try headNormalization()
    model.changeAttention {
      $0.biases = biases
      $0.normalization = normalization
      $0.hasSinks = family == "gpt_oss"
    }
    model.changeDense { $0.hasBias = mlpBias && family == "llama" }
    if family == "phimoe" { model.normalizationHasBias = true }
    model.headHasBias = try keys.flag("lm_head_bias") ?? false
    if Self.haveExperts.contains(family) { try setExperts(of: &model) }
    if family == "minimax_m3" { try setBlockIndexers(of: &model) }
    try setSharedKeys(of: &model)
    return model
  }

  private var denseWidth: String {
    family == "minimax_m3" ? "dense_intermediate_size" : "intermediate_size"
  }

  private func attentionBiases() throws(InputError) -> Attention.Biases {
    let stated = try keys.flag("attention_bias")
    switch family {
    case "llama", "phimoe", "gpt_oss", "hunyuan_v1_dense", "hunyuan_v1_moe", "granite":
      return stated ?? (family == "gpt_oss") ? .all : []
    case "glm4_moe": return stated ?? false ? .queryKeyValue : []
    case "seed_oss":
      let hasOutput = try keys.flag("attention_out_bias") ?? false
      return stated ?? true ? (hasOutput ? .all : .queryKeyValue) : []
    case "bailing_moe_v2":
      return try keys.flag("use_qkv_bias") ?? false ? .queryKeyValue : []
    default: return []
    }
  }

  private func headNormalization() throws(InputError) -> Attention.Normalization {
    switch family {
    case "olmo2", "minimax_m2": return .heads
    case "minimax_m3", "hunyuan_v1_dense", "hunyuan_v1_moe", "bailing_moe_v2": return .head
    case "glm4_moe": return try keys.flag("use_qk_norm") ?? false ? .head : .none
    default: return .none
    }
  }

  /// The sparse attention of MiniMax-M3: in some layers a small attention chooses blocks.
  private func setBlockIndexers(of model: inout Model) throws(InputError) {
    guard let sparse = try keys.object("sparse_attention_config") else { return }
    let layers = try sparse.counts("sparse_attention_freq", in: 0...1, "a 0 or a 1 for each layer")
    guard let layers, layers.count == model.layers else {
      throw sparse.missing("sparse_attention_freq", "a 0 or a 1 for each layer")
    }
    let size = try sparse.count("sparse_index_dim", in: ModelRange.headSize, "elements of a head")
    let blocks = try sparse.count("sparse_topk_blocks", in: 1...65_536, "blocks that are chosen")
    let tokens = try sparse.count("sparse_block_size", in: 1...65_536, "tokens of a block")
    var indexer = Indexer(
      heads: try sparse.count("sparse_num_index_heads", in: ModelRange.heads, "heads"), size: size,
      chosen: min(blocks * tokens, ModelRange.positions.upperBound), bytesPerToken: 2 * size)
    indexer.hasWeights = false
    indexer.normalizationParameters = 2 * size
    model.changeLayers { layer, block in
      guard layers[layer] == 1, case .attention(var attention) = block.mixers[0] else { return }
      attention.indexer = indexer
      block.mixers = [.attention(attention)]
    }
  }

  /// A Qwen of the second or third generation, dense or with experts.
  func qwen() throws(InputError) -> Model {
    var model = try skeleton(width: "intermediate_size")
    model.hasTiedHead = try keys.flag("tie_word_embeddings") ?? false
    let isThird = family.hasPrefix("qwen3")
    let hasBias = try keys.flag("attention_bias") ?? false
    model.changeAttention {
      $0.normalization = isThird ? .head : .none
      $0.biases = !isThird ? .queryKeyValue : hasBias ? .all : []
    }
    if try keys.flag("use_sliding_window") ?? false {
      let full = try keys.optionalCount(
        "max_window_layers", in: 0...ModelRange.layers.upperBound, "the layers without a window")
      try setWindow(of: &model, try window()) { $0 >= full ?? 28 }
    }
    if family.hasSuffix("_moe") { try setExperts(of: &model) }
    return model
  }

  /// A Llama of the fourth generation: most layers attend to the chunk that they are in; experts
  /// with a shared one of the same width, in some layers.
  func llama4() throws(InputError) -> Model {
    var model = try skeleton(
      width: keys.has("intermediate_size_mlp") ? "intermediate_size_mlp" : "intermediate_size")
    model.hasTiedHead = try keys.flag("tie_word_embeddings") ?? false
    let biases: Attention.Biases = try keys.flag("attention_bias") ?? false ? .all : []
    model.changeAttention { $0.biases = biases }
    let rotates = try keys.counts("no_rope_layers", in: 0...1, "a 0 or a 1 for each layer") ?? []
    let period = try keys.optionalCount(
      "no_rope_layer_interval", in: ModelRange.layers, "how often a layer attends to everything")
    let chunk = try keys.optionalCount(
      "attention_chunk_size", in: ModelRange.positions, "the tokens of a chunk")
    let isChunked = { (layer: Int) in
      rotates.indices.contains(layer) ? rotates[layer] == 1 : (layer + 1) % (period ?? 4) != 0
    }
    try setReach(of: &model, chunk ?? 8192, as: { .chunk($0) }, where: isChunked)
    try setExperts(of: &model)
    return model
  }

  /// MiMo-V2: layers with a window have heads of their own, and sinks.
  func mimoFlash() throws(InputError) -> Model {
    var model = try skeleton(width: "intermediate_size")
    let values = try keys.optionalCount("v_head_dim", in: ModelRange.headSize, "elements of values")
    let fullSinks = try keys.flag("add_full_attention_sink_bias") ?? false
    let hasBias = try keys.flag("attention_bias") ?? false
    model.changeAttention {
      $0.valueSize = values ?? $0.headSize
      $0.hasSinks = fullSinks
      $0.biases = hasBias ? .queryKeyValue : []
    }
    guard var windowed = model.attention else { return model }
    let pattern = try keys.counts("hybrid_layer_pattern", in: 0...1, "a 0 or a 1 for each layer")
    guard let pattern, pattern.count == model.layers else {
      throw keys.missing("hybrid_layer_pattern", "a 0 or a 1 for each layer")
    }
    windowed.heads =
      try keys.optionalCount(
        "swa_num_attention_heads", in: ModelRange.heads, "heads") ?? windowed.heads
    windowed.keyValueHeads =
      try keys.optionalCount(
        "swa_num_key_value_heads", in: ModelRange.heads, "heads of keys and values")
      ?? windowed.keyValueHeads
    windowed.headSize =
      try keys.optionalCount(
        "swa_head_dim", in: ModelRange.headSize, "elements of a head") ?? windowed.headSize
    windowed.valueSize =
      try keys.optionalCount(
        "swa_v_head_dim", in: ModelRange.headSize, "elements of values") ?? windowed.valueSize
    windowed.hasSinks = try keys.flag("add_swa_attention_sink_bias") ?? false
    guard let window = try window() else {
      throw keys.missing("sliding_window", "the tokens that a layer attends to")
    }
    windowed.reach = .window(window)
    let mixer = Block.Mixer.attention(windowed)
    model.changeLayers { layer, block in
      if pattern[layer] == 1 { block.mixers = [mixer] }
    }
    try setExperts(of: &model)
    return model
  }

  /// Step 3.5 and later: heads normalised, windows in some layers, a shared expert.
  func step() throws(InputError) -> Model {
    var model = try skeleton(width: "intermediate_size")
    model.changeAttention { $0.normalization = .head }
    try setWindows(of: &model)
    try setExperts(of: &model)
    return model
  }
}

extension HuggingFaceFile {
  /// Throws where something is under `name` that is neither 0 nor false: `what` it asks for.
  func refuse(_ name: String, _ what: String) throws(InputError) {
    switch keys.value(name) {
    case nil, .integer(0), .bool(false): return
    default:
      throw keys.mistake(
        name, "\(what) are not supported", "use a model of this family without it")
    }
  }

  /// Takes `value` for what is under `name` where there is nothing.
  mutating func assume(_ value: Int, _ name: String) {
    if !keys.has(name) { keys.values[name] = .integer(value) }
  }

  /// What all families have.
  ///
  /// - Parameter width: the key of the width of the MLP.
  func skeleton(width: String) throws(InputError) -> Model {
    let hidden = try keys.count(
      "hidden_size", "n_embd", in: ModelRange.width, "the width of the residual stream")
    let heads = try keys.count(
      "num_attention_heads", "n_head", in: ModelRange.heads, "the query heads of a layer")
    if !keys.has("head_dim") && hidden % heads != 0 {
      throw keys.mistake(
        "hidden_size", "\(hidden) does not divide into \(heads) heads",
        "add head_dim, the elements of one head")
    }
    let size = try keys.optionalCount(
      "head_dim", in: ModelRange.headSize, "the elements of one head")
    return Model(
      name: source, source: source,
      layers: try keys.count(
        "num_hidden_layers", "n_layer", in: ModelRange.layers, "the number of layers"),
      hidden: hidden, heads: heads, keyValueHeads: try keyValueHeads(of: heads),
      headSize: size ?? hidden / heads,
      intermediate: try keys.count(width, in: ModelRange.width, "the width of the MLP"),
      vocabulary: try vocabulary(), maxPositions: try positions())
  }

  func vocabulary() throws(InputError) -> Int {
    try keys.count("vocab_size", in: ModelRange.vocabulary, "the entries of the vocabulary")
  }

  func positions() throws(InputError) -> Int {
    try keys.count(
      "max_position_embeddings", "n_positions", in: ModelRange.positions,
      "the longest sequence, in tokens")
  }

  private func keyValueHeads(of heads: Int) throws(InputError) -> Int {
    let names = ["num_key_value_heads", "num_kv_heads", "n_head_kv"]
    guard let name = names.first(where: keys.has) else { return heads }
    let stated = try keys.count(
      name, in: ModelRange.heads, "heads of keys and values, a number that divides \(heads)")
    if heads % stated != 0 {
      throw keys.mistake(
        name, "\(heads) query heads cannot share \(stated) heads of keys and values",
        "use a number that divides \(heads)")
    }
    return stated
  }
}
