import Serving

extension HuggingFaceFile {
  /// A model of the Llama kind: gated MLP, RMSNorm, attention and MLP in turn.
  func gatedModel() throws(InputError) -> Model {
    var model = try skeleton()
    model.intermediate = try count(
      keys.intermediateSize, "intermediate_size", "the width of the MLP")
    model.hasTiedHead = keys.tieWordEmbeddings ?? false
    try setWindow(of: &model, keys.slidingWindow, layers: model.layers)
    if keys.modelType == "llama" { model.biases = llamaBiases }
    if keys.modelType == "mixtral" {
      model = model.with(
        experts: try count(keys.numLocalExperts, "num_local_experts", "the experts of a layer"),
        perToken: try expertsPerToken())
    }
    return model
  }

  /// A Qwen of the second or third generation, dense or with experts.
  func qwen() throws(InputError) -> Model {
    var model = try skeleton()
    model.intermediate = try count(
      keys.intermediateSize, "intermediate_size", "the width of the MLP")
    model.hasTiedHead = keys.tieWordEmbeddings ?? false
    if keys.modelType?.hasPrefix("qwen3") == true {
      model.normalizesHeads = true
      model.biases = keys.attentionBias ?? false ? [.queryKeyValue, .attentionOutput] : []
    } else {
      model.biases = .queryKeyValue
    }
    if keys.useSlidingWindow ?? false {
      let full = keys.maxWindowLayers ?? 28
      try setWindow(of: &model, keys.slidingWindow, layers: max(0, model.layers - full))
    }
    if keys.modelType?.hasSuffix("_moe") == true { try setQwenExperts(of: &model) }
    return model
  }

  /// A Gemma of the second or third generation: tied head, results normalised, windows in some
  /// layers. What its files leave out is the default of Hugging Face's configuration classes.
  func gemma() throws(InputError) -> Model {
    let isThird = keys.modelType == "gemma3_text"
    var file = self
    file.keys.headDim = keys.headDim ?? 256
    if isThird {
      file.keys.numAttentionHeads = keys.numAttentionHeads ?? 8
      file.keys.numKeyValueHeads = keys.numKeyValueHeads ?? 4
      file.keys.vocabSize = keys.vocabSize ?? 262_208
      file.keys.maxPositionEmbeddings = keys.maxPositionEmbeddings ?? 131_072
    }
    var model = try file.skeleton().asGemma(window: 0, windowLayers: 0)
    model.intermediate = try count(
      keys.intermediateSize, "intermediate_size", "the width of the MLP")
    model.hasTiedHead = keys.tieWordEmbeddings ?? true
    model.normalizesHeads = isThird
    if keys.attentionBias ?? false { model.biases = [.queryKeyValue, .attentionOutput] }
    let period = try count(
      keys.slidingWindowPattern ?? (isThird ? 6 : 2), "sliding_window_pattern",
      "how often a layer attends to everything")
    try setWindow(
      of: &model, keys.slidingWindow ?? 4096, layers: model.layers - model.layers / period)
    return model
  }

  /// A Falcon: plain MLP beside the attention, LayerNorm, tied head.
  func falcon() throws(InputError) -> Model {
    let isNew = isNewFalcon
    var model = try skeleton()
    model.intermediate = keys.ffnHiddenSize ?? 4 * model.hidden
    model.isGated = false
    model.isParallel = isNew || keys.parallelAttn ?? true
    model.normalizationHasBias = true
    model.normalizationsPerLayer = isNew || !model.isParallel ? 2 : 1
    model.hasTiedHead = keys.tieWordEmbeddings ?? true
    model.biases = keys.bias ?? false ? [.queryKeyValue, .attentionOutput, .mlp] : []
    return model
  }

  private var llamaBiases: Model.Biases {
    var biases: Model.Biases = []
    if keys.attentionBias ?? false { biases.formUnion([.queryKeyValue, .attentionOutput]) }
    if keys.mlpBias ?? false { biases.insert(.mlp) }
    return biases
  }

  /// What all families have; the MLP's width is still to be set.
  func skeleton() throws(InputError) -> Model {
    let hidden = try count(keys.hiddenSize, "hidden_size", "the width of the residual stream")
    let heads = try count(
      keys.numAttentionHeads ?? keys.nHead, "num_attention_heads", "the query heads of a layer")
    if keys.headDim == nil && hidden % heads != 0 {
      throw InputError(
        source, column: "hidden_size",
        problem: "\(hidden) does not divide into \(heads) heads",
        remedy: "add head_dim, the elements of one head")
    }
    return Model(
      name: source, source: source,
      layers: try count(
        keys.numHiddenLayers ?? keys.nLayer, "num_hidden_layers", "the number of layers"),
      hidden: hidden, heads: heads, keyValueHeads: try keyValueHeads(of: heads),
      headSize: try count(
        keys.headDim ?? hidden / heads, "head_dim", "the elements of one head"),
      intermediate: 1,
      vocabulary: try count(keys.vocabSize, "vocab_size", "the entries of the vocabulary"),
      maxPositions: try maxPositions())
  }

  private func keyValueHeads(of heads: Int) throws(InputError) -> Int {
    if isFalcon && !isNewFalcon { return keys.multiQuery ?? true ? 1 : heads }
    let stated = keys.numKeyValueHeads ?? keys.numKvHeads ?? keys.nHeadKv ?? heads
    if stated < 1 || heads % stated != 0 {
      throw InputError(
        source, column: "num_key_value_heads",
        problem: "\(heads) query heads cannot share \(stated) heads of keys and values",
        remedy: "use a number that divides \(heads)")
    }
    return stated
  }

  /// Falcon's own default is 2,048.
  private func maxPositions() throws(InputError) -> Int {
    if isFalcon { return keys.maxPositionEmbeddings ?? 2048 }
    return try count(
      keys.maxPositionEmbeddings, "max_position_embeddings", "the longest sequence, in tokens")
  }

  private var isFalcon: Bool {
    ["falcon", "RefinedWeb", "RefinedWebModel"].contains(keys.modelType ?? "")
  }

  /// Whether a Falcon is of the architecture of the 40B and 180B, which shares keys and values
  /// among groups of heads and normalises for attention and MLP apart.
  private var isNewFalcon: Bool {
    keys.newDecoderArchitecture ?? (keys.modelType == "RefinedWeb")
  }
}

extension HuggingFaceFile {
  /// Gives `layers` of the model a window of `size` tokens, or those that `layer_types` names;
  /// none where no sequence is longer than the window.
  private func setWindow(of model: inout Model, _ size: Int?, layers: Int) throws(InputError) {
    let named = try namedWindowLayers(of: model)
    guard let size, size < model.maxPositions else { return }
    model.window = try count(size, "sliding_window", "the tokens that a layer attends to")
    model.windowLayers = named ?? layers
    if model.windowLayers == 0 { model.window = 0 }
  }

  /// The layers that `layer_types` gives a window; nil without that key.
  private func namedWindowLayers(of model: Model) throws(InputError) -> Int? {
    guard let types = keys.layerTypes else { return nil }
    let known = ["full_attention", "sliding_attention"]
    if let other = types.first(where: { !known.contains($0) }) {
      throw unsupported(
        "layer_types", "a layer of type \(other) is not supported",
        "use a model with \(known.joined(separator: " and "))")
    }
    if types.count != model.layers {
      throw unsupported(
        "layer_types", "\(types.count) types do not match \(model.layers) layers",
        "give one type a layer")
    }
    return types.filter { $0 == known[1] }.count
  }
}
