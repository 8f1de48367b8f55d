import Formats
import Serving

/// Families some of whose layers keep a state instead of keys and values.
extension HuggingFaceFile {
  /// Qwen3-Next and Qwen3.5: gated delta rule in most layers, gated attention in the others.
  func qwenNext() throws(InputError) -> Model {
    let isMixture = family != "qwen3_5"
    var file = self
    if isMixture { file.assume(1, "intermediate_size") }
    var model = try file.skeleton(width: "intermediate_size")
    model.hasTiedHead = try keys.flag("tie_word_embeddings") ?? false
    let isGated = try keys.flag("attn_output_gate") ?? true
    let hasBias = try keys.flag("attention_bias") ?? false
    model.changeAttention {
      $0.normalization = .head
      $0.gate = isGated ? .elements : .none
      $0.biases = hasBias ? .all : []
    }
    let heads = "heads of linear attention"
    let elements = "elements of a head of linear attention"
    var delta = Recurrent(
      .gatedDelta,
      heads: try keys.count("linear_num_value_heads", in: ModelRange.heads, heads),
      valueSize: try keys.count("linear_value_head_dim", in: ModelRange.headSize, elements),
      keyHeads: try keys.count("linear_num_key_heads", in: ModelRange.heads, heads),
      keySize: try keys.count("linear_key_head_dim", in: ModelRange.headSize, elements))
    delta.convolution = try convolution("linear_conv_kernel_dim")
    delta.bytesPerState = try bytesPerState("mamba_ssm_dtype", standard: 2)
    let period = try keys.optionalCount(
      "full_attention_interval", in: ModelRange.layers, "how often a layer has full attention")
    let types = try layerTypes(of: model.layers, among: ["full_attention", "linear_attention"])
    let mixer = Block.Mixer.recurrent(delta)
    model.changeLayers { layer, block in
      let isLinear =
        types.map { $0[layer] == "linear_attention" } ?? ((layer + 1) % (period ?? 4) != 0)
      if isLinear { block.mixers = [mixer] }
    }
    if isMixture { try setExperts(of: &model) }
    return model
  }

  /// Nemotron-H: each layer is one of Mamba-2, attention, a plain MLP, or experts.
  func nemotron() throws(InputError) -> Model {
    let kinds = try nemotronKinds()
    var file = self
    file.keys.values["num_hidden_layers"] = .integer(kinds.count)
    if !keys.has("head_dim"), let size = keys.values["attention_head_dim"] {
      file.keys.values["head_dim"] = size
    }
    var model = try file.skeleton(width: "intermediate_size")
    model.hasTiedHead = try keys.flag("tie_word_embeddings") ?? false
    let hasBias = try keys.flag("attention_bias") ?? false
    let mlpBias = try keys.flag("mlp_bias") ?? false
    model.changeAttention { $0.biases = hasBias ? .all : [] }
    model.changeDense {
      $0.isGated = false
      $0.hasBias = mlpBias
    }
    let (mixers, channels) = (model.blocks[0].mixers, model.blocks[0].channels)
    let state = try mamba2(
      heads: "mamba_num_heads", headSize: "mamba_head_dim", groups: "n_groups",
      columns: "ssm_state_size", convolution: "conv_kernel")
    var experts: Mixture?
    if kinds.contains("moe") {
      experts = try mixture()
      experts?.isGated = false
      experts?.latentWidth = try keys.optionalCount(
        "moe_latent_size", in: ModelRange.width, "the elements that experts work on")
    }
    model.blocks =
      kinds.map { kind in
        switch kind {
        case "mamba": Block([.recurrent(state)], [])
        case "attention": Block(mixers, [])
        case "moe": Block([], experts.map { [.experts($0)] } ?? [])
        default: Block([], channels)
        }
      }.runs
    return model
  }

