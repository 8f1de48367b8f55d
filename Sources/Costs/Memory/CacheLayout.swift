import Serving

/// How layers of different kinds share one pool of blocks, as vLLM's hybrid cache manager has it
/// (design document, vLLM 0.33).
///
/// Layers are taken in groups of the same number, that of the rarest kind; a block is of one group.
/// Beside layers that keep a state, blocks have as many tokens, in sixteens, as it takes for keys
/// and values to be as large as a state.
public struct CacheLayout: Sendable, Equatable {
  /// Tokens of one block, and its bytes on one GPU.
  public let blockSize: Int
  public let blockBytes: Int
  public let groups: CacheGroups
  /// Layers of a group, the last of which may have fewer.
  public let layersPerGroup: Int

  /// The layout for `shard`, whose blocks have `blockSize` tokens at least.
  ///
  /// Windows are told apart where `slides`, no layer keeps a state, and all keep equally many bytes
  /// of a token; else such layers keep all tokens, as with `--disable-hybrid-kv-cache-manager`.
  init(of shard: Shard, blockSize: Int, slides: Bool = true) {
    let caches = shard.cacheGroups
    let kept = caches.filter { $0.kind != .state && $0.kind != .indexer }
    let layers = kept.reduce(0) { $0 + $1.layers }
    let perToken = shard.keyValueBytesPerToken
    if let state = caches.first(where: { $0.kind == .state }) {
      self.init(keeping: layers, perToken, beside: state, blockSize: blockSize)
    } else if slides, let windows = Self.windows(kept, of: caches) {
      let size = Self.size(kept.map(\.layers))
      let whole = kept.filter { $0.kind == .all }
      self.init(
        blockSize: blockSize,
        blockBytes: size * blockSize * Int(kept[0].bytesPerToken) / kept[0].layers,
        groups: CacheGroups(
          whole: whole.reduce(0) { $0 + Self.divided($1.layers, by: size) },
          windows: windows.flatMap { window, layers in
            [Int](repeating: window, count: Self.divided(layers, by: size))
          }), layersPerGroup: size)
    } else {
      self.init(
        blockSize: blockSize, blockBytes: blockSize * perToken, groups: CacheGroups(),
        layersPerGroup: layers)
    }
  }

  /// The layout for `layers` that keep `perToken` bytes in all, and those that keep a state.
  private init(keeping layers: Int, _ perToken: Int, beside state: CacheGroup, blockSize: Int) {
    if layers == 0 {
      self.init(
        blockSize: blockSize, blockBytes: state.bytesPerSequence,
        groups: CacheGroups(whole: 0, states: 1), layersPerGroup: state.layers)
      return
    }
    let each = Self.divided(perToken, by: layers)
    let needed = Self.divided(Self.divided(state.bytesPerSequence, by: state.layers), by: each)
    let tokens = max(blockSize, Self.divided(needed, by: Self.step) * Self.step)
    let size = Self.size([layers, state.layers])
    self.init(
      blockSize: tokens, blockBytes: size * tokens * each,
      groups: CacheGroups(
        whole: Self.divided(layers, by: size), states: Self.divided(state.layers, by: size)),
      layersPerGroup: size)
  }

  private init(blockSize: Int, blockBytes: Int, groups: CacheGroups, layersPerGroup: Int) {
    self.blockSize = blockSize
    self.blockBytes = blockBytes
    self.groups = groups
    self.layersPerGroup = layersPerGroup
  }

  /// The windows and how many layers have each; nil where there are none, or layers differ in more.
  private static func windows(
    _ kept: [CacheGroup], of all: [CacheGroup]
  ) -> [(tokens: Int, layers: Int)]? {
    let windows = kept.compactMap { group -> (tokens: Int, layers: Int)? in
      if case .last(let tokens) = group.kind { (tokens, group.layers) } else { nil }
    }
    guard !windows.isEmpty, kept.count == all.count, !all.contains(where: \.isOfChunks) else {
      return nil
    }
    let areAlike = kept.allSatisfy {
      $0.bytesPerToken * Double(kept[0].layers) == kept[0].bytesPerToken * Double($0.layers)
    }
    return areAlike ? windows : nil
  }

  /// Layers of a group where kinds have these: the fewest, unless there are nearly as many of each.
  private static func size(_ layers: [Int]) -> Int {
    guard let fewest = layers.min(), let most = layers.max() else { return 1 }
    return 4 * most < 5 * fewest ? most : fewest
  }

  /// Tokens that attention kernels take at once, of which a block has a whole number.
  private static let step = 16

  private static func divided(_ sum: Int, by count: Int) -> Int { (sum + count - 1) / count }

  /// Blocks that a sequence of `tokens` takes at most, where no iteration computes over `most`.
  func blocks(for tokens: Int, most: Int) -> Int {
    groups.blocks(forWhole: tokens, of: blockSize, most: most)
  }

  /// Tokens of one sequence that `blocks` hold, where no iteration computes more than `most`.
  func tokens(in blocks: Int, most: Int) -> Int {
    let reaches = groups.windows.reduce(0) { $0 + Self.divided($1 - 1 + most, by: blockSize) + 1 }
    let growing = groups.whole + groups.windows.count
    let short = growing == 0 ? 0 : max(0, blocks - groups.states) / growing * blockSize
    let left = blocks - groups.states - reaches
    if groups.whole == 0 { return left >= 0 ? EngineRange.tokens.upperBound : short }
    return max(short, max(0, left) / groups.whole * blockSize)
  }
}
