/// Matrices of weights that a layer multiplies each token with.
struct Matrix: Equatable {
  var name: Operation.Name
  /// Elements that it reads of a token, and that it makes of them.
  var inputs: Int
  var outputs: Int
  /// How many alike there are, such as one for each expert.
  var copies = 1

  var parameters: Int { copies * inputs * outputs }
}

extension Block {
  /// The matrices of one of its layers in a model of width `hidden`, in the order in which they are
  /// used.
  func matrices(hidden: Int) -> [Matrix] {
    mixers.flatMap { $0.matrices(hidden: hidden) } + sideMatrices(hidden: hidden)
      + channels.flatMap { $0.matrices(hidden: hidden) }
  }

  /// Those beside mixers and channels.
  private func sideMatrices(hidden: Int) -> [Matrix] {
    var list: [Matrix] = []
    if sideRank > 0 {
      list.append(Matrix(name: .sideProduct, inputs: hidden, outputs: sideRank))
      list.append(Matrix(name: .sideProduct, inputs: sideRank, outputs: hidden))
    }
    if let input = layerInput {
      // A product of the embedding, and a gate of the residual stream.
      list.append(Matrix(name: .layerInput, inputs: hidden, outputs: 2 * input.width))
      list.append(Matrix(name: .layerInput, inputs: input.width, outputs: hidden))
    }
    return list
  }

  /// All other parameters of one of its layers: normalisations, biases, and what is small.
  ///
  /// - Parameter perNormalization: those of one normalisation of the residual stream.
  func plainParameters(hidden: Int, perNormalization: Int) -> Int {
    (normalizations + outputNormalizations) * perNormalization + (sideRank > 0 ? hidden : 0)
      + (layerInput.map { $0.vocabulary * $0.width + hidden } ?? 0)
      + mixers.reduce(0) { $0 + $1.plainParameters(hidden: hidden) }
      + channels.reduce(0) { $0 + $1.plainParameters(hidden: hidden) }
  }
}

extension Block.Mixer {
  func matrices(hidden: Int) -> [Matrix] {
    switch self {
    case .attention(let attention):
      let own = [
        Matrix(name: .queryKeyValue, inputs: hidden, outputs: attention.queryKeyValueWidth),
        Matrix(name: .attentionOutput, inputs: attention.outputWidth, outputs: hidden),
      ]
      return own + (attention.indexer?.matrices(hidden: hidden) ?? [])
    case .latent(let latent):
      let queries = latent.heads * (latent.headSize + latent.rotary)
      let own = [
        Matrix(
          name: .queryKeyValueDown, inputs: hidden,
          outputs: latent.queryRank + latent.cachedElements),
        Matrix(
          name: .queryUp, inputs: latent.queryRank == 0 ? hidden : latent.queryRank,
          outputs: queries),
        Matrix(
          name: .keyValueUp, inputs: latent.rank,
          outputs: latent.heads * (latent.headSize + latent.valueSize)),
        Matrix(name: .attentionOutput, inputs: latent.heads * latent.valueSize, outputs: hidden),
      ]
      let gates = [
        Matrix(name: .attentionGate, inputs: hidden, outputs: latent.heads * latent.valueSize)
      ]
      return own + (latent.hasGate ? gates : []) + (latent.indexer?.matrices(hidden: hidden) ?? [])
    case .recurrent(let recurrent): return recurrent.matrices(hidden: hidden)
    case .compressed(let compressed): return compressed.matrices(hidden: hidden)
    }
  }

  func plainParameters(hidden: Int) -> Int {
    switch self {
    case .attention(let attention):
      var count = attention.indexer?.plainParameters ?? 0
      if attention.biases.contains(.queryKeyValue) { count += attention.queryKeyValueWidth }
      if attention.biases.contains(.output) { count += hidden }
      if attention.hasSinks { count += attention.heads }
      switch attention.normalization {
      case .none: break
      case .head: count += (attention.sharesKeyValues ? 1 : 2) * attention.headSize
      case .heads: count += (attention.heads + attention.keyValueHeads) * attention.headSize
      }
      return count
    case .latent(let latent):
      return latent.queryRank + latent.rank + (latent.indexer?.plainParameters ?? 0)
    case .recurrent(let recurrent): return recurrent.plainParameters(hidden: hidden)
    case .compressed(let compressed): return compressed.plainParameters
    }
  }
}