  /// What each layer is, by `hybrid_override_pattern` or by `layers_block_type`.
  private func nemotronKinds() throws(InputError) -> [String] {
    let known = ["mamba", "attention", "mlp", "moe"]
    if let kinds = try keys.texts("layers_block_type") {
      if !kinds.isEmpty, kinds.count <= ModelRange.layers.upperBound,
        kinds.allSatisfy(known.contains)
      {
        return kinds
      }
      throw keys.mistake(
        "layers_block_type", "it has layers that are not known",
        "use a model of \(known.joined(separator: ", "))")
    }
    guard let pattern = try keys.text("hybrid_override_pattern") else {
      throw keys.missing("hybrid_override_pattern", "a letter for each layer: M, *, - or E")
    }
    let names: [Character: String] = ["M": "mamba", "*": "attention", "-": "mlp", "E": "moe"]
    let kinds = pattern.compactMap { names[$0] }
    if kinds.isEmpty || kinds.count != pattern.count
      || kinds.count > ModelRange.layers.upperBound
    {
      throw keys.mistake(
        "hybrid_override_pattern", "it has letters that are not known", "use M, *, - and E")
    }
    return kinds
  }

  /// A model of Mamba-2 alone.
  func mamba() throws(InputError) -> Model {
    var file = self
    file.assume(1 << 20, "max_position_embeddings")
    let state = try mamba2(
      heads: "num_heads", headSize: "head_dim", groups: "n_groups", columns: "state_size",
      convolution: "conv_kernel")
    let layers = try keys.count(
      "num_hidden_layers", in: ModelRange.layers, "the number of layers")
    var model = Model(
      name: source, source: source,
      hidden: try keys.count(
        "hidden_size", in: ModelRange.width, "the width of the residual stream"),
      vocabulary: try vocabulary(), maxPositions: try file.positions(),
      blocks: [Block(layers: layers, [.recurrent(state)], [])])
    model.hasTiedHead = try keys.flag("tie_word_embeddings") ?? false
    return model
  }

  /// Bamba and Granite 4: Mamba-2 in most layers, attention in some, each with an MLP or experts.
  func bamba() throws(InputError) -> Model {
    let isGranite = family == "granitemoehybrid"
    let hasExperts =
      isGranite && keys.has("num_local_experts") && keys.values["num_local_experts"] != .integer(0)
    var model = try skeleton(
      width: isGranite ? "shared_intermediate_size" : "intermediate_size")
    model.hasTiedHead = try keys.flag("tie_word_embeddings") ?? false
    let hasBias = try keys.flag("attention_bias") ?? false
    model.changeAttention { $0.biases = hasBias ? .all : [] }
    let state = try mamba2(
      heads: "mamba_n_heads", headSize: "mamba_d_head", groups: "mamba_n_groups",
      columns: "mamba_d_state", convolution: "mamba_d_conv")
    let types =
      isGranite ? try layerTypes(of: model.layers, among: ["attention", "mamba"]) : nil
    let indices = try keys.counts(
      "attn_layer_indices", in: 0...model.layers - 1, "layers with attention")
    let experts = try hasExperts ? mixture() : nil
    model.changeLayers { layer, block in
      let isAttention = types.map { $0[layer] == "attention" } ?? indices?.contains(layer) ?? false
      if !isAttention { block.mixers = [.recurrent(state)] }
      if let experts { block.channels = [.experts(experts)] }
    }
    return model
  }

  /// Falcon-H1: attention and Mamba-2 side by side in each layer.
  func falconH1() throws(InputError) -> Model {
    var model = try skeleton(width: "intermediate_size")
    model.hasTiedHead = try keys.flag("tie_word_embeddings") ?? false
    var state = try mamba2(
      heads: "mamba_n_heads", headSize: "mamba_d_head", groups: "mamba_n_groups",
      columns: "mamba_d_state", convolution: "mamba_d_conv")
    state.hasNormalization = try keys.flag("mamba_rms_norm") ?? false
    model.blocks[0].mixers.append(.recurrent(state))
    return model
  }

