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
  /// Where they are quantised, latent attention keeps the matrices that decodes absorb in bfloat16
  /// beside them, as vLLM does.
  public var weightBytes: Int {
    var bytes = Double(plainParameters) * Model.bytesPerActivation
    for matrix in linearMatrices {
      for run in model.formats.runs(of: matrix.name, layers: matrix.layers) {
        let parameters = Double(run.layers * matrix.parameters)
        bytes += parameters * run.format.bytesPerWeight
        if matrix.name == .keyValueUp && run.format.numbers != .bf16 {
          bytes += parameters * Model.bytesPerActivation
        }
      }
    }
    // The head is among the plain ones.
    for run in model.formats.runs(of: .head, layers: 1) {
      let saved = Model.bytesPerActivation - run.format.bytesPerWeight
      bytes -= Double(vocabulary * model.hidden) * saved
    }
    return Int(bytes.rounded(.up))
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

  /// The matrices that quantisation changes: how many layers have each, and its parameters in one.
  private var linearMatrices: [(name: Operation.Name, layers: Int, parameters: Int)] {
    let (mixed, up) = (model.mixture?.layers ?? 0, model.hidden * upWidth(intermediate))
    let (shared, experts) = (sharedIntermediate, model.mixture?.experts ?? 0)
    let attention = attentionMatrices.map { ($0.name, model.layers, $0.parameters) }
    return attention + [
      (.up, model.denseLayers, up), (.down, model.denseLayers, model.hidden * intermediate),
      (.experts, mixed, experts * parametersPerExpert),
      (.sharedUp, mixed, model.hidden * upWidth(shared)),
      (.sharedDown, mixed, model.hidden * shared),
    ]
  }

  private var linearParameters: Int {
    linearMatrices.reduce(0) { $0 + $1.layers * $1.parameters }
  }

  /// All other parameters: tables, routers, normalisations and biases.
  private var plainParameters: Int {
    let rows = (model.hasTiedHead ? 1 : 2) * vocabulary + model.learnedPositions
    let tables = rows * model.hidden
    let routers = (model.mixture?.layers ?? 0) * model.hidden * routerWidth
    let perLayer = layerNormalizationParameters + attentionBiases
    return tables + routers + model.layers * perLayer + model.denseLayers * mlpBiases
      + normalizationParameters
  }

  private var attentionMatrices: [(name: Operation.Name, parameters: Int)] {
    let output = attentionWidth * model.hidden
    guard let latent = model.latent else {
      return [(.queryKeyValue, model.hidden * queryKeyValueWidth), (.attentionOutput, output)]
    }
    let queries = heads * (model.headSize + latent.rotary)
    return [
      (.queryKeyValueDown, model.hidden * (latent.queryRank + latent.cachedElements)),
      (.queryUp, (latent.queryRank == 0 ? model.hidden : latent.queryRank) * queries),
      (.keyValueUp, latent.rank * heads * (model.headSize + latent.valueSize)),
      (.attentionOutput, output),
    ]
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
