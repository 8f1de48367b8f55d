import Formats
import Serving

extension HuggingFaceFile {
  /// A model of the Llama kind: gated MLP, RMSNorm, attention and MLP in turn.
  func gatedModel() throws(InputError) -> Model {
    var model = try skeleton(width: "intermediate_size")
    model.hasTiedHead = try keys.flag("tie_word_embeddings") ?? false
    try setWindow(of: &model, try window(), layers: model.layers)
    if family == "llama" { model.biases = try llamaBiases() }
    if family == "mixtral" {
      model = model.with(
        experts: try keys.count(
          "num_local_experts", in: ModelRange.experts, "the experts of a layer"),
        perToken: try expertsPerToken())
    }
    return model
  }

  /// A Qwen of the second or third generation, dense or with experts.
  func qwen() throws(InputError) -> Model {
    var model = try skeleton(width: "intermediate_size")
    model.hasTiedHead = try keys.flag("tie_word_embeddings") ?? false
    if family.hasPrefix("qwen3") {
      model.normalizesHeads = true
      if try keys.flag("attention_bias") ?? false {
        model.biases = [.queryKeyValue, .attentionOutput]
      }
    } else {
      model.biases = .queryKeyValue
    }
    if try keys.flag("use_sliding_window") ?? false {
      let full = try keys.optionalCount(
        "max_window_layers", in: 0...ModelRange.layers.upperBound, "the layers without a window")
      try setWindow(of: &model, try window(), layers: max(0, model.layers - (full ?? 28)))
    }
    if family.hasSuffix("_moe") { try setQwenExperts(of: &model) }
    return model
  }

  /// A Gemma of the second or third generation: tied head, results normalised, windows in some
  /// layers. What its files leave out is the default of Hugging Face's configuration classes.
  func gemma() throws(InputError) -> Model {
    let isThird = family == "gemma3_text"
    var file = self
    file.assume(256, "head_dim")
    if isThird {
      file.assume(8, "num_attention_heads")
      file.assume(4, "num_key_value_heads")
      file.assume(262_208, "vocab_size")
      file.assume(131_072, "max_position_embeddings")
    }
    var model = try file.skeleton(width: "intermediate_size")
    model.normalizesOutputs = true
    model.hasTiedHead = try keys.flag("tie_word_embeddings") ?? true
    model.normalizesHeads = isThird
    if try keys.flag("attention_bias") ?? false {
      model.biases = [.queryKeyValue, .attentionOutput]
    }
    let period = try keys.optionalCount(
      "sliding_window_pattern", in: ModelRange.layers, "how often a layer attends to everything")
    let full = model.layers / (period ?? (isThird ? 6 : 2))
    try setWindow(of: &model, try window() ?? 4096, layers: model.layers - full)
    return model
  }

  private func llamaBiases() throws(InputError) -> Model.Biases {
    var biases: Model.Biases = []
    if try keys.flag("attention_bias") ?? false {
      biases.formUnion([.queryKeyValue, .attentionOutput])
    }
    if try keys.flag("mlp_bias") ?? false { biases.insert(.mlp) }
    return biases
  }

  /// Takes `value` for what is under `name` where there is nothing.
  mutating func assume(_ value: Int, _ name: String) {
    if !keys.has(name) { keys.values[name] = .integer(value) }
  }
}

extension HuggingFaceFile {
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
      vocabulary: try keys.count(
        "vocab_size", in: ModelRange.vocabulary, "the entries of the vocabulary"),
      maxPositions: try keys.count(
        "max_position_embeddings", "n_positions", in: ModelRange.positions,
        "the longest sequence, in tokens"))
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

  private func window() throws(InputError) -> Int? {
    try keys.optionalCount(
      "sliding_window", in: ModelRange.positions, "the tokens that a layer attends to")
  }

  /// Gives `layers` of the model a window of `size` tokens, or those that `layer_types` names;
  /// none where no sequence is longer than the window.
  private func setWindow(of model: inout Model, _ size: Int?, layers: Int) throws(InputError) {
    let named = try namedWindowLayers(of: model)
    guard let size, size < model.maxPositions else { return }
    model.window = size
    model.windowLayers = named ?? layers
    if model.windowLayers == 0 { model.window = 0 }
  }

  /// The layers that `layer_types` gives a window; nil without that key.
  private func namedWindowLayers(of model: Model) throws(InputError) -> Int? {
    guard let types = try keys.texts("layer_types") else { return nil }
    let known = ["full_attention", "sliding_attention"]
    if let other = types.first(where: { !known.contains($0) }) {
      throw keys.mistake(
        "layer_types", "a layer of type \(other) is not supported",
        "use a model with \(known.joined(separator: " and "))")
    }
    if types.count != model.layers {
      throw keys.mistake(
        "layer_types", "\(types.count) types do not match \(model.layers) layers",
        "give one type a layer")
    }
    return types.filter { $0 == known[1] }.count
  }
}
