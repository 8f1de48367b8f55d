extension Shard {
  /// Columns of the fused query, key and value matrix on this GPU.
  public var queryKeyValueWidth: Int { (heads + 2 * keyValueHeads) * model.headSize }

  /// Columns of the MLP's first matrix, or of one expert's, on this GPU: gate and up, or up alone.
  public var upWidth: Int { (model.isGated ? 2 : 1) * intermediate }

  /// Parameters on this GPU.
  public var parameters: Int {
    let tables = (model.hasTiedHead ? 1 : 2) * vocabulary * model.hidden
    return model.layers * layerParameters + tables + normalizationParameters
  }

  /// Bytes of weights on this GPU.
  public var weightBytes: Int { Int((Double(parameters) * model.bytesPerWeight).rounded(.up)) }

  /// Bytes of keys and values that one token of one sequence holds on this GPU, over all layers.
  public var keyValueBytesPerToken: Int {
    let elements = 2 * model.layers * keyValueHeads * model.headSize
    return Int((Double(elements) * model.bytesPerCachedElement).rounded(.up))
  }

  private var layerParameters: Int {
    attentionParameters + mlpParameters
      + model.normalizationsPerLayer * normalizationParameters
  }

  private var attentionParameters: Int {
    var count = model.hidden * queryKeyValueWidth + heads * model.headSize * model.hidden
    if model.biases.contains(.queryKeyValue) { count += queryKeyValueWidth }
    if model.biases.contains(.attentionOutput) { count += model.hidden }
    return count
  }

  private var mlpParameters: Int {
    var expert = model.hidden * upWidth + intermediate * model.hidden
    if model.biases.contains(.mlp) { expert += upWidth + model.hidden }
    let router = model.experts > 1 ? model.hidden * model.experts : 0
    return model.experts * expert + router
  }

  /// Parameters of one normalisation.
  private var normalizationParameters: Int {
    model.hidden * (model.normalizationHasBias ? 2 : 1)
  }
}
