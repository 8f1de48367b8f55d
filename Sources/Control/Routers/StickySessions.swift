import Serving

/// The replica that the first request of the same session went to; a first one goes, as one
/// without a session does, where the fewest are not answered to their end (a load balancer's sticky
/// cookie). A session whose replica takes no requests moves for good.
public struct StickySessions: Router {
  private static let none: Int32 = -1
  private var loads: ReplicaLoads
  /// The number of each request's session; negative for none.
  private let sessionOf: [Int32]
  /// The replica of each session; negative before its first request.
  private var homes: [Int32]

  /// - Parameter sessions: each request's session by name; empty for none.
  public init(replicas: Int, sessions: [String]) {
    loads = ReplicaLoads(replicas: replicas)
    var numbers: [String: Int32] = [:]
    sessionOf = sessions.map { name in
      if name.isEmpty { return Self.none }
      let number = numbers[name] ?? Int32(numbers.count)
      numbers[name] = number
      return number
    }
    homes = Array(repeating: Self.none, count: numbers.count)
  }

  public mutating func route(_ request: RoutedRequest) -> Int {
    let session = Int(sessionOf[request.id.index])
    var replica = loads.least
    if session >= 0 {
      if homes[session] >= 0, loads.takesRequests(Int(homes[session])) {
        replica = Int(homes[session])
      }
      homes[session] = Int32(replica)
    }
    loads.add(1, to: replica)
    return replica
  }

  /// One request less.
  public mutating func noteEnd(of request: RoutedRequest, on replica: Int) {
    loads.remove(1, from: replica)
  }

  public mutating func note(_ replica: Int, takesRequests: Bool) {
    loads.set(replica, takesRequests: takesRequests)
  }
}
