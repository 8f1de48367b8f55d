/// The attention of a shard: what each token, and each pair of tokens, computes and moves in one
/// layer.
struct Attention: Sendable, Equatable {
  private let layers: Int
  private let heads: Int
  private let keyValueHeads: Int
  private let headSize: Int
  /// FLOPs for a token and one that it attends to: two products of a head's size, each of a
  /// multiplication and an addition an element.
  private let flopsPerPair: Double
  /// Bytes for each token: its queries are read, and its results written, for every query head.
  private let bytesPerQuery: Double
  /// Bytes for each token attended to: its keys and values are read once a sequence.
  private let bytesPerKey: Double

  init(of shard: Shard) {
    let model = shard.model
    layers = model.layers
    heads = shard.heads
    keyValueHeads = shard.keyValueHeads
    headSize = model.headSize
    flopsPerPair = 4 * Double(heads * headSize)
    bytesPerQuery = 2 * Double(heads * headSize) * Model.bytesPerActivation
    bytesPerKey = 2 * Double(keyValueHeads * headSize) * model.bytesPerCachedElement
  }

  /// The attention of `tokens` of a prompt after `context` cached ones: each attends to the tokens
  /// before it and to itself.
  ///
  /// One kernel computes all chunks, so only the first is charged with its launch.
  func prefill(tokens: Int, context: Int, isFirst: Bool) -> Operation {
    let new = Double(tokens)
    let shape = Operation.Shape.prefill(
      tokens: tokens, context: context, heads: heads, keyValueHeads: keyValueHeads,
      headSize: headSize)
    return operation(
      .prefillAttention, shape, pairs: new * Double(context) + new * (new + 1) / 2,
      queries: new, keys: Double(context) + new, launches: isFirst ? 1 : 0)
  }

  /// The attention of one new token of each of `sequences`, whose cached tokens sum to `context`
  /// and the squares of them to `contextSquares`; a token attends to itself too.
  func decode(sequences: Int, context: Int, contextSquares: Int) -> Operation {
    let keys = Double(context) + Double(sequences)
    let shape = Operation.Shape.decode(
      sequences: sequences, context: context, contextSquares: contextSquares, heads: heads,
      keyValueHeads: keyValueHeads, headSize: headSize)
    return operation(
      .decodeAttention, shape, pairs: keys, queries: Double(sequences), keys: keys)
  }

  /// The attention of `queries` tokens to `keys` tokens that are read, over `pairs` of them.
  func operation(
    _ name: Operation.Name, _ shape: Operation.Shape, pairs: Double, queries: Double,
    keys: Double, launches: Int = 1
  ) -> Operation {
    Operation(
      name, shape, repeats: layers, flops: flopsPerPair * pairs,
      otherBytes: queries * bytesPerQuery + keys * bytesPerKey, launches: launches)
  }
}
