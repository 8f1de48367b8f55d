/// Layers that keep the same of a sequence in their cache.
public struct CacheGroup: Sendable, Equatable {
  /// What is kept.
  public enum Kind: Sendable, Equatable {
    /// Keys and values, or latents, of all tokens.
    case all
    /// Those of the last tokens.
    case last(Int)
    /// Those since the last multiple of so many tokens.
    case chunk(Int)
    /// An indexer's keys of all tokens.
    case indexer
    /// A recurrent state.
    case state
  }

  /// How many layers there are.
  public var layers: Int
  public var kind: Kind
  /// Bytes that one token takes in all of them, on one GPU: no whole number where entries are of
  /// several tokens.
  public var bytesPerToken = 0.0
  /// Bytes that one sequence takes in all of them, however long.
  public var bytesPerSequence = 0
}

extension Shard {
  /// The groups of layers by what they keep: those that keep all first, then windows, indexers and
  /// states.
  public var cacheGroups: [CacheGroup] { cacheGroups(over: 1) }

  /// The same of `gpus` GPUs together, of which each has its heads and states, and what all have is
  /// counted once.
  func cacheGroups(over gpus: Int) -> [CacheGroup] {
    var groups: [CacheGroup] = []
    func add(
      _ block: Block, _ kind: CacheGroup.Kind, perToken: Double, perSequence: Int = 0,
      on gpus: Int = 1
    ) {
      let bytes = Double(block.layers * gpus) * perToken
      let place = groups.firstIndex { $0.kind == kind } ?? groups.endIndex
      if place == groups.endIndex { groups.append(CacheGroup(layers: 0, kind: kind)) }
      groups[place].layers += block.layers
      groups[place].bytesPerToken += bytes
      groups[place].bytesPerSequence += block.layers * gpus * perSequence
    }
    let element = model.cache.bytesPerInput
    for block in blocks {
      for attention in block.attentions where !attention.sharesKeyValues {
        let kind: CacheGroup.Kind =
          switch attention.reach {
          case .all: .all
          case .window(let tokens): .last(tokens)
          case .chunk(let tokens): .chunk(tokens)
          }
        add(
          block, kind, perToken: Double(attention.cachedElements) * element, on: gpus)
      }
      for latent in block.latents {
        add(block, .all, perToken: Double(latent.cachedElements) * element)
      }
      for indexer in block.attentions.compactMap(\.indexer) + block.latents.compactMap(\.indexer) {
        if indexer.isShared { continue }
        add(block, .indexer, perToken: Double(indexer.bytesPerToken))
      }
      for compressed in block.compresseds {
        let (entry, ratio) = (Double(compressed.bytesPerEntry), Double(compressed.ratio))
        if ratio > 0 { add(block, .all, perToken: entry / ratio) }
        add(block, .last(compressed.window), perToken: entry)
        if let indexer = compressed.indexer {
          add(block, .indexer, perToken: Double(indexer.bytesPerToken) / ratio)
        }
      }
      for recurrent in block.recurrents {
        add(
          block, .state, perToken: 0, perSequence: recurrent.bytesPerSequence, on: gpus)
      }
    }
    return groups.sorted { $0.kind.rank < $1.kind.rank }
  }
}

extension CacheGroup {
  var isOfChunks: Bool { if case .chunk = kind { true } else { false } }
}

extension CacheGroup.Kind {
  fileprivate var rank: Int {
    switch self {
    case .all: 0
    case .last, .chunk: 1
    case .indexer: 2
    case .state: 3
    }
  }
}
