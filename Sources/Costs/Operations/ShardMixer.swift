import Serving

/// What some of a model's layers mix tokens with, on one GPU of its group.
enum ShardMixer: Sendable, Equatable {
  case attention(Attention)
  case latent(LatentAttention)

  /// The mixers of the layers of `shard`, each of one layer at least.
  static func all(of shard: Shard) -> [ShardMixer] {
    let model = shard.model
    if let latent = model.latent { return [.latent(LatentAttention(latent, of: shard))] }
    return [
      Attention(of: shard, layers: model.layers - model.windowLayers),
      Attention(of: shard, layers: model.windowLayers, window: model.window),
    ].filter { $0.layers > 0 }.map { .attention($0) }
  }

  /// What the prompts of `chunks` compute: their attention, one operation for all of them, and what
  /// latent attention does for it.
  func forEachPrefillOperation(
    _ chunks: [Chunk], _ formats: WeightFormats, _ body: (Operation) -> Void
  ) {
    switch self {
    case .attention(let attention): body(attention.prefill(chunks))
    case .latent(let attention):
      attention.forEachExpansion(rows: attention.latents(of: chunks), formats, body)
      body(attention.prefill(chunks))
    }
  }

  /// What one new token of each of `sequences` computes, likewise.
  func forEachDecodeOperation(
    sequences: Int, context: Int, contextSquares: Int, _ body: (Operation) -> Void
  ) {
    switch self {
    case .attention(let attention):
      body(
        attention.decode(sequences: sequences, context: context, contextSquares: contextSquares))
    case .latent(let attention):
      body(attention.absorbQuery(rows: sequences))
      body(
        attention.decode(sequences: sequences, context: context, contextSquares: contextSquares))
      body(attention.absorbValue(rows: sequences))
    }
  }
}
