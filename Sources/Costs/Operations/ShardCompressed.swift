import Serving

/// The attention of some layers to compressed tokens, on one GPU: every head to the same entries.
struct ShardCompressed: Sendable, Equatable {
  let layers: Int
  private let compressed: Compressed

  /// `compressed` with the sizes that are on one GPU.
  init(_ compressed: Compressed, layers: Int) {
    self.compressed = compressed
    self.layers = layers
  }

  /// The attention of the prompts of `chunks`, each token's to as many entries as one in the middle
  /// of its chunk has.
  func prefill(_ chunks: [Chunk]) -> Operation {
    var (pairs, tokens, keys) = (0.0, 0.0, 0.0)
    for chunk in chunks {
      let (new, context) = (Double(chunk.tokens), Double(chunk.context))
      pairs += new * compressed.entries(after: context + new / 2)
      tokens += new
      keys += compressed.entries(after: context + new) + min(new, Double(compressed.window))
    }
    return operation(.prefillAttention, pairs: pairs, tokens: tokens, keys: keys, isDecode: false)
  }

  /// That of one new token of each of `sequences`, whose cached tokens sum to `context`.
  func decode(sequences: Double, context: Double) -> Operation {
    let keys = sequences * compressed.entries(after: context / max(1, sequences))
    return operation(.decodeAttention, pairs: keys, tokens: sequences, keys: keys, isDecode: true)
  }

  /// No more than the attention of one prompt of `tokens`, from its first, however it is cut:
  /// entries grow ever more slowly, so that their mean is above that of the first and the last.
  func prefill(tokens: Double) -> Operation {
    let entries = (compressed.entries(after: 0) + compressed.entries(after: tokens)) / 2
    return operation(
      .prefillAttention, pairs: tokens * entries, tokens: tokens, keys: 0, isDecode: false)
  }

  private func operation(
    _ name: Operation.Name, pairs: Double, tokens: Double, keys: Double, isDecode: Bool
  ) -> Operation {
    let width = Double(compressed.heads * compressed.headSize)
    return Operation(
      name, .sparse(tokens: tokens, keys: keys, isDecode: isDecode), format: .fp8, repeats: layers,
      flops: 4 * width * pairs,
      otherBytes: 2 * tokens * width * Model.bytesPerActivation
        + keys * Double(compressed.bytesPerEntry))
  }
}
