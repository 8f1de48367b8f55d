import Serving

/// What the prompts of a batch add up to for one attention kernel, which computes all of their
/// chunks at once.
///
/// A chunk is computed in tiles of 128 rows, a row for each new token and query head; heads that
/// share keys share tiles. A tile walks over the keys that its tokens attend to.
public struct PrefillWork: Sendable, Equatable {
  /// Heads of keys and values on this GPU, and the query heads that share each of them.
  private let keyValueHeads: Double
  private let group: Double
  /// Tokens that one attends to, itself included; 0 for all.
  let window: Double
  /// Chunks, and the new tokens of all of them.
  public private(set) var chunks = 0.0
  public private(set) var tokens = 0.0
  /// Pairs of a new token and one that it attends to.
  public private(set) var pairs = 0.0
  /// Tokens whose keys and values are read.
  public private(set) var keysRead = 0.0
  /// Tiles, and the keys that they walk over in sum.
  private(set) var tiles = 0.0
  private(set) var tileKeys = 0.0
  /// The most keys that a tile walks over.
  private(set) var mostKeys = 0.0

  static let rowsPerTile = 128.0

  /// The prompts of `chunks`.
  @inline(__always)
  init(of chunks: [Chunk], heads: Int, keyValueHeads: Int, window: Int = 0) {
    self.init(
      heads: Double(heads), keyValueHeads: Double(keyValueHeads), window: Double(window))
    for index in chunks.indices {
      add(tokens: Double(chunks[index].tokens), context: Double(chunks[index].context))
    }
  }

  /// No prompts, yet.
  init(heads: Double, keyValueHeads: Double, window: Double) {
    self.keyValueHeads = keyValueHeads
    group = heads / keyValueHeads
    self.window = window
  }

  /// Adds `count` chunks of `new` tokens, each after `context` cached ones.
  @inline(__always)
  mutating func add(_ count: Double = 1, tokens new: Double, context: Double) {
    let pairs = pairs(new, after: context)
    let keys = window == 0 ? context + (new + 1) / 2 : pairs / new
    let tiles = count * keyValueHeads * (group * new / Self.rowsPerTile).rounded(.up)
    chunks += count
    tokens += count * new
    self.pairs += count * pairs
    self.tiles += tiles
    tileKeys += tiles * keys
    let seen = window == 0 ? context + new : min(context, window - 1) + new
    keysRead += count * seen
    mostKeys = max(mostKeys, window == 0 ? seen : min(seen, window + Self.rowsPerTile))
  }

  /// Pairs of a token and one that it attends to, over `new` tokens that follow one another after
  /// `context` others.
  private func pairs(_ new: Double, after context: Double) -> Double {
    Self.pairs(new, after: context, window: window)
  }

  /// Pairs of a token and one of the last `window`, or of all if it is 0, that it attends to: over
  /// `new` tokens that follow one another after `context` others.
  @inline(__always)
  static func pairs(_ new: Double, after context: Double, window: Double) -> Double {
    if window == 0 || context + new <= window { return new * context + new * (new + 1) / 2 }
    let short = max(0, window - context)
    return short * context + short * (short + 1) / 2 + (new - short) * window
  }

  /// The keys that a tile walks over, on average.
  var keysPerTile: Double { tileKeys / tiles }
}