extension Attention {
  /// Columns of the fused product that makes queries, keys and values, and the gate.
  var queryKeyValueWidth: Int {
    let gates =
      switch gate {
      case .none: 0
      case .elements: heads * valueSize
      case .heads: heads
      }
    return heads * headSize + gates + cachedElements
  }

  /// Elements that the output product reads.
  var outputWidth: Int { heads * valueSize }
}

extension Compressed {
  fileprivate func matrices(hidden: Int) -> [Matrix] {
    var list = [
      Matrix(name: .queryKeyValueDown, inputs: hidden, outputs: queryRank + headSize),
      Matrix(name: .queryUp, inputs: queryRank, outputs: heads * headSize),
      Matrix(
        name: .outputDown, inputs: heads * headSize / max(1, outputGroups), outputs: outputRank,
        copies: outputGroups),
      Matrix(name: .attentionOutput, inputs: outputGroups * outputRank, outputs: hidden),
    ]
    // Keys and factors of the compressor, and of the indexer's own.
    if ratio > 0 {
      list.append(Matrix(name: .compressor, inputs: hidden, outputs: 2 * overlap * headSize))
    }
    guard let indexer else { return list }
    return list + [
      Matrix(name: .compressor, inputs: hidden, outputs: 2 * overlap * indexer.size),
      Matrix(name: .indexQuery, inputs: queryRank, outputs: indexer.heads * indexer.size),
      Matrix(name: .indexWeights, inputs: hidden, outputs: indexer.heads),
    ]
  }

  /// Normalisations, sinks, and the positions within an entry.
  fileprivate var plainParameters: Int {
    let own = queryRank + headSize + heads
    let compressor = ratio > 0 ? ratio * overlap * headSize + headSize : 0
    let index = indexer.map { ratio * overlap * $0.size + $0.size } ?? 0
    return own + compressor + index
  }
}

extension Indexer {
  fileprivate var plainParameters: Int { isShared ? 0 : normalizationParameters }

  func matrices(hidden: Int) -> [Matrix] {
    if isShared { return [] }
    let own = [
      Matrix(name: .indexQuery, inputs: queryRank ?? hidden, outputs: heads * size),
      Matrix(name: .indexKey, inputs: hidden, outputs: size),
    ]
    return hasWeights ? own + [Matrix(name: .indexWeights, inputs: hidden, outputs: heads)] : own
  }
}

extension Recurrent {
  fileprivate func matrices(hidden: Int) -> [Matrix] {
    let output = Matrix(name: .recurrentOutput, inputs: width, outputs: hidden)
    let keys = keyHeads * keySize
    switch kind {
    case .mamba2:
      return [
        Matrix(name: .recurrentInput, inputs: hidden, outputs: 2 * width + 2 * keys + heads),
        output,
      ]
    case .gatedDelta:
      return [
        Matrix(name: .recurrentInput, inputs: hidden, outputs: 2 * width + 2 * keys),
        Matrix(name: .recurrentGates, inputs: hidden, outputs: 2 * heads), output,
      ]
    case .mamba1:
      return [
        Matrix(name: .recurrentInput, inputs: hidden, outputs: 2 * width),
        Matrix(name: .recurrentGates, inputs: width, outputs: timeRank + 2 * keySize),
        Matrix(name: .timeStep, inputs: timeRank, outputs: width), output,
      ]
    case .kimiDelta:
      let gate = gateRank == 0 ? width : gateRank
      let own = [
        Matrix(name: .recurrentInput, inputs: hidden, outputs: width + 2 * keys),
        Matrix(name: .recurrentGates, inputs: hidden, outputs: timeRank + gate + heads),
        Matrix(name: .timeStep, inputs: timeRank, outputs: keys),
      ]
      let gates = Matrix(name: .timeStep, inputs: gateRank, outputs: width)
      return gateRank == 0 ? own + [output] : own + [gates, output]
    case .shortConvolution:
      return [Matrix(name: .recurrentInput, inputs: hidden, outputs: 3 * width), output]
    case .lightning:
      return [
        Matrix(name: .recurrentInput, inputs: hidden, outputs: width + 2 * keys),
        Matrix(name: .recurrentGates, inputs: hidden, outputs: width), output,
      ]
    }
  }

