extension ModelOperations {
  private var model: Model { shard.model }

  /// A product with one of each layer's matrices.
  func layerMatrix(
    _ name: Operation.Name, _ tokens: Int, from inputs: Int, to outputs: Int
  ) -> Operation {
    .matrix(
      name, rows: tokens, inputs: inputs, outputs: outputs, bytesPerWeight: model.bytesPerWeight,
      repeats: model.layers)
  }

  /// Looks up a row of the embedding for each token: read once, written once.
  func embedding(_ tokens: Int) -> Operation {
    .elements(
      .embedding, rows: tokens, width: model.hidden,
      bytesPerElement: model.bytesPerWeight + Model.bytesPerActivation, repeats: 1)
  }

  /// Adds to the residual stream and normalises it in one kernel: both are read and written.
  func normalization(_ name: Operation.Name, _ tokens: Int, repeats: Int) -> Operation {
    .elements(
      name, rows: tokens, width: model.hidden, bytesPerElement: 4 * Model.bytesPerActivation,
      repeats: repeats)
  }

  /// Adds up the activations that the GPUs of a group have of each token.
  func allReduce(_ name: Operation.Name, _ tokens: Int, repeats: Int) -> Operation {
    .allReduce(
      name, rows: tokens, width: model.hidden, ranks: shard.tensorParallel, repeats: repeats)
  }

  /// Turns queries and keys by their positions, then copies keys and values to the cache.
  func rotaryAndCache(_ tokens: Int) -> Operation {
    let turned = Double(shard.heads + shard.keyValueHeads) * 2 * Model.bytesPerActivation
    let copied =
      2 * Double(shard.keyValueHeads) * (Model.bytesPerActivation + model.bytesPerCachedElement)
    return .elements(
      .rotaryAndCache, rows: tokens, width: model.headSize, bytesPerElement: turned + copied,
      repeats: model.layers, launches: 2)
  }

  /// A dense MLP, or a router with experts, for `tokens` in every layer.
  func forEachMLPOperation(_ tokens: Int, _ body: (Operation) -> Void) {
    if model.experts == 1 {
      body(layerMatrix(.up, tokens, from: model.hidden, to: shard.upWidth))
      body(activation(rows: tokens))
      body(layerMatrix(.down, tokens, from: shard.intermediate, to: model.hidden))
      return
    }
    body(layerMatrix(.router, tokens, from: model.hidden, to: model.experts))
    body(.experts(.up, rows: tokens, inputs: model.hidden, outputs: shard.upWidth, of: model))
    body(activation(rows: tokens * model.expertsPerToken))
    body(
      .experts(.down, rows: tokens, inputs: shard.intermediate, outputs: model.hidden, of: model))
    body(combine(tokens))
  }

  /// Reads the results of the MLP's first product, applies its function and its gate, writes.
  private func activation(rows: Int) -> Operation {
    .elements(
      .activation, rows: rows, width: shard.intermediate,
      bytesPerElement: (model.isGated ? 3 : 2) * Model.bytesPerActivation, repeats: model.layers)
  }

  /// Adds up what a token's experts say.
  private func combine(_ tokens: Int) -> Operation {
    .elements(
      .combine, rows: tokens, width: model.hidden,
      bytesPerElement: Double(model.expertsPerToken + 1) * Model.bytesPerActivation,
      repeats: model.layers)
  }

  /// Makes float32 of each logit, and reads it twice: for the largest, and for the sum.
  func sampling(_ rows: Int) -> Operation {
    .elements(
      .sampling, rows: rows, width: model.vocabulary,
      bytesPerElement: Model.bytesPerActivation + 3 * 4, repeats: 1, launches: 3)
  }
}
