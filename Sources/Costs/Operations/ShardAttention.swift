import Serving

/// The attention of those layers of a shard that attend equally far: what each token, and each pair
/// of tokens, computes and moves in one of them.
struct ShardAttention: Sendable, Equatable {
  let layers: Int
  /// Tokens that one attends to, itself included; 0 for the whole context.
  let window: Int
  private let heads: Int
  private let keyValueHeads: Int
  /// Elements of a head: the mean of those of keys and of values.
  private let headSize: Int
  private let format: NumberFormat
  private let tableHeads: AttentionHeads
  /// FLOPs for a token and one that it attends to: two products of a head's size, each of a
  /// multiplication and an addition an element.
  private let flopsPerPair: Double
  /// Bytes for each token: its queries are read, and its results written, for every query head.
  private let bytesPerQuery: Double
  /// Bytes for each token attended to: its keys and values are read once a sequence.
  private let bytesPerKey: Double

  /// `attention` with the sizes that are on one GPU, its keys and values cached in `cache`.
  init(_ attention: Attention, layers: Int, cache: NumberFormat) {
    self.layers = layers
    window = attention.window
    heads = attention.heads
    keyValueHeads = attention.keyValueHeads
    headSize = (attention.headSize + attention.valueSize) / 2
    format = cache
    let (queries, values) = (heads * attention.headSize, heads * attention.valueSize)
    tableHeads = AttentionHeads(
      Double(heads), sharing: Double(keyValueHeads), size: Double(headSize))
    flopsPerPair = 2 * Double(queries + values)
    bytesPerQuery = Double(queries + values) * Model.bytesPerActivation
    bytesPerKey =
      Double(keyValueHeads * (attention.headSize + attention.valueSize)) * cache.bytesPerInput
  }

  /// The attention of the prompts of `chunks`: each token attends to those before it and to
  /// itself, as far back as the window reaches.
  @inline(__always)
  func prefill(_ chunks: [Chunk]) -> Operation {
    let work = work(of: chunks)
    let shape = Operation.Shape.prefill(
      work, heads: heads, keyValueHeads: keyValueHeads, headSize: headSize, window: window)
    return operation(
      .prefillAttention, shape, pairs: work.pairs, queries: work.tokens, keys: work.keysRead)
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

  @inline(__always)
  private func work(of chunks: [Chunk]) -> PrefillWork {
    PrefillWork(of: chunks, heads: heads, keyValueHeads: keyValueHeads, window: window)
  }

  /// The kernel that `prefill(_:)` runs.
  @inline(__always)
  func prefillKernel(_ chunks: [Chunk]) -> Kernel {
    .prefill(work(of: chunks), tableHeads, format)
  }

  /// The kernel that `decode(sequences:context:contextSquares:)` runs.
  @inline(__always)
  func decodeKernel(sequences: Int, context: Int) -> Kernel {
    .decode(
      sequences: Double(sequences), context: Double(context) / Double(sequences) + 1,
      window: Double(window), tableHeads, format)
  }

  /// What that kernel reads, writes and computes.
  @inline(__always)
  func decodeWork(sequences: Int, context: Int) -> DecodeWork {
    DecodeWork(
      sequences: Double(sequences), context: Double(context) / Double(sequences) + 1,
      window: Double(window), tableHeads, format)
  }

  /// The coordinate of that kernel that its sequences alone tell.
  func logRows(of sequences: Int) -> Double { tableHeads.logRows(of: Double(sequences)) }

  /// Pairs of a token and one that it attends to, over `new` tokens that follow one another after
  /// `context` others.
  func pairs(_ new: Double, after context: Double) -> Double {
    PrefillWork.pairs(new, after: context, window: Double(window))
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
