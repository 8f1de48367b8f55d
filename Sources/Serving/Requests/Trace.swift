/// The requests of a workload in order of arrival, with what else is known of each.
public struct Trace: Sendable, Equatable {
  /// In order of arrival; requests that arrive together keep the order of their source.
  public private(set) var requests: [Request]
  /// The name that the source gave each request, or nil where it gave none.
  public private(set) var labels: [String]?
  /// The conversation that each request belongs to, or nil where the source has none.
  public private(set) var sessions: [String]?
  /// The hashes of each request's prompt, block by block, or nil where the source has none. Equal
  /// hashes mean equal tokens up to the end of the block.
  public private(set) var prefixHashes: [[UInt64]]?
  /// Tokens in a block of `prefixHashes`.
  public private(set) var prefixBlockTokens: Int
  /// How urgent each request is, smaller first, or nil where the source has no priorities.
  public private(set) var priorities: [Int]?

  /// A trace; sorted by arrival, keeping the order of requests that arrive together.
  public init(
    requests: [Request], labels: [String]? = nil, sessions: [String]? = nil,
    prefixHashes: [[UInt64]]? = nil, prefixBlockTokens: Int = 16, priorities: [Int]? = nil
  ) {
    self.requests = requests
    self.labels = labels
    self.sessions = sessions
    self.prefixHashes = prefixHashes
    self.prefixBlockTokens = prefixBlockTokens
    self.priorities = priorities
    precondition(prefixBlockTokens > 0, "a block has tokens")
    precondition(priorities.map { $0.count == requests.count } ?? true, "one priority a request")
    precondition(labels.map { $0.count == requests.count } ?? true, "one label a request")
    precondition(sessions.map { $0.count == requests.count } ?? true, "one session a request")
    precondition(prefixHashes.map { $0.count == requests.count } ?? true, "one list a request")
    sortByArrival()
  }

  public var count: Int { requests.count }

  /// The label of `request`: the source's, or its row.
  public func label(of request: RequestID) -> String {
    labels?[request.index] ?? String(request.index)
  }

  /// The same requests with other arrival times, in the same order.
  public func arriving(at arrivals: [Nanoseconds]) -> Trace {
    precondition(arrivals.count == count, "one arrival a request")
    var trace = self
    for row in arrivals.indices { trace.requests[row].arrival = arrivals[row] }
    trace.sortByArrival()
    return trace
  }

  /// The first `limit` requests.
  public func prefix(_ limit: Int) -> Trace {
    Trace(
      requests: Array(requests.prefix(limit)), labels: labels.map { Array($0.prefix(limit)) },
      sessions: sessions.map { Array($0.prefix(limit)) },
      prefixHashes: prefixHashes.map { Array($0.prefix(limit)) },
      prefixBlockTokens: prefixBlockTokens, priorities: priorities.map { Array($0.prefix(limit)) })
  }

  private mutating func sortByArrival() {
    let sorted = zip(requests, requests.dropFirst()).allSatisfy { $0.arrival <= $1.arrival }
    if sorted { return }
    let order = requests.indices.sorted {
      (requests[$0].arrival, $0) < (requests[$1].arrival, $1)
    }
    let unsorted = self
    requests = order.map { unsorted.requests[$0] }
    labels = unsorted.labels.map { labels in order.map { labels[$0] } }
    sessions = unsorted.sessions.map { sessions in order.map { sessions[$0] } }
    prefixHashes = unsorted.prefixHashes.map { hashes in order.map { hashes[$0] } }
    priorities = unsorted.priorities.map { priorities in order.map { priorities[$0] } }
  }
}
