import Foundation

/// The heads of one layer's attention on one GPU, and their logarithms to base two, which tables of
/// its times are looked up by.
struct AttentionHeads: Sendable, Equatable {
  /// Query heads.
  let queries: Double
  /// Heads of keys and values.
  let pairs: Double
  /// Elements of a head.
  let size: Double
  /// Of the query heads that share keys and values.
  let logGroup: Double
  let logPairs: Double

  init(_ queries: Double, sharing pairs: Double, size: Double) {
    self.queries = queries
    self.pairs = pairs
    self.size = size
    logGroup = log2(queries / pairs)
    logPairs = log2(pairs)
  }

  /// The coordinate of `sequences` that decode: the logarithm of their heads of keys and values.
  func logRows(of sequences: Double) -> Double { log2(sequences) + logPairs }

  /// What tells tables of attention apart: the size of a head, and whether there is a window.
  @inline(__always)
  func variant(_ hasWindow: Bool) -> Int { Int(size) + (hasWindow ? Self.windowed : 0) }

  /// More than the size of any head.
  private static let windowed = 1 << 14
}

/// What attention of decodes reads, writes and computes in one layer.
struct DecodeWork {
  /// Tokens that each sequence attends to, as many as a tile at least.
  let keys: Double
  /// Bytes of queries, results and the keys and values of whole tiles.
  let bytes: Double
  /// What the tokens attended to take by themselves.
  let leastFlops: Double
  let leastBytes: Double

  /// One new token of each of `sequences`, with `context` tokens to attend to, or the last `window`
  /// of them where that is not 0.
  @inline(__always)
  init(
    sequences: Double, context: Double, window: Double, _ heads: AttentionHeads,
    _ format: NumberFormat
  ) {
    // Keys come in tiles: fewer than 32 take as long as 32.
    let seen = window > 0 ? min(context, window) : context
    keys = max(seen, 32)
    let bytesOfQueries = 4 * sequences * heads.queries * heads.size
    let bytesPerKey = 2 * sequences * heads.pairs * heads.size * format.bytesPerInput
    bytes = bytesOfQueries + bytesPerKey * keys
    leastFlops = 4 * sequences * heads.queries * heads.size * seen
    leastBytes = bytesOfQueries + bytesPerKey * seen
  }
}

extension Kernel {
  /// Causal attention of the chunks of `work`, queries in heads of `headSize` elements.
  ///
  /// Besides the work of all tiles the estimate has that of the longest, which no other
  /// multiprocessor can take over.
  @inline(__always)
  static func prefill(_ work: PrefillWork, _ heads: AttentionHeads, _ format: NumberFormat)
    -> Kernel
  {
    let flopsPerKey = 4 * PrefillWork.rowsPerTile * heads.size
    let keys = work.keysPerTile
    let bytes =
      4 * work.tokens * heads.queries * heads.size
      + 2 * work.keysRead * heads.pairs * heads.size * format.bytesPerInput
    return Kernel(
      operation: .attentionPrefill, format: format, variant: heads.variant(work.window > 0),
      flops: flopsPerKey * (work.tileKeys + work.tiles * Self.keysInFlight), memoryBytes: bytes,
      serialFlops: flopsPerKey * work.mostKeys,
      leastFlops: 4 * heads.queries * heads.size * work.pairs, leastBytes: bytes,
      promptHeads: work.window > 0 ? 0 : heads.queries * work.chunks,
      point: SIMD4(
        heads.logGroup, log2(64 * work.tiles / (keys + 64)), log2(max(keys, 8)), 0))
  }

  /// The keys beyond its own that a tile computes with, because keys come in tiles too.
  static let keysInFlight = 64.0

  /// Attention of one new token of each of `sequences` to `context` tokens.
  @inline(__always)
  static func decode(
    sequences: Double, context: Double, window: Double, _ heads: AttentionHeads,
    _ format: NumberFormat
  ) -> Kernel {
    let work = DecodeWork(
      sequences: sequences, context: context, window: window, heads, format)
    return Kernel(
      operation: .attentionDecode, format: format, variant: heads.variant(window > 0),
      memoryBytes: work.bytes, leastFlops: work.leastFlops, leastBytes: work.leastBytes,
      point: SIMD4(
        heads.logGroup, min(heads.logPairs, 3), heads.logRows(of: sequences), log2(work.keys)))
  }

  /// Multi-head latent attention of the chunks of `work`: keys and values are made from the latent
  /// cache before.
  @inline(__always)
  static func latentPrefill(_ work: PrefillWork, heads: Double, _ format: NumberFormat) -> Kernel {
    let sizes = LatentSizes.self
    let flopsPerKey = 2 * PrefillWork.rowsPerTile * (sizes.head + sizes.value)
    return Kernel(
      operation: .latentPrefill, format: format,
      flops: flopsPerKey * (work.tileKeys + work.tiles * Self.keysInFlight),
      memoryBytes: 2 * heads * (sizes.head + sizes.value) * (work.tokens + work.keysRead),
      serialFlops: flopsPerKey * work.mostKeys, promptHeads: heads * work.chunks,
      point: SIMD4(
        log2(64 * work.tiles / (work.keysPerTile + 64)), log2(max(work.keysPerTile, 8)), 0, 0))
  }

  /// Multi-head latent attention of decodes, on the latent cache itself.
  @inline(__always)
  static func latentDecode(
    sequences: Double, context: Double, heads: Double, _ format: NumberFormat
  ) -> Kernel {
    let sizes = LatentSizes.self
    let keys = max(context, 32)
    return Kernel(
      operation: .latentDecode, format: format,
      flops: 2 * sequences * keys * heads * (sizes.cache + sizes.rank),
      memoryBytes: sequences * keys * sizes.cache * format.bytesPerInput
        + 2 * sequences * heads * (sizes.cache + sizes.rank),
      point: SIMD4(log2(heads), log2(sequences), log2(keys), 0))
  }

  /// DeepSeek-V2's and V3's sizes in elements, the only ones measured: a head of 128 and 64 that
  /// carry the position, values of 128, a latent vector of 512.
  enum LatentSizes {
    static let head = 192.0
    static let value = 128.0
    static let rank = 512.0
    static let cache = 576.0
  }
}
