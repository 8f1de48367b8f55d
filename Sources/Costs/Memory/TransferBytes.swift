import Serving

extension CacheBytes {
  /// What the copy of a model of which `shard` is a GPU's part keeps of a sequence, over all its
  /// GPUs: heads of keys and values as often as GPUs hold them, latents and indexers once.
  public init(of shard: Shard) {
    self.init(perToken: 0)
    for group in shard.cacheGroups(over: shard.tensorParallel) {
      switch group.kind {
      case .all, .indexer: perToken += group.bytesPerToken
      case .last(let tokens), .chunk(let tokens):
        windows.append(.init(tokens: tokens, bytesPerToken: group.bytesPerToken))
      case .state: perSequence += Double(group.bytesPerSequence)
      }
    }
  }
}
