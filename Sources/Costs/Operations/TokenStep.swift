import Serving

/// What some layers do with each token by itself: the same in all of them.
struct TokenStep: Sendable, Equatable {
  /// Its place in a layer; what is at one place and alike runs as often as there are such layers.
  enum Place: Int, Sendable {
    case normalization, outputNormalization, headNormalization, latentNormalization
    case queryKeyValueDown, queryKeyValue, indexer, recurrentInput, rotary
    case outputDown, attentionOutput
    case up, activation, down
    case router, choice, expertsDown, experts, expertsUp
    case sharedUp, sharedActivation, sharedDown, combine

    /// Whether it is of an MLP, or of experts; otherwise it is beside both.
    var isOfDense: Bool { self == .up || self == .activation || self == .down }
    var isOfExperts: Bool { rawValue >= Place.router.rawValue }
  }

  /// The work for one token.
  enum Work: Sendable, Equatable {
    case product(inputs: Int, outputs: Int, WeightFormat)
    case elements(width: Int, bytesPerToken: Double, launches: Int)
    case experts(Mixture, hidden: Int, WeightFormat)
  }

  let place: Place
  let name: Operation.Name
  let work: Work
  /// In how many layers it is done; more than one of each counts as more layers.
  var repeats: Int

  /// The operation on `tokens`.
  ///
  /// - Parameter layout: of experts, how tokens lie that were sent to them alone.
  func operation(_ tokens: Int, _ layout: ExpertWork.Layout? = nil) -> Operation {
    switch work {
    case .product(let inputs, let outputs, let format):
      .matrix(
        name, rows: tokens, inputs: inputs, outputs: outputs, format: format, repeats: repeats)
    case .elements(let width, let bytes, let launches):
      Operation(
        name, .elements(rows: tokens, width: width), repeats: repeats,
        otherBytes: Double(tokens) * bytes, launches: launches)
    case .experts(let mixture, let hidden, let format):
      .experts(
        rows: tokens, of: mixture, hidden: hidden, format: format, layout: layout,
        repeats: repeats)
    }
  }

  /// DeepEP's kernels that send `tokens` of each of `gpus` to its experts, or the results back.
  func exchange(
    _ name: Operation.Name, _ tokens: Int, _ gpus: Int, _ isCombining: Bool, _ isLowLatency: Bool
  ) -> Operation {
    guard case .experts(let mixture, let hidden, let format) = work else {
      preconditionFailure("tokens are sent to experts")
    }
    let bytes = Exchange.bytesPerElement(format.numbers, isCombining: isCombining)
    let exchange = Exchange(
      tokens: Double(tokens), bytesPerToken: Double(hidden) * bytes,
      experts: Double(mixture.experts), perToken: mixture.computedPerToken, gpus: Double(gpus),
      isCombining: isCombining, isLowLatency: isLowLatency)
    return .exchange(name, exchange, repeats: repeats)
  }
}

extension [TokenStep] {
  /// The steps of all layers of `shard`, place by place.
  init(of shard: Shard) {
    self = []
    for block in shard.blocks {
      for step in block.steps(of: shard.model) { add(step) }
    }
  }

  private mutating func add(_ step: TokenStep) {
    let alike = firstIndex {
      $0.place == step.place && $0.name == step.name && $0.work == step.work
    }
    if let alike {
      self[alike].repeats += step.repeats
    } else {
      let next = firstIndex { $0.place.rawValue > step.place.rawValue } ?? endIndex
      insert(step, at: next)
    }
  }
}

extension Model {
  /// How often a layer reads or writes an element of residual streams, beside what normalisations
  /// do.
  fileprivate var residualMoves: Double {
    // All streams are read and written, once to predict them and once to correct them.
    let alternating = 4 * Double(alternatingStreams ?? 0)
    // Mixers and channels read what the stream was at the end of earlier blocks.
    let earlier = residualBlockLayers.map { 2 + Double(layers) / Double($0) } ?? 0
    return alternating + earlier
  }
}

