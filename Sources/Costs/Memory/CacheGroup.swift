/// Layers that keep the same of a sequence in their cache.
public struct CacheGroup: Sendable, Equatable {
  /// How many layers there are.
  public var layers: Int
  /// The tokens that they keep, the last ones of the context; nil where they keep all.
  public var keeps: Int?
  /// Bytes that one token takes in all of them, on one GPU.
  public var bytesPerToken: Int
}

extension Shard {
  /// The groups of layers by what they keep, those that keep all first.
  public var cacheGroups: [CacheGroup] {
    let windowed = model.window > 0 ? model.windowLayers : 0
    return [(model.layers - windowed, nil), (windowed, model.window)].compactMap {
      layers, keeps in
      layers == 0
        ? nil
        : CacheGroup(
          layers: layers, keeps: keeps, bytesPerToken: keyValueBytesPerToken / model.layers * layers
        )
    }
  }
}
