import Serving

/// How layers that keep keys and values, and layers that keep a state, share one pool of blocks, as
/// vLLM's hybrid cache manager has it (design document, vLLM 0.33).
///
/// Layers are taken in groups of the same number, that of the rarer kind; a block is of one group.
/// Blocks have as many tokens, in sixteens, as it takes for keys and values to be as large as a
/// state.
public struct CacheLayout: Sendable, Equatable {
  /// Tokens of one block, and its bytes on one GPU.
  public let blockSize: Int
  public let blockBytes: Int
  public let groups: CacheGroups

  /// The layout for `shard`, whose blocks have `blockSize` tokens at least.
  init(of shard: Shard, blockSize: Int) {
    let caches = shard.cacheGroups
    let state = caches.first { $0.kind == .state }
    let layers = caches.reduce(0) {
      $1.kind == .state || $1.kind == .indexer ? $0 : $0 + $1.layers
    }
    let perToken = shard.keyValueBytesPerToken
    guard let state else {
      self.blockSize = blockSize
      blockBytes = blockSize * perToken
      groups = CacheGroups()
      return
    }
    if layers == 0 {
      self.blockSize = blockSize
      blockBytes = state.bytesPerSequence
      groups = CacheGroups(whole: 0, states: 1)
      return
    }
    let each = Self.divided(perToken, by: layers)
    let needed = Self.divided(Self.divided(state.bytesPerSequence, by: state.layers), by: each)
    self.blockSize = max(blockSize, Self.divided(needed, by: Self.step) * Self.step)
    let (fewer, more) = (min(layers, state.layers), max(layers, state.layers))
    // Where they are nearly as many, the rarer kind is padded.
    let size = 4 * more < 5 * fewer ? more : fewer
    blockBytes = size * self.blockSize * each
    groups = CacheGroups(
      whole: Self.divided(layers, by: size), states: Self.divided(state.layers, by: size))
  }

  /// Tokens that attention kernels take at once, of which a block has a whole number.
  private static let step = 16

  private static func divided(_ sum: Int, by count: Int) -> Int { (sum + count - 1) / count }

  /// Tokens of one sequence that `blocks` hold.
  func tokens(in blocks: Int) -> Int {
    if groups.whole == 0 { return blocks >= groups.states ? EngineRange.tokens.upperBound : 0 }
    return max(0, blocks - groups.states) / groups.whole * blockSize
  }
}