  fileprivate func plainParameters(hidden: Int) -> Int {
    let convolutions = convolutionChannels * (convolution + (convolutionHasBias ? 1 : 0))
    switch kind {
    case .mamba2:
      let biases = hasBias ? 2 * width + 2 * keyHeads * keySize + heads + hidden : 0
      return convolutions + biases + 3 * heads + (hasNormalization ? width : 0)
    case .gatedDelta: return convolutions + 2 * heads + valueSize
    case .mamba1:
      let norms = hasNormalization ? timeRank + 2 * keySize : 0
      let biases = hasBias ? 2 * width + hidden : 0
      return convolutions + width * (keySize + 2) + norms + biases
    case .kimiDelta: return convolutions + heads + keyHeads * keySize + valueSize
    case .lightning: return width
    case .shortConvolution: return convolutions + (hasBias ? 3 * width + hidden : 0)
    }
  }
}

extension Block.Channel {
  func matrices(hidden: Int) -> [Matrix] {
    switch self {
    case .dense(let dense):
      return [
        Matrix(name: .up, inputs: hidden, outputs: dense.upWidth),
        Matrix(name: .down, inputs: dense.width, outputs: hidden),
      ]
    case .experts(let mixture):
      let width = mixture.latentWidth ?? hidden
      var list = [Matrix(name: .router, inputs: hidden, outputs: mixture.routerWidth)]
      if mixture.latentWidth != nil {
        list.append(Matrix(name: .expertsDown, inputs: hidden, outputs: width))
      }
      list += [
        Matrix(
          name: .experts, inputs: width, outputs: mixture.upWidth(mixture.intermediate),
          copies: mixture.slotsPerRank),
        Matrix(
          name: .experts, inputs: mixture.intermediate, outputs: width,
          copies: mixture.slotsPerRank),
      ]
      if mixture.latentWidth != nil {
        list.append(Matrix(name: .expertsUp, inputs: width, outputs: hidden))
      }
      let shared = mixture.sharedIntermediate
      if shared == 0 { return list }
      return list + [
        Matrix(name: .sharedUp, inputs: hidden, outputs: mixture.upWidth(shared)),
        Matrix(name: .sharedDown, inputs: shared, outputs: hidden),
      ]
    }
  }

  func plainParameters(hidden: Int) -> Int {
    switch self {
    case .dense(let dense): dense.hasBias ? dense.upWidth + hidden : 0
    case .experts(let mixture):
      (mixture.hasBias
        ? mixture.slotsPerRank * (mixture.upWidth(mixture.intermediate) + hidden + 1) : 0)
        + (mixture.normalizesLatent ? mixture.latentWidth ?? 0 : 0)
    }
  }
}

extension Dense {
  /// Columns of the first matrix: gate and up, or up alone.
  var upWidth: Int { (isGated ? 2 : 1) * width }
}

extension Mixture {
  /// Columns of the first matrix of an MLP of `width`: gate and up, or up alone.
  func upWidth(_ width: Int) -> Int { (isGated ? 2 : 1) * width }

  /// Columns of the router: the experts, and the shared experts' gate if they have one.
  var routerWidth: Int { experts + zeroExperts + (hasSharedGate ? 1 : 0) }

  /// Parameters of one routed expert, in a model of width `hidden`.
  func parametersPerExpert(hidden: Int) -> Int {
    let width = latentWidth ?? hidden
    let biases = hasBias ? upWidth(intermediate) + hidden : 0
    return width * upWidth(intermediate) + intermediate * width + biases
  }
}
