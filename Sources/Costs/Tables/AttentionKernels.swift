import Foundation

/// What the prompts of one attention kernel add up to: it computes all chunks of a batch at once.
///
/// Queries are computed in tiles of 128 rows, those of a group of heads that share keys together.
struct PrefillWork: Sendable, Equatable {
  private var keyValueHeads: Double
  private var group: Double
  private var window: Double
  /// New tokens of all chunks.
  private(set) var tokens = 0.0
  /// Tiles of all chunks and heads, and the keys that each walks over, in sum.
  private(set) var tiles = 0.0
  private(set) var tileKeys = 0.0
  /// Pairs of a token and one that it attends to.
  private(set) var pairs = 0.0
  /// Tokens whose keys and values are read.
  private(set) var keysRead = 0.0
  /// The most keys that a tile walks over.
  private(set) var mostKeys = 0.0

  static let rowsPerTile = 128.0

  init(heads: Double, keyValueHeads: Double, window: Double) {
    self.keyValueHeads = keyValueHeads
    group = heads / keyValueHeads
    self.window = window
  }

  /// Adds `sequences` chunks of `tokens` new tokens, each after `context` cached ones.
  @inline(__always)
  mutating func add(sequences: Double, tokens: Double, context: Double) {
    let keys = Self.keysPerQuery(tokens: tokens, context: context, window: window)
    let tiles = sequences * keyValueHeads * (group * tokens / Self.rowsPerTile).rounded(.up)
    self.tokens += sequences * tokens
    self.tiles += tiles
    tileKeys += tiles * keys
    pairs += sequences * tokens * keys
    let seen = window > 0 ? min(context, window) + tokens : context + tokens
    keysRead += sequences * seen
    mostKeys = max(mostKeys, window > 0 ? min(seen, window + Self.rowsPerTile) : seen)
  }

  /// The keys that a tile walks over, on average.
  var keysPerTile: Double { tileKeys / tiles }

  /// The tokens that each of `tokens` after `context` attends to, on average.
  @inline(__always)
  static func keysPerQuery(tokens: Double, context: Double, window: Double) -> Double {
    guard window > 0 else { return context + (tokens + 1) / 2 }
    // The first tokens see fewer than a window; the rest see a window.
    let growing = min(tokens, max(0, window - context))
    let partial = growing * (context + (growing + 1) / 2)
    return (partial + (tokens - growing) * window) / tokens
  }
}

extension Kernel {
  /// Causal attention of the chunks of `work`, queries in heads of `headSize` elements.
  ///
  /// Besides the work of all tiles the estimate has that of the longest, which no other
  /// multiprocessor can take over.
  @inline(__always)
  static func prefill(
    _ work: PrefillWork, heads: Double, keyValueHeads: Double, headSize: Double, window: Double,
    _ format: NumberFormat
  ) -> Kernel {
    let flopsPerKey = 4 * PrefillWork.rowsPerTile * headSize
    return Kernel(
      operation: .attentionPrefill, format: format, variant: Int(headSize),
      flops: flopsPerKey * (work.tileKeys + work.tiles * Self.keysInFlight),
      memoryBytes: 4 * work.tokens * heads * headSize
        + 2 * work.keysRead * keyValueHeads * headSize * format.bytesPerInput,
      serialFlops: flopsPerKey * work.mostKeys,
      point: SIMD4(
        log2(heads / keyValueHeads), log2(64 * work.tiles / (work.keysPerTile + 64)),
        log2(max(work.keysPerTile, 8)), 0))
  }

  /// The keys beyond its own that a tile computes with, because keys come in tiles too.
  private static let keysInFlight = 64.0

  /// Attention of one new token of each of `sequences` to `context` tokens.
  @inline(__always)
  static func decode(
    sequences: Double, context: Double, heads: Double, keyValueHeads: Double, headSize: Double,
    window: Double, _ format: NumberFormat
  ) -> Kernel {
    // Keys come in tiles: fewer than 32 take as long as 32.
    let keys = max(window > 0 ? min(context, window) : context, 32)
    return Kernel(
      operation: .attentionDecode, format: format, variant: Int(headSize),
      memoryBytes: 4 * sequences * heads * headSize
        + 2 * sequences * keys * keyValueHeads * headSize * format.bytesPerInput,
      point: SIMD4(
        log2(heads / keyValueHeads), log2(min(keyValueHeads, 8)),
        log2(sequences * keyValueHeads), log2(keys)))
  }

  /// Multi-head latent attention of the chunks of `work`: keys and values are made from the latent
  /// cache before.
  static func latentPrefill(_ work: PrefillWork, heads: Double, _ format: NumberFormat) -> Kernel {
    let sizes = LatentSizes.self
    let flopsPerKey = 2 * PrefillWork.rowsPerTile * (sizes.head + sizes.value)
    return Kernel(
      operation: .latentPrefill, format: format,
      flops: flopsPerKey * (work.tileKeys + work.tiles * Self.keysInFlight),
      memoryBytes: 2 * heads * (sizes.head + sizes.value) * (work.tokens + work.keysRead),
      serialFlops: flopsPerKey * work.mostKeys,
      point: SIMD4(
        log2(64 * work.tiles / (work.keysPerTile + 64)), log2(max(work.keysPerTile, 8)), 0, 0))
  }

  /// Multi-head latent attention of decodes, on the latent cache itself.
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
  private enum LatentSizes {
    static let head = 192.0
    static let value = 128.0
    static let rank = 512.0
    static let cache = 576.0
  }
}
