import Serving

/// The replica that most of the beginning of the prompt was last sent to, unless little of it was
/// or that replica has far more to do than another; else the one with the fewest requests that are
/// not answered to their end.
///
/// The router guesses what is cached from what it sent where; it does not see what a replica has
/// dropped since or could not keep. The thresholds are the defaults of SGLang's cache-aware router
/// (SMG): a match of 30 %, and 64 requests and half as many again more than the least loaded.
public struct PrefixAffinity: Router {
  static let leastMatch = 0.3
  static let slack = 64
  static let ratio = 1.5
  private var loads: ReplicaLoads
  private var table: AffinityTable
  private let hashes: PrefixHashes

  /// - Parameters:
  ///   - hashes: those of each request's prompt, block by block.
  ///   - blocks: how many of them the router keeps in mind, over all replicas.
  public init(replicas: Int, hashes: PrefixHashes, blocks: Int) {
    loads = ReplicaLoads(replicas: replicas)
    table = AffinityTable(capacity: blocks)
    self.hashes = hashes
  }

  public mutating func route(_ request: RoutedRequest) -> Int {
    let blocks = Array(hashes[request.id.index])
    let replica = affine(blocks) ?? loads.least
    loads.add(1, to: replica)
    table.note(blocks, on: replica)
    return replica
  }

  /// One request less.
  public mutating func noteEnd(of request: RoutedRequest, on replica: Int) {
    loads.remove(1, from: replica)
  }

  public mutating func note(_ replica: Int, takesRequests: Bool) {
    loads.set(replica, takesRequests: takesRequests)
    table.forget(replica)
  }

  private func affine(_ blocks: [UInt64]) -> Int? {
    guard let match = table.longestMatch(blocks), match.replica >= 0,
      loads.takesRequests(match.replica),
      Double(match.blocks) >= Self.leastMatch * Double(blocks.count)
    else { return nil }
    let (load, least) = (loads[match.replica], loads.leastAmount)
    let isOverloaded = load - least > Self.slack && Double(load) > Self.ratio * Double(least)
    return isOverloaded ? nil : match.replica
  }
}