  /// Jamba: Mamba-1 in most layers and attention in some, experts in some and an MLP in others.
  func jamba() throws(InputError) -> Model {
    var model = try skeleton(width: "intermediate_size")
    model.hasTiedHead = try keys.flag("tie_word_embeddings") ?? false
    let expand = try keys.optionalCount("mamba_expand", in: 1...64, "how much wider a state is")
    let width = model.hidden * (expand ?? 2)
    let columns = try keys.optionalCount(
      "mamba_d_state", in: ModelRange.headSize, "columns of a state")
    guard ModelRange.attentionWidth.contains(width) else {
      throw keys.mistake("mamba_expand", "\(width) elements are too many", "use a smaller number")
    }
    var state = Recurrent(
      .mamba1, heads: width, valueSize: 1, keyHeads: 1, keySize: columns ?? 16)
    state.convolution = try convolution("mamba_d_conv")
    state.convolutionHasBias = try keys.flag("mamba_conv_bias") ?? true
    let rank = try keys.optionalCount(
      "mamba_dt_rank", in: ModelRange.rank, "elements that the time step is made of")
    state.timeRank = rank ?? (model.hidden + 15) / 16
    state.bytesPerState = 2
    func period(_ name: String, _ standard: Int, _ key: String, _ first: Int) throws(InputError)
      -> (Int) -> Bool
    {
      let step = try keys.optionalCount(name, in: ModelRange.layers, "a number of layers")
      let offset = try keys.optionalCount(
        key, in: 0...ModelRange.layers.upperBound, "the first layer of them")
      return { $0 % (step ?? standard) == (offset ?? first) % (step ?? standard) }
    }
    let isAttention = try period("attn_layer_period", 8, "attn_layer_offset", 4)
    let hasExperts = try period("expert_layer_period", 2, "expert_layer_offset", 1)
    let experts = try mixture()
    let mixer = Block.Mixer.recurrent(state)
    model.changeLayers { layer, block in
      if !isAttention(layer) { block.mixers = [mixer] }
      if hasExperts(layer), experts.experts > 1 { block.channels = [.experts(experts)] }
    }
    return model
  }

  /// A Mamba-2, under the names that the family gives its sizes.
  private func mamba2(
    heads: String, headSize: String, groups: String, columns: String, convolution: String
  ) throws(InputError) -> Recurrent {
    var state = Recurrent(
      .mamba2, heads: try keys.count(heads, in: ModelRange.heads, "heads of Mamba-2"),
      valueSize: try keys.count(headSize, in: ModelRange.headSize, "elements of a head of Mamba-2"),
      keyHeads: try keys.count(groups, in: ModelRange.heads, "groups of Mamba-2"),
      keySize: try keys.count(columns, in: ModelRange.headSize, "columns of a state of Mamba-2"))
    state.convolution = try self.convolution(convolution)
    let biased = (try keys.flag("use_conv_bias"), try keys.flag("mamba_conv_bias"))
    state.convolutionHasBias = biased.0 ?? biased.1 ?? true
    let projected = (try keys.flag("mamba_proj_bias"), try keys.flag("use_bias"))
    state.hasBias = projected.0 ?? projected.1 ?? false
    state.bytesPerState = try bytesPerState(
      "mamba_ssm_cache_dtype", standard: family == "nemotron_h" ? 4 : 2)
    if state.heads % state.keyHeads != 0 {
      throw keys.mistake(
        groups, "\(state.heads) heads do not divide into \(state.keyHeads) groups",
        "use a number that divides \(state.heads)")
    }
    return state
  }

  private func convolution(_ name: String) throws(InputError) -> Int {
    try keys.optionalCount(name, in: 1...64, "the tokens that the convolution reads") ?? 4
  }

  /// Bytes of an element of a state, by the type under `name`.
  private func bytesPerState(_ name: String, standard: Int) throws(InputError) -> Int {
    switch try keys.text(name) {
    case nil, "auto": return standard
    case "float32": return 4
    case "bfloat16", "float16": return 2
    case let other?:
      throw keys.mistake(
        name, "a state in \(other) is not known", "use float32, bfloat16 or float16")
    }
  }
}
