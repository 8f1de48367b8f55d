import Formats
import Serving

/// Families with linear attention in most layers, and those of Mamba-1 alone.
extension HuggingFaceFile {
  /// Kimi-Linear and Kimi-K3: the Kimi delta rule in most layers, latent attention without
  /// positions in the others, experts in all but the first.
  func kimiLinear() throws(InputError) -> Model {
    var file = self
    if !keys.has("max_position_embeddings"), let most = keys.values["model_max_length"] {
      file.keys.values["max_position_embeddings"] = most
    }
    var model = try file.latentModel(width: "intermediate_size")
    guard let linear = try keys.object("linear_attn_config") else {
      throw keys.missing("linear_attn_config", "the sizes of linear attention, and its layers")
    }
    let heads = try linear.count("num_heads", in: ModelRange.heads, "heads of linear attention")
    let size = try linear.count("head_dim", in: ModelRange.headSize, "elements of a head")
    var delta = Recurrent(
      .kimiDelta, heads: heads, valueSize: size, keyHeads: heads, keySize: size)
    delta.convolution = try linear.count(
      "short_conv_kernel_size", in: 1...64, "the tokens that the convolution reads")
    delta.timeRank = size
    delta.gateRank = try linear.flag("use_full_rank_gate") ?? false ? 0 : size
    // They are numbered from 1 on.
    let full = try linear.counts(
      "full_attn_layers", in: 1...model.layers, "layers with latent attention, from 1 on")
    guard let full else {
      throw linear.missing("full_attn_layers", "layers with latent attention, from 1 on")
    }
    let isGated = try keys.flag("mla_use_output_gate") ?? false
    let experts = try expertLayers(of: model.layers)
    var mixture = try mixture()
    mixture.latentWidth = try keys.optionalCount(
      "routed_expert_hidden_size", in: ModelRange.width, "the elements that experts work on")
    mixture.normalizesLatent = try keys.flag("latent_moe_use_norm") ?? false
    model.changeLayers { layer, block in
      if case .latent(var latent) = block.mixers[0] {
        latent.hasGate = isGated
        block.mixers = full.contains(layer + 1) ? [.latent(latent)] : [.recurrent(delta)]
      }
      if experts[layer] { block.channels = [.experts(mixture)] }
    }
    model.residualBlockLayers = try keys.optionalCount(
      "attn_res_block_size", in: ModelRange.layers, "layers of a block of the residual stream")
    return model
  }

  /// MiniMax-Text-01 and M1: lightning attention in most layers, attention in the others, experts
  /// in all.
  func miniMax() throws(InputError) -> Model {
    var model = try skeleton(width: "intermediate_size")
    model.hasTiedHead = try keys.flag("tie_word_embeddings") ?? false
    guard let attention = model.attention else { return model }
    var lightning = Recurrent(
      .lightning, heads: attention.heads, valueSize: attention.headSize, keyHeads: attention.heads,
      keySize: attention.headSize)
    lightning.convolution = 0
    lightning.bytesPerState = 2
    let types = try layerTypes(of: model.layers, among: ["full_attention", "linear_attention"])
    let listed = try keys.counts("attn_type_list", in: 0...1, "a 0 or a 1 for each layer")
    let isLinear = types?.map { $0 == "linear_attention" } ?? listed?.map { $0 == 0 }
    guard let isLinear, isLinear.count == model.layers else {
      throw keys.missing("attn_type_list", "a 0 (linear) or a 1 (full) for each layer")
    }
    try setExperts(of: &model)
    model.changeLayers { layer, block in
      if isLinear[layer] { block.mixers = [.recurrent(lightning)] }
    }
    return model
  }

  /// LFM2: short convolutions in most layers, attention in some; an MLP in each, or experts in all
  /// but the first.
  func shortConvolutions() throws(InputError) -> Model {
    var file = self
    if !keys.has("intermediate_size"), let width = keys.values["block_ff_dim"] {
      file.keys.values["intermediate_size"] = width
    }
    var model = try file.skeleton(width: "intermediate_size")
    let tie = (try keys.flag("tie_embedding"), try keys.flag("tie_word_embeddings"))
    model.hasTiedHead = tie.0 ?? tie.1 ?? true
    model.changeAttention { $0.normalization = .head }
    if family == "lfm2", try keys.flag("block_auto_adjust_ff_dim") ?? true {
      let factor = try keys.real("block_ffn_dim_multiplier") ?? 1
      let step =
        try keys.optionalCount(
          "block_multiple_of", in: ModelRange.width, "what the width is a multiple of") ?? 256
      let width = factor * Double(2 * (model.dense?.width ?? 0) / 3)
      guard width >= 1, width <= Double(ModelRange.width.upperBound) else {
        throw keys.mistake(
          "block_ffn_dim_multiplier", "it makes an MLP of \(width) elements",
          "use a factor about 1")
      }
      model.changeDense { $0.width = (Int(width) + step - 1) / step * step }
    }
    var mixer = Recurrent(
      .shortConvolution, heads: model.hidden, valueSize: 1, keyHeads: 1, keySize: 1)
    mixer.convolution =
      try keys.optionalCount(
        "conv_L_cache", in: 1...64, "the tokens that the convolution reads") ?? 3
    mixer.hasBias = try keys.flag("conv_bias") ?? false
    mixer.convolutionHasBias = mixer.hasBias
    mixer.hasNormalization = false
    let types = try layerTypes(of: model.layers, among: ["conv", "full_attention"])
    let full = try keys.counts("full_attn_idxs", in: 0...model.layers - 1, "layers with attention")
    guard types != nil || full != nil else {
      throw keys.missing("layer_types", "one of conv and full_attention for each layer")
    }
    model.changeLayers { layer, block in
      let isFull = types.map { $0[layer] == "full_attention" } ?? full?.contains(layer) ?? true
      if !isFull { block.mixers = [.recurrent(mixer)] }
    }
    try setExperts(of: &model)
    return model
  }

