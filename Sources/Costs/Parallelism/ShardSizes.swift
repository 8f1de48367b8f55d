extension Shard {
  /// The first attention, and the first MLP, with the sizes that are on this GPU.
  var attention: Attention? { blocks.lazy.compactMap(\.attentions.first).first }
  var dense: Dense? { blocks.lazy.compactMap(\.denses.first).first }
  /// The first experts, with the sizes that are on this GPU; nil where there are none.
  public var mixture: Mixture? { blocks.lazy.compactMap(\.mixtures.first).first }

  /// Parameters on this GPU.
  public var parameters: Int {
    let matrices = blocks.reduce(0) { sum, block in
      let each = block.matrices(hidden: model.hidden).reduce(0) { $0 + $1.parameters }
      return sum + block.layers * each
    }
    return matrices + plainParameters
  }

  /// Bytes of weights on this GPU.
  ///
  /// Where they are quantised, latent attention keeps the matrices that decodes absorb in bfloat16
  /// beside them, as vLLM does.
  public var weightBytes: Int {
    var bytes = Double(plainParameters) * Model.bytesPerActivation
    for block in blocks {
      for matrix in block.matrices(hidden: model.hidden) {
        let parameters = Double(block.layers * matrix.parameters)
        let format = block.format(of: matrix.name, main: model.formats.main)
        bytes += parameters * format.bytesPerWeight
        if matrix.name == .keyValueUp && format.numbers != .bf16 {
          bytes += parameters * Model.bytesPerActivation
        }
      }
    }
    // The head is among the plain ones.
    let saved = Model.bytesPerActivation - model.formats.head.bytesPerWeight
    bytes -= Double(vocabulary * model.hidden) * saved
    return Int(bytes.rounded(.up))
  }

  /// Bytes of keys and values that one token of one sequence holds on this GPU, over all layers.
  ///
  /// Layers with a sliding window are counted in full; `CacheLayout` tells what they keep. A latent
  /// cache is on every GPU of a group.
  public var keyValueBytesPerToken: Int {
    Int(cacheGroups.reduce(0) { $0 + $1.bytesPerToken }.rounded(.up))
  }

  /// All parameters that are of no matrix of a layer: tables, normalisations, biases.
  private var plainParameters: Int {
    let rows = (model.hasTiedHead ? 1 : 2) * vocabulary + model.learnedPositions
    let perNormalization = model.hidden * (model.normalizationHasBias ? 2 : 1)
    return rows * model.hidden + perNormalization + streamParameters
      + (model.headHasBias ? vocabulary : 0) + blockParameters + alternationParameters
      + (blocks.lazy.compactMap(\.layerInput).first?.width ?? 0)
      + blocks.reduce(0) {
        $0 + $1.layers
          * $1.plainParameters(hidden: model.hidden, perNormalization: perNormalization)
      }
  }

  /// Those by which mixers, channels and the head weigh earlier blocks of the residual stream: a
  /// normalisation and a product with one vector each.
  private var blockParameters: Int {
    model.residualBlockLayers == nil ? 0 : (2 * model.layers + 1) * 2 * model.hidden
  }

  /// Those that predict residual streams from each other in each layer, and make and join them.
  private var alternationParameters: Int {
    guard let streams = model.alternatingStreams else { return 0 }
    let ofLayer = (streams + 2) * model.hidden + streams * streams * (streams + 1)
    return model.layers * ofLayer + 2 * (streams - 1) * model.hidden * model.hidden
  }

  /// Those that mix several residual streams in front of and behind mixers and channels, and before
  /// the head.
  private var streamParameters: Int {
    let streams = model.residualStreams
    if streams == 1 { return 0 }
    let (mixes, width) = ((2 + streams) * streams, streams * model.hidden)
    return model.layers * 2 * (mixes * width + mixes + 3) + streams * width + streams + 1
  }
}
