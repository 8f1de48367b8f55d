import Serving

extension HuggingFaceFile {
  /// A model of the Llama kind: gated MLP, RMSNorm, attention and MLP in turn.
  func gatedModel() throws(InputError) -> Model {
    var model = try skeleton()
    model.intermediate = try count(
      keys.intermediateSize, "intermediate_size", "the width of the MLP")
    model.hasTiedHead = keys.tieWordEmbeddings ?? false
    switch keys.modelType {
    case "qwen2": model.biases = .queryKeyValue
    case "llama": model.biases = llamaBiases
    default: break
    }
    if keys.modelType == "mixtral" {
      model.experts = try count(
        keys.numLocalExperts, "num_local_experts", "the experts of a layer")
      model.expertsPerToken = try count(
        keys.numExpertsPerTok, "num_experts_per_tok", "the experts that a token goes through")
    }
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
  private func skeleton() throws(InputError) -> Model {
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
      headSize: keys.headDim ?? hidden / heads, intermediate: 1,
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
    !["llama", "mistral", "mixtral", "qwen2"].contains(keys.modelType ?? "")
  }

  /// Whether a Falcon is of the architecture of the 40B and 180B, which shares keys and values
  /// among groups of heads and normalises for attention and MLP apart.
  private var isNewFalcon: Bool {
    keys.newDecoderArchitecture ?? (keys.modelType == "RefinedWeb")
  }
}
