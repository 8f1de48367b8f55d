extension ModelOperations {
  private var model: Model { shard.model }

  /// The products with a matrix that each layer has, or each of `layers`: one for each format that
  /// it is stored in.
  func forEachProduct(
    _ name: Operation.Name, _ tokens: Int, from inputs: Int, to outputs: Int, layers: Int? = nil,
    _ body: (Operation) -> Void
  ) {
    for run in model.formats.runs(of: name, layers: layers ?? model.layers) {
      body(
        .matrix(
          name, rows: tokens, inputs: inputs, outputs: outputs, format: run.format,
          repeats: run.layers))
    }
  }

  /// Looks up a row of the embedding for each token: read once, written once.
  func embedding(_ tokens: Int) -> Operation {
    .elements(
      .embedding, rows: tokens, width: model.hidden,
      bytesPerElement: 2 * Model.bytesPerActivation, repeats: 1)
  }

  /// The normalisations of the layers.
  ///
  /// One of the residual stream adds to it first, in one kernel: both are read and written. One of
  /// results, heads or latents reads and writes nothing else.
  func forEachNormalization(_ tokens: Int, _ body: (Operation) -> Void) {
    let (hidden, layers) = (model.hidden, model.layers)
    let repeats = layers * model.normalizationsPerLayer
    body(normalization(.normalization, tokens, moves: 4, width: hidden, repeats: repeats))
    if model.normalizesOutputs {
      body(normalization(.normalization, tokens, moves: 2, width: hidden, repeats: 2 * layers))
    }
    if model.normalizesHeads {
      let width = (shard.heads + shard.keyValueHeads) * model.headSize
      body(
        normalization(
          .normalization, tokens, moves: 2, width: width, repeats: layers, launches: 2))
    }
    if let latent = model.latent {
      body(
        normalization(
          .normalization, tokens, moves: 2, width: latent.queryRank + latent.rank, repeats: layers,
          launches: latent.queryRank == 0 ? 1 : 2))
    }
  }

  /// The normalisation after the last layer.
  func finalNormalization(_ tokens: Int) -> Operation {
    normalization(.finalNormalization, tokens, moves: 4, width: model.hidden, repeats: 1)
  }

  /// - Parameter moves: how often each element is read or written.
  private func normalization(
    _ name: Operation.Name, _ tokens: Int, moves: Double, width: Int, repeats: Int,
    launches: Int = 1
  ) -> Operation {
    .elements(
      name, rows: tokens, width: width, bytesPerElement: moves * Model.bytesPerActivation,
      repeats: repeats, launches: launches)
  }

  /// Makes queries, keys and values of the residual stream; of latent attention the queries, and
  /// the latents of keys and values.
  func forEachProjection(_ tokens: Int, _ body: (Operation) -> Void) {
    guard let latent = model.latent else {
      forEachProduct(
        .queryKeyValue, tokens, from: model.hidden, to: shard.queryKeyValueWidth, body)
      return
    }
    let compressed = latent.queryRank + latent.cachedElements
    forEachProduct(.queryKeyValueDown, tokens, from: model.hidden, to: compressed, body)
    let inputs = latent.queryRank == 0 ? model.hidden : latent.queryRank
    let outputs = shard.heads * (model.headSize + latent.rotary)
    forEachProduct(.queryUp, tokens, from: inputs, to: outputs, body)
  }

  /// Turns queries and keys by their positions, then copies what is cached to the cache.
  func rotaryAndCache(_ tokens: Int) -> Operation {
    let copy = Model.bytesPerActivation + model.cache.bytesPerInput
    if let latent = model.latent {
      let turned = Double((shard.heads + 1) * latent.rotary) * 2 * Model.bytesPerActivation
      let width = (shard.heads + 1) * latent.rotary + latent.rank
      let bytes = turned + Double(latent.cachedElements) * copy
      return Operation(
        .rotaryAndCache, .elements(rows: tokens, width: width), repeats: model.layers,
        otherBytes: Double(tokens) * bytes, launches: 2)
    }
    let turned = Double(shard.heads + shard.keyValueHeads) * 2 * Model.bytesPerActivation
    return .elements(
      .rotaryAndCache, rows: tokens, width: model.headSize,
      bytesPerElement: turned + 2 * Double(shard.keyValueHeads) * copy, repeats: model.layers,
      launches: 2)
  }

  /// The MLPs of dense layers.
  func forEachDenseOperation(_ tokens: Int, _ body: (Operation) -> Void) {
    if model.denseLayers == 0 { return }
    forEachMLPOperation(
      tokens, .up, .down, width: shard.intermediate, layers: model.denseLayers, body)
  }

  /// Routers, experts, and shared experts: a token's are chosen, computed, and added to what the
  /// shared experts, or those that compute nothing, return.
  func forEachExpertOperation(_ tokens: Int, _ body: (Operation) -> Void) {
    guard let mixture = model.mixture else { return }
    body(
      .matrix(
        .router, rows: tokens, inputs: model.hidden, outputs: shard.routerWidth,
        repeats: mixture.layers))
    for run in model.formats.runs(of: .experts, layers: mixture.layers) {
      body(
        .experts(
          rows: tokens, of: mixture, on: shard, format: run.format, repeats: run.layers))
    }
    if mixture.sharedIntermediate > 0 {
      forEachMLPOperation(
        tokens, .sharedUp, .sharedDown, width: shard.sharedIntermediate, layers: mixture.layers,
        body)
    }
    if mixture.sharedIntermediate > 0 || mixture.zeroExperts > 0 {
      body(
        .elements(
          .combine, rows: tokens, width: model.hidden,
          bytesPerElement: 3 * Model.bytesPerActivation, repeats: mixture.layers))
    }
  }

  /// Two products, and between them a kernel that reads the results of the first, applies its
  /// function and its gate, and writes.
  private func forEachMLPOperation(
    _ tokens: Int, _ up: Operation.Name, _ down: Operation.Name, width: Int, layers: Int,
    _ body: (Operation) -> Void
  ) {
    let first = shard.upWidth(width)
    forEachProduct(up, tokens, from: model.hidden, to: first, layers: layers, body)
    body(
      .elements(
        .activation, rows: tokens, width: width,
        bytesPerElement: (model.isGated ? 3 : 2) * Model.bytesPerActivation, repeats: layers))
    forEachProduct(down, tokens, from: width, to: model.hidden, layers: layers, body)
  }

  /// Makes float32 of each logit, and reads it twice: for the largest, and for the sum.
  func sampling(_ rows: Int) -> Operation {
    .elements(
      .sampling, rows: rows, width: model.vocabulary,
      bytesPerElement: Model.bytesPerActivation + 3 * 4, repeats: 1, launches: 3)
  }
}
