import Serving

/// What some of a model's layers mix tokens with, on one GPU of its group.
enum ShardMixer: Sendable, Equatable {
  case attention(ShardAttention)
  case latent(ShardLatent)
  case recurrent(ShardRecurrent)
  /// The attention over an indexer's own keys that chooses what another one attends to.
  case indexer(ShardIndexer)
  case compressed(ShardCompressed)

  /// The mixers of all layers of `shard`: those of a kind together, those that attend to the whole
  /// context first.
  static func all(of shard: Shard) -> [ShardMixer] {
    var found: [(key: Key, layers: Int)] = []
    func add(_ key: Key, _ layers: Int) {
      if let place = found.firstIndex(where: { $0.key == key }) {
        found[place].layers += layers
      } else {
        found.append((key, layers))
      }
    }
    for block in shard.blocks {
      let expansion = block.format(of: .keyValueUp, main: shard.model.formats.main)
      for mixer in block.mixers {
        add(.mixer(mixer.counted, expansion), block.layers)
        if let indexer = mixer.indexer { add(.indexer(indexer.0, ratio: indexer.1), block.layers) }
      }
    }
    let windowed = found.filter { $0.key.window > 0 }
    return (found.filter { $0.key.window == 0 } + windowed).map { key, layers in
      switch key {
      case .indexer(let indexer, let ratio):
        .indexer(ShardIndexer(indexer, ratio: ratio, layers: layers))
      case .mixer(.compressed(let compressed), _):
        .compressed(ShardCompressed(compressed, layers: layers))
      case .mixer(.attention(let attention), _):
        .attention(ShardAttention(attention, layers: layers, cache: shard.model.cache))
      case .mixer(.latent(let latent), let expansion):
        .latent(
          ShardLatent(latent, layers: layers, cache: shard.model.cache, expansion: expansion))
      case .mixer(.recurrent(let recurrent), _):
        .recurrent(ShardRecurrent(recurrent, layers: layers))
      }
    }
  }

  /// What mixers are told apart by.
  private enum Key: Equatable {
    case mixer(Block.Mixer, WeightFormat)
    case indexer(Indexer, ratio: Int)

    var window: Int {
      switch self {
      case .mixer(.attention(let attention), _): attention.window
      case .mixer(.latent(let latent), _): latent.window
      case .mixer(.recurrent, _), .mixer(.compressed, _), .indexer: 0
      }
    }
  }

  /// Whether a table could have its times, which then depend on sums over a batch alone.
  var isAttention: Bool {
    switch self {
    case .attention, .latent: true
    case .recurrent, .indexer, .compressed: false
    }
  }

  /// What the prompts of `chunks` compute: their attention, one operation for all of them, and what
  /// latent attention does for it.
  func forEachPrefillOperation(_ chunks: [Chunk], _ body: (Operation) -> Void) {
    switch self {
    case .attention(let attention): body(attention.prefill(chunks))
    case .latent(let latent) where latent.isChosen:
      let tokens = chunks.reduce(0) { $0 + $1.tokens }
      body(latent.absorbQuery(rows: tokens))
      body(latent.prefill(chunks))
      body(latent.absorbValue(rows: tokens))
    case .latent(let latent):
      body(latent.expand(rows: latent.latents(of: chunks)))
      body(latent.prefill(chunks))
    case .recurrent(let recurrent):
      recurrent.convolve(chunks).map(body)
      body(recurrent.prefill(chunks))
    case .indexer(let indexer): body(indexer.prefill(chunks))
    case .compressed(let compressed): body(compressed.prefill(chunks))
    }
  }

  /// What one new token of each of `sequences` computes, and `drafts` behind those, likewise.
  func forEachDecodeOperation(
    sequences: Int, context: Int, contextSquares: Int, drafts: Int = 0,
    _ body: (Operation) -> Void
  ) {
    switch self {
    case .attention(let attention):
      body(
        attention.decode(sequences: sequences, context: context, contextSquares: contextSquares)
          .verifying(drafts, of: sequences))
    case .latent(let latent):
      body(latent.absorbQuery(rows: sequences + drafts))
      body(
        latent.decode(sequences: sequences, context: context, contextSquares: contextSquares)
          .verifying(drafts, of: sequences))
      body(latent.absorbValue(rows: sequences + drafts))
    case .recurrent(let recurrent):
      let count = Double(sequences)
      recurrent.convolution(tokens: count, sequences: count, isDecode: true).map(body)
      body(recurrent.decode(sequences: count))
    case .indexer(let indexer):
      body(
        indexer.decode(sequences: sequences, context: context).verifying(drafts, of: sequences))
    case .compressed(let compressed):
      body(
        compressed.decode(sequences: Double(sequences), context: Double(context))
          .verifying(drafts, of: sequences))
    }
  }
}

extension Block.Mixer {
  /// The indexer that works for it, and the tokens of one of its keys.
  fileprivate var indexer: (Indexer, Int)? {
    let found: (indexer: Indexer?, ratio: Int) =
      switch self {
      case .attention(let attention): (attention.indexer, 1)
      case .latent(let latent): (latent.indexer, 1)
      case .compressed(let compressed): (compressed.indexer, compressed.ratio)
      case .recurrent: (nil, 1)
      }
    return found.indexer.flatMap { $0.isShared ? nil : ($0, found.ratio) }
  }

  /// The mixer as far as its own work goes, so that layers that differ in nothing else are one.
  fileprivate var counted: Block.Mixer {
    if case .latent(var latent) = self {
      latent.indexer?.isShared = false
      return .latent(latent)
    }
    guard case .attention(var attention) = self else { return self }
    attention.biases = []
    attention.gate = .none
    attention.normalization = .none
    attention.hasSinks = false
    attention.sharesKeyValues = false
    attention.valuesAreKeys = false
    return .attention(attention)
  }
}

extension Operation {
  /// The same where `drafts` attend too to what those of `sequences` do: as much arithmetic for
  /// each, and what they attend to is read once. A draft's own keys are left out.
  fileprivate func verifying(_ drafts: Int, of sequences: Int) -> Operation {
    if drafts == 0 { return self }
    var operation = self
    operation.queriesPerSequence = 1 + Double(drafts) / Double(sequences)
    operation.flops *= operation.queriesPerSequence
    return operation
  }
}
