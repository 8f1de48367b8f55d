/// The requests of a workload in order of arrival, with what else is known of each.
public struct Trace: Sendable, Equatable {
  /// In order of arrival; requests that arrive together keep the order of their source.
  public private(set) var requests: [Request]
  /// What else the source says of each request.
  public private(set) var columns: Columns

  /// A trace; sorted by arrival, keeping the order of requests that arrive together.
  public init(requests: [Request], columns: Columns = Columns()) {
    precondition(columns.prefixBlockTokens > 0, "a block has tokens")
    precondition(columns.fit(requests.count), "a column has one entry per request")
    self.requests = requests
    self.columns = columns
    sortByArrival()
  }

  public var count: Int { requests.count }

  /// The label of `request`: the source's, or its row.
  public func label(of request: RequestID) -> String {
    columns.labels?[request.index] ?? String(request.index)
  }

  /// The requests of `rows` with all that is known of them, sorted by arrival; a row may be left
  /// out or be taken twice.
  public func rows(at rows: [Int]) -> Trace {
    Trace(requests: rows.map { requests[$0] }, columns: columns.rows(at: rows))
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
    limit >= count ? self : rows(at: Array(0..<limit))
  }

  private mutating func sortByArrival() {
    let sorted = zip(requests, requests.dropFirst()).allSatisfy { $0.arrival <= $1.arrival }
    if sorted { return }
    let order = requests.indices.sorted {
      (requests[$0].arrival, $0) < (requests[$1].arrival, $1)
    }
    self = rows(at: order)
  }
}
