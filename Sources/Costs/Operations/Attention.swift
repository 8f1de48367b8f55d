/// The attention of those layers of a shard that attend equally far: what each token, and each pair
/// of tokens, computes and moves in one of them.
struct Attention: Sendable, Equatable {
  let layers: Int
  /// Tokens that one attends to, itself included; 0 for the whole context.
  let window: Int
  private let heads: Int
  private let keyValueHeads: Int
  private let headSize: Int
  private let format: NumberFormat
  /// FLOPs for a token and one that it attends to: two products of a head's size, each of a
  /// multiplication and an addition an element.
  private let flopsPerPair: Double
  /// Bytes for each token: its queries are read, and its results written, for every query head.
  private let bytesPerQuery: Double
  /// Bytes for each token attended to: its keys and values are read once a sequence.
  private let bytesPerKey: Double

  init(of shard: Shard, layers: Int, window: Int = 0) {
    let model = shard.model
    self.layers = layers
    self.window = window
    heads = shard.heads
    keyValueHeads = shard.keyValueHeads
    headSize = model.headSize
    format = model.cache
    flopsPerPair = 4 * Double(heads * headSize)
    bytesPerQuery = 2 * Double(heads * headSize) * Model.bytesPerActivation
    bytesPerKey = 2 * Double(keyValueHeads * headSize) * model.cache.bytesPerInput
  }

  /// The attention of `tokens` of a prompt after `context` cached ones: each attends to the tokens
  /// before it and to itself, as far back as the window reaches.
  ///
  /// One kernel computes all chunks, so only the first is charged with its launch.
  func prefill(tokens: Int, context: Int, isFirst: Bool) -> Operation {
    let shape = Operation.Shape.prefill(
      tokens: tokens, context: context, heads: heads, keyValueHeads: keyValueHeads,
      headSize: headSize, window: window)
    let read = window == 0 ? context : min(context, window - 1)
    return operation(
      .prefillAttention, shape, pairs: pairs(Double(tokens), after: Double(context)),
      queries: Double(tokens), keys: Double(read) + Double(tokens), launches: isFirst ? 1 : 0)
  }

  /// The attention of one new token of each of `sequences`, whose cached tokens sum to `context`
  /// and the squares of them to `contextSquares`; a token attends to itself too.
  ///
  /// How contexts spread about their mean is not known, so where there is a window all of them are
  /// taken to be as long as the mean.
  func decode(sequences: Int, context: Int, contextSquares: Int) -> Operation {
    let all = Double(context) + Double(sequences)
    let keys = window == 0 ? all : min(all, Double(window) * Double(sequences))
    let shape = Operation.Shape.decode(
      sequences: sequences, context: context, contextSquares: contextSquares, heads: heads,
      keyValueHeads: keyValueHeads, headSize: headSize, window: window)
    return operation(
      .decodeAttention, shape, pairs: keys, queries: Double(sequences), keys: keys)
  }

  /// Pairs of a token and one that it attends to, over `new` tokens that follow one another after
  /// `context` others.
  func pairs(_ new: Double, after context: Double) -> Double {
    let reach = Double(window)
    if window == 0 || context + new <= reach { return new * context + new * (new + 1) / 2 }
    let short = max(0, reach - context)
    return short * context + short * (short + 1) / 2 + (new - short) * reach
  }

  /// The attention of `queries` tokens to `keys` tokens that are read, over `pairs` of them.
  func operation(
    _ name: Operation.Name, _ shape: Operation.Shape, pairs: Double, queries: Double,
    keys: Double, launches: Int = 1
  ) -> Operation {
    Operation(
      name, shape, format: format, repeats: layers, flops: flopsPerPair * pairs,
      otherBytes: queries * bytesPerQuery + keys * bytesPerKey, launches: launches)
  }
}