extension Block {
  /// The steps of all of its layers, with the sizes that it has.
  fileprivate func steps(of model: Model) -> [TokenStep] {
    let activation = Model.bytesPerActivation
    var steps: [TokenStep] = []
    /// Work that reads or writes each of `width` elements `moves` times.
    func add(
      _ place: TokenStep.Place, _ name: Operation.Name, moves: Double, width: Int,
      times: Int = 1, launches: Int = 1
    ) {
      if width == 0 || times == 0 { return }
      steps.append(
        TokenStep(
          place: place, name: name,
          work: .elements(
            width: width, bytesPerToken: Double(width) * moves * activation, launches: launches),
          repeats: layers * times))
    }
    // One of the residual stream adds to it first, in one kernel: both are read and written. One of
    // results, heads or latents reads and writes nothing else.
    add(
      .normalization, .normalization, moves: 4, width: model.hidden * model.residualStreams,
      times: normalizations)
    add(
      .outputNormalization, .normalization, moves: 2, width: model.hidden,
      times: outputNormalizations)
    for attention in attentions where attention.normalization != .none {
      let width = (attention.heads + attention.keyValueHeads) * attention.headSize
      add(.headNormalization, .normalization, moves: 2, width: width, launches: 2)
    }
    for latent in latents {
      add(
        .latentNormalization, .normalization, moves: 2, width: latent.queryRank + latent.rank,
        launches: latent.queryRank == 0 ? 1 : 2)
    }
    for compressed in compresseds {
      add(
        .latentNormalization, .normalization, moves: 2,
        width: compressed.queryRank + compressed.headSize, launches: 2)
    }
    let moves = model.residualMoves
    if moves > 0 { add(.normalization, .normalization, moves: moves, width: model.hidden) }
    // The gate, the result, and what is made of both.
    for recurrent in recurrents where recurrent.hasNormalization && recurrent.kind != .mamba1 {
      add(.headNormalization, .normalization, moves: 3, width: recurrent.width)
    }
    for dense in denses {
      add(.activation, .activation, moves: dense.isGated ? 3 : 2, width: dense.width)
    }
    for mixture in mixtures {
      let shared = mixture.sharedIntermediate
      add(.sharedActivation, .activation, moves: mixture.isGated ? 3 : 2, width: shared)
      if shared > 0 || mixture.zeroExperts > 0 {
        add(.combine, .combine, moves: 3, width: model.hidden)
      }
    }
    return steps + rotarySteps(cache: model.cache) + products(of: model)
  }

  /// Turns queries and keys by their positions, then copies what is cached to the cache.
  private func rotarySteps(cache: NumberFormat) -> [TokenStep] {
    let activation = Model.bytesPerActivation
    let copy = activation + cache.bytesPerInput
    let ofAttention = attentions.map { attention -> (width: Int, bytes: Double) in
      let turned =
        Double((attention.heads + attention.keyValueHeads) * attention.headSize) * 2 * activation
      return (attention.headSize, turned + Double(attention.cachedElements) * copy)
    }
    let ofLatent = latents.map { latent -> (width: Int, bytes: Double) in
      let turned = (latent.heads + 1) * latent.rotary
      let bytes = Double(turned) * 2 * activation + Double(latent.cachedElements) * copy
      return (turned + latent.rank, bytes)
    }
    return (ofAttention + ofLatent).map { width, bytes in
      TokenStep(
        place: .rotary, name: .rotaryAndCache,
        work: .elements(width: width, bytesPerToken: bytes, launches: 2), repeats: layers)
    }
  }

  /// The products with weights, but for those that only some tokens go through.
  private func products(of model: Model) -> [TokenStep] {
    let main = model.formats.main
    var steps: [TokenStep] = []
    for matrix in matrices(hidden: model.hidden) {
      guard let place = matrix.name.place else { continue }
      let format = format(of: matrix.name, main: main)
      steps.append(
        TokenStep(
          place: place, name: matrix.name,
          work: .product(
            inputs: matrix.inputs, outputs: matrix.outputs * matrix.copies, format),
          repeats: layers))
    }
    return steps
      + mixtures.filter(\.choosesByBias).map { mixture in
        // Sigmoid, bias, the best, their scores, the sum, shares of it, and indices in 32 bits: six
        // readings and writings of all scores.
        TokenStep(
          place: .choice, name: .chooseExperts,
          work: .elements(
            width: mixture.experts, bytesPerToken: Double(6 * 4 * mixture.experts), launches: 7),
          repeats: layers)
      }
      + mixtures.map { mixture in
        TokenStep(
          place: .experts, name: .experts,
          work: .experts(
            mixture, hidden: mixture.latentWidth ?? model.hidden,
            format(of: .experts, main: main)),
          repeats: layers)
      }
  }
}

extension Operation.Name {
  /// Where in a layer every token goes through the matrix of this name; nil where only some do.
  fileprivate var place: TokenStep.Place? {
    switch self {
    case .queryKeyValueDown, .compressor: .queryKeyValueDown
    case .queryKeyValue, .queryUp, .attentionGate: .queryKeyValue
    case .indexQuery, .indexKey, .indexWeights: .indexer
    case .recurrentInput, .recurrentGates, .timeStep: .recurrentInput
    case .outputDown: .outputDown
    case .attentionOutput, .recurrentOutput, .sideProduct, .layerInput: .attentionOutput
    case .router: .router
    case .expertsDown: .expertsDown
    case .expertsUp: .expertsUp
    case .up: .up
    case .down: .down
    case .sharedUp: .sharedUp
    case .sharedDown: .sharedDown
    default: nil
    }
  }
}
