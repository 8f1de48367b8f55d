import Formats
import Serving

/// The families of Gemma.
extension HuggingFaceFile {
  /// A Gemma of the second or third generation: tied head, results normalised, windows in some
  /// layers. What its files leave out is the default of Hugging Face's configuration classes.
  func gemma() throws(InputError) -> Model {
    let isThird = family == "gemma3"
    var file = self
    file.assume(256, "head_dim")
    if isThird {
      file.assume(8, "num_attention_heads")
      file.assume(4, "num_key_value_heads")
      file.assume(262_208, "vocab_size")
      file.assume(131_072, "max_position_embeddings")
    }
    var model = try file.skeleton(width: "intermediate_size")
    model.hasTiedHead = try keys.flag("tie_word_embeddings") ?? true
    let hasBias = try keys.flag("attention_bias") ?? false
    model.changeAttention {
      $0.normalization = isThird ? .head : .none
      $0.biases = hasBias ? .all : []
    }
    for index in model.blocks.indices { model.blocks[index].outputNormalizations = 2 }
    let stated = try keys.optionalCount(
      "sliding_window_pattern", in: ModelRange.layers, "how often a layer attends to everything")
    let period = stated ?? (isThird ? 6 : 2)
    try setWindow(of: &model, try window() ?? 4096) { ($0 + 1) % period != 0 }
    return model
  }

  /// A Gemma of the fourth generation: layers that attend to everything have heads of another size,
  /// whose values may be their keys; experts stand beside the MLP.
  func gemma4() throws(InputError) -> Model {
    var file = self
    file.assume(256, "head_dim")
    var model = try file.skeleton(width: "intermediate_size")
    model.hasTiedHead = try keys.flag("tie_word_embeddings") ?? true
    model.changeAttention { $0.normalization = .head }
    let size = try keys.optionalCount(
      "global_head_dim", in: ModelRange.headSize, "elements of a head")
    let shared = try keys.optionalCount(
      "num_global_key_value_heads", in: ModelRange.heads, "heads of keys and values")
    let valuesAreKeys = try keys.flag("attention_k_eq_v") ?? false
    try setWindow(of: &model, try window() ?? 512) { ($0 + 1) % 6 != 0 }
    var experts: Mixture?
    if try keys.flag("enable_moe_block") ?? false { experts = try mixture() }
    let last = try keys.optionalCount(
      "num_kv_shared_layers", in: 0...model.layers, "layers that share keys and values")
    let first = model.layers - (last ?? 0)
    model.changeLayers { layer, block in
      // One in front of and one behind attention and MLP each; with experts, three more.
      block.outputNormalizations = experts == nil ? 2 : 5
      if let experts { block.channels.append(.experts(experts)) }
      guard case .attention(var attention) = block.mixers[0] else { return }
      if attention.reach == .all {
        attention.headSize = size ?? attention.headSize
        attention.valueSize = attention.headSize
        attention.valuesAreKeys = valuesAreKeys
        if valuesAreKeys { attention.keyValueHeads = shared ?? attention.keyValueHeads }
      }
      attention.sharesKeyValues = layer >= first
      block.mixers = [.attention(attention)]
    }
    if try keys.flag("use_double_wide_mlp") ?? false {
      model.changeLayers { layer, block in
        guard layer >= first, case .dense(var dense) = block.channels[0] else { return }
        dense.width *= 2
        block.channels[0] = .dense(dense)
      }
    }
    try setLayerInputs(of: &model)
    return model
  }

  /// A Gemma 3n: several residual streams of which one is computed, a product of low rank beside
  /// attention, an input of its own for each layer, the last layers sharing keys and values.
  ///
  /// Google DeepMind, "Gemma 3n", 2025; Baykal et al., "Alternating Updates", arXiv 2301.13310;
  /// Menghani et al., "LAuReL", arXiv 2411.07501.
  func gemma3n() throws(InputError) -> Model {
    var file = uniform("intermediate_size")
    let standards = [
      ("head_dim", 256), ("num_attention_heads", 8), ("num_key_value_heads", 2),
      ("vocab_size", 262_400), ("max_position_embeddings", 32_768), ("laurel_rank", 64),
      ("altup_num_inputs", 4), ("hidden_size_per_layer_input", 256), ("num_kv_shared_layers", 15),
      ("sliding_window", 512),
    ]
    for (name, value) in standards { file.assume(value, name) }
    var model = try file.skeleton(width: "intermediate_size")
    model.hasTiedHead = try keys.flag("tie_word_embeddings") ?? true
    let biases: Attention.Biases = try keys.flag("attention_bias") ?? false ? .all : []
    model.changeAttention {
      $0.normalization = .head
      $0.biases = biases
    }
    try setWindow(of: &model, try file.window()) { ($0 + 1) % 5 != 0 }
    let shared = try file.keys.count(
      "num_kv_shared_layers", in: 0...model.layers, "layers that share keys and values")
    let rank = try file.keys.count("laurel_rank", in: ModelRange.rank, "the rank of the product")
    let first = model.layers - shared
    model.changeLayers { layer, block in
      block.outputNormalizations = 2
      block.sideRank = rank
      guard case .attention(var attention) = block.mixers[0] else { return }
      attention.sharesKeyValues = layer >= first
      block.mixers = [.attention(attention)]
    }
    model.alternatingStreams = try file.keys.count(
      "altup_num_inputs", in: 2...64, "the residual streams")
    try file.setLayerInputs(of: &model)
    return model
  }

  /// Gives each layer the input of its own that the file states.
  private func setLayerInputs(of model: inout Model) throws(InputError) {
    let width = try keys.optionalCount(
      "hidden_size_per_layer_input", in: 0...ModelRange.width.upperBound,
      "elements of a layer's own input")
    guard let width, width > 0 else { return }
    let rows = try keys.optionalCount(
      "vocab_size_per_layer_input", in: ModelRange.vocabulary, "the entries of its table")
    let input = LayerInput(vocabulary: rows ?? 262_144, width: width)
    for index in model.blocks.indices { model.blocks[index].layerInput = input }
  }
}
