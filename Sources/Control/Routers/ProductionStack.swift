import Serving

/// vLLM production-stack's `session`: the replica behind the session's name on a ring of hashes, so
/// that of a replica that leaves only its own sessions move; a request without a session goes where
/// the fewest were sent in the last minute, the first of equal ones.
///
/// vllm-project/production-stack a6c01db0, `SessionRouter`; 160 places a replica, as uhashring has
/// by default, though at other hashes.
public struct SessionRing: Router {
  private static let places = 160
  private static let window: Nanoseconds = 60_000_000_000
  private var open: OpenRequests
  /// In the order of the hashes.
  private let ring: [(hash: UInt64, replica: Int)]
  /// Of each request's session; nil for none.
  private let keys: [UInt64?]
  /// What was sent in the last minute, where to and when.
  private var recent: [(time: Nanoseconds, replica: Int)] = []
  private var first = 0

  /// - Parameter sessions: each request's session by name; empty for none.
  public init(replicas: Int, sessions: [String]) {
    open = OpenRequests(replicas: replicas)
    var ring: [(hash: UInt64, replica: Int)] = []
    for replica in 0..<replicas {
      for place in 0..<Self.places {
        ring.append((Self.spread(FNV1a("\(replica)-\(place)").value), replica))
      }
    }
    self.ring = ring.sorted { ($0.hash, $0.replica) < ($1.hash, $1.replica) }
    keys = sessions.map { $0.isEmpty ? nil : Self.spread(FNV1a($0).value) }
  }

  public mutating func route(_ request: RoutedRequest) -> Int {
    while first < recent.count, recent[first].time + Self.window <= request.time {
      open.remove(from: recent[first].replica)
      first += 1
    }
    let replica = keys[request.id.index].map(owner) ?? open.least
    recent.append((request.time, replica))
    open.add(to: replica)
    return replica
  }

  /// The replica of the first place on the ring at or behind `key` that takes requests.
  private func owner(of key: UInt64) -> Int {
    var (low, high) = (0, ring.count)
    while low < high {
      let middle = (low + high) / 2
      if ring[middle].hash < key { low = middle + 1 } else { high = middle }
    }
    for step in ring.indices {
      let replica = ring[(low + step) % ring.count].replica
      if open.takes[replica] { return replica }
    }
    return 0
  }

  /// FNV leaves names that end alike close together.
  private static func spread(_ hash: UInt64) -> UInt64 {
    var stream = RandomStream(seed: hash, named: "ring")
    return stream.next()
  }

  public mutating func note(_ replica: Int, takesRequests: Bool) {
    open.set(replica, takesRequests: takesRequests)
  }
}

/// vLLM production-stack's `prefixaware`: the replica that was sent the most of the prompt, in
/// whole chunks of 128 characters; one of equal ones at random, and of all where none was sent any.
///
/// Nothing is ever forgotten, and nobody's load is looked at.
///
/// vllm-project/production-stack a6c01db0, `PrefixAwareRouter` and `hashtrie.py`.
public struct PrefixTrie: Router {
  private static let chunk = 128 / charactersPerToken
  private var takers: OpenRequests
  private var sent: SentPrompts
  private var random: any RandomNumberGenerator & Sendable

  /// A router over so many replicas of requests with prefix hashes.
  public init(
    replicas: Int, columns: Columns, random: any RandomNumberGenerator & Sendable
  ) {
    takers = OpenRequests(replicas: replicas)
    sent = SentPrompts(columns, replicas: replicas)
    self.random = random
  }

  public mutating func route(_ request: RoutedRequest) -> Int {
    let matches = takers.takers.map { sent.match(request, on: $0) / Self.chunk }
    let most = matches.max() ?? 0
    let best = matches.indices.filter { matches[$0] == most }
    let replica = takers.takers[best[random.draw(below: best.count)]]
    sent.note(request, on: replica)
    return replica
  }

  public mutating func note(_ replica: Int, takesRequests: Bool) {
    takers.set(replica, takesRequests: takesRequests)
    sent.forget(replica)
  }
}
