import Serving

/// The indexers of some layers, whole on every GPU: each token's queries against the keys of all
/// tokens before it, one for each token, in 8-bit floats.
struct ShardIndexer: Sendable, Equatable {
  let layers: Int
  private let indexer: Indexer

  /// Tokens of one of its keys.
  private let ratio: Double

  init(_ indexer: Indexer, ratio: Int = 1, layers: Int) {
    self.indexer = indexer
    self.ratio = Double(ratio)
    self.layers = layers
  }

  /// The choices for the prompts of `chunks`.
  func prefill(_ chunks: [Chunk]) -> Operation {
    let work = PrefillWork(of: chunks, heads: indexer.heads, keyValueHeads: 1)
    return operation(
      pairs: work.pairs, queries: work.tokens, keys: work.keysRead, isDecode: false)
  }

  /// Those for one new token of each of `sequences`, whose cached tokens sum to `context`.
  func decode(sequences: Int, context: Int) -> Operation {
    let keys = Double(context) + Double(sequences)
    return operation(pairs: keys, queries: Double(sequences), keys: keys, isDecode: true)
  }

  /// `queries` tokens against `keys` that are read, over `pairs` of them; a score for each pair is
  /// written, and read to choose.
  func operation(
    pairs: Double, queries: Double, keys: Double, isDecode: Bool
  ) -> Operation {
    let (pairs, keys) = (pairs / ratio, keys / ratio)
    let scores = 2 * 4 * pairs
    let own = queries * Double(indexer.heads * indexer.size)
    return Operation(
      .indexer,
      .indexer(
        queries: queries, keys: pairs / max(1, queries), heads: indexer.heads,
        headSize: indexer.size, isDecode: isDecode),
      format: .fp8, repeats: layers,
      flops: 2 * pairs * Double(indexer.heads * indexer.size),
      otherBytes: keys * Double(indexer.bytesPerToken) + own + scores, launches: 3)
  }
}
