extension Shard {
  /// Columns of the fused query, key and value matrix on this GPU, where attention is not latent.
  public var queryKeyValueWidth: Int { (heads + 2 * keyValueHeads) * model.headSize }

  /// Rows of the attention's output matrix on this GPU.
  var attentionWidth: Int { heads * (model.latent?.valueSize ?? model.headSize) }

  /// Columns of the first matrix of an MLP of width `intermediate`: gate and up, or up alone.
  func upWidth(_ intermediate: Int) -> Int { (model.isGated ? 2 : 1) * intermediate }

  /// Columns of the router: the experts, and the shared experts' gate if they have one.
  var routerWidth: Int {
    guard let mixture = model.mixture else { return 0 }
    return mixture.experts + mixture.zeroExperts + (mixture.hasSharedGate ? 1 : 0)
  }

  /// Parameters on this GPU.
  public var parameters: Int { linearParameters + plainParameters }

  /// Bytes of weights on this GPU.
  ///
  /// Where weights are quantised, latent attention keeps the matrices that decodes absorb in
  /// bfloat16 beside them, as vLLM does.
  public var weightBytes: Int {
    let linear = Double(linearParameters) * model.weights.bytesPerWeight
    let plain = Double(plainParameters) * Model.bytesPerActivation
    let absorbed = model.weights == .bf16 ? 0 : model.layers * expandingParameters
    return Int((linear + plain + Double(absorbed) * Model.bytesPerActivation).rounded(.up))
  }

  /// Bytes of keys and values that one token of one sequence holds on this GPU, over all layers.
  ///
  /// Layers with a sliding window are counted in full: what vLLM's hybrid cache manager frees
  /// behind the window is not modelled. A latent cache is on every GPU of a group.
  public var keyValueBytesPerToken: Int {
    let perLayer = model.latent?.cachedElements ?? 2 * keyValueHeads * model.headSize
    return Int((Double(model.layers * perLayer) * model.cache.bytesPerInput).rounded(.up))
  }

  /// Parameters of one routed expert on this GPU.
  var parametersPerExpert: Int { mlpMatrices(expertIntermediate) }

  /// Parameters of the matrices that quantisation changes.
  private var linearParameters: Int {
    let mixture = model.mixture
    let experts = (mixture?.experts ?? 0) * parametersPerExpert + mlpMatrices(sharedIntermediate)
    return model.layers * attentionMatrices + model.denseLayers * mlpMatrices(intermediate)
      + (mixture?.layers ?? 0) * experts
  }

  /// All other parameters: tables, routers, normalisations and biases.
  private var plainParameters: Int {
    let tables = (model.hasTiedHead ? 1 : 2) * vocabulary * model.hidden
    let routers = (model.mixture?.layers ?? 0) * model.hidden * routerWidth
    let perLayer = layerNormalizationParameters + attentionBiases
    return tables + routers + model.layers * perLayer + model.denseLayers * mlpBiases
      + normalizationParameters
  }

  private var attentionMatrices: Int {
    let output = attentionWidth * model.hidden
    guard let latent = model.latent else { return model.hidden * queryKeyValueWidth + output }
    let queries = heads * (model.headSize + latent.rotary)
    let compressing = model.hidden * (latent.queryRank + latent.cachedElements)
    let expanding = (latent.queryRank == 0 ? model.hidden : latent.queryRank) * queries
    return compressing + expanding + expandingParameters + output
  }

  /// Parameters of the matrix that makes a layer's keys and values of latents.
  private var expandingParameters: Int {
    guard let latent = model.latent else { return 0 }
    return latent.rank * heads * (model.headSize + latent.valueSize)
  }

  private func mlpMatrices(_ intermediate: Int) -> Int {
    model.hidden * upWidth(intermediate) + intermediate * model.hidden
  }

  private var attentionBiases: Int {
    var count = 0
    if model.biases.contains(.queryKeyValue) { count += queryKeyValueWidth }
    if model.biases.contains(.attentionOutput) { count += model.hidden }
    return count
  }

  private var mlpBiases: Int {
    model.biases.contains(.mlp) ? upWidth(intermediate) + model.hidden : 0
  }

  private var layerNormalizationParameters: Int {
    let ofResidual = model.normalizationsPerLayer + (model.normalizesOutputs ? 2 : 0)
    let ofHeads = model.normalizesHeads ? 2 * model.headSize : 0
    let ofLatents = model.latent.map { $0.queryRank + $0.rank } ?? 0
    return ofResidual * normalizationParameters + ofHeads + ofLatents
  }

  /// Parameters of one normalisation of the residual stream.
  private var normalizationParameters: Int {
    model.hidden * (model.normalizationHasBias ? 2 : 1)
  }
}