  /// A model of Mamba-1 alone.
  func mamba1() throws(InputError) -> Model {
    var file = self
    file.assume(1 << 20, "max_position_embeddings")
    let hidden = try keys.count(
      "hidden_size", "d_model", in: ModelRange.width, "the width of the residual stream")
    let expand = try keys.optionalCount("expand", in: 1...64, "how much wider a state is") ?? 2
    let width = try keys.optionalCount(
      "intermediate_size", in: ModelRange.attentionWidth, "the channels of a state")
    let columns = try keys.optionalCount(
      "state_size", in: ModelRange.headSize, "columns of a state")
    var state = Recurrent(
      .mamba1, heads: width ?? hidden * expand, valueSize: 1, keyHeads: 1, keySize: columns ?? 16)
    state.convolution =
      try keys.optionalCount(
        "conv_kernel", in: 1...64, "the tokens that the convolution reads") ?? 4
    state.convolutionHasBias = try keys.flag("use_conv_bias") ?? true
    state.hasBias = try keys.flag("use_bias") ?? false
    state.hasNormalization = false
    state.bytesPerState = 2
    var rank: Int?
    if keys.value("time_step_rank") != .string("auto") {
      rank = try keys.optionalCount(
        "time_step_rank", in: ModelRange.rank, "elements that the time step is made of")
    }
    state.timeRank = rank ?? (hidden + 15) / 16
    let layers = try keys.count(
      "num_hidden_layers", "n_layer", in: ModelRange.layers, "the number of layers")
    var model = Model(
      name: source, source: source, hidden: hidden, vocabulary: try vocabulary(),
      maxPositions: try file.positions(),
      blocks: [Block(layers: layers, [.recurrent(state)], [])])
    model.hasTiedHead = try keys.flag("tie_word_embeddings") ?? true
    return model
  }

  /// Nemotron-NAS: a Llama each of whose layers has sizes of its own, or lacks attention or MLP.
  func nemotronNAS() throws(InputError) -> Model {
    let hidden = try keys.count(
      "hidden_size", in: ModelRange.width, "the width of the residual stream")
    let heads = try keys.count("num_attention_heads", in: ModelRange.heads, "the query heads")
    guard let layers = try keys.objects("block_configs"), !layers.isEmpty else {
      throw keys.missing("block_configs", "what each layer has")
    }
    var blocks: [Block] = []
    for layer in layers.prefix(ModelRange.layers.upperBound) {
      var block = Block([], [])
      let attention = try layer.needed("attention", "its attention", layer.object)
      if try isThere(attention) {
        for name in ["window_length", "sparsify", "num_sink_tokens"] where attention.has(name) {
          throw attention.mistake(
            name, "layers that attend to a part of what is before them are not supported",
            "use a model of this family without it")
        }
        let group = try attention.count(
          "n_heads_in_group", in: 1...heads, "query heads that share one of keys and values")
        let own = Attention(heads: heads, keyValueHeads: heads / group, headSize: hidden / heads)
        block = Block([.attention(own)], [])
      }
      let mlp = try layer.needed("ffn", "its MLP", layer.object)
      if try isThere(mlp) {
        let width = try mlp.optionalCount("intermediate_size", in: ModelRange.width, "its width")
        let factor = try mlp.real("ffn_mult")
        guard let width = width ?? factor.flatMap({ Self.width($0, of: hidden) }) else {
          throw mlp.missing("ffn_mult", "its width as a share of the residual stream's")
        }
        block = Block(block.mixers, [.dense(Dense(width: width))])
      }
      if !block.mixers.isEmpty || !block.channels.isEmpty { blocks.append(block) }
    }
    var model = Model(
      name: source, source: source, hidden: hidden, vocabulary: try vocabulary(),
      maxPositions: try positions(), blocks: blocks.runs)
    model.hasTiedHead = try keys.flag("tie_word_embeddings") ?? false
    return model
  }

  /// Whether a layer has that of its parts which `keys` describe.
  private func isThere(_ keys: JSONKeys) throws(InputError) -> Bool {
    if try keys.flag("replace_with_linear") ?? false {
      throw keys.mistake(
        "replace_with_linear", "layers with one matrix alone are not supported",
        "use a model of this family without them")
    }
    return try !(keys.flag("no_op") ?? false)
  }

  /// Two thirds of the factor, in steps of 256, as the models' own code has it.
  private static func width(_ factor: Double, of hidden: Int) -> Int? {
    let width = 2 * factor * Double(hidden) / 3
    guard width > 0, width < Double(ModelRange.width.upperBound) else { return nil }
    return (Int(width) + 255) / 256 * 256
  }
}
