import Serving

/// What one cache, shared by all requests of a trace and asked in the order of their arrival, would
/// have spared.
///
/// A request hits its full blocks up to the first that is not in the cache; then all its full
/// blocks are touched in order, and enter the cache where they are missing. The block that was
/// touched the longest time ago makes room. No request takes any time.
public struct PrefixReuse: Sendable, Equatable {
  /// Tokens of all prompts.
  public private(set) var promptTokens = 0
  /// Tokens of the blocks that were hit.
  public private(set) var hitTokens = 0

  /// The reuse within `trace`; none if its source gives no prefix hashes.
  ///
  /// - Parameter blocks: the size of the cache, in blocks of the trace's hashes; as large as it
  ///   takes to keep everything unless given.
  public init(_ trace: Trace, blocks: Int? = nil) {
    promptTokens = trace.requests.reduce(0) { $0 + $1.promptTokens }
    let hashes = trace.columns.prefixHashes ?? []
    let everything = hashes.reduce(0) { $0 + $1.count }
    var cache = PrefixCache(blocks: blocks ?? everything)
    for (request, hashes) in zip(trace.requests, hashes) {
      let full = hashes.prefix(request.promptTokens / trace.columns.prefixBlockTokens)
      hitTokens += cache.longestHit(full).blocks.count * trace.columns.prefixBlockTokens
      cache.touch(full)
    }
  }

  /// The share of the prompts' tokens that was hit; 0 where there are none.
  public var hitRate: Double {
    promptTokens == 0 ? 0 : Double(hitTokens) / Double(promptTokens)
  }
}

extension PrefixCache {
  /// Takes the blocks of `hashes` one after another, each for a moment only.
  fileprivate mutating func touch(_ hashes: ArraySlice<UInt64>) {
    guard totalBlocks > 0 else { return }
    var held: [BlockID] = []
    for (place, hash) in zip(hashes.indices, hashes) {
      take(longestHit(hashes[place...place]), into: &held)
      if held.isEmpty {
        take(1, into: &held)
        register(held[0], under: hash)
      }
      release(held)
      held.removeAll(keepingCapacity: true)
    }
  }
}
