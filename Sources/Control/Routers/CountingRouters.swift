import Serving

/// The replica with the fewest requests that were sent to it and are not answered to their end; of
/// equal ones, that which got one the longest ago (nginx's and HAProxy's least connections).
public struct LeastRequests: Router {
  private var loads: ReplicaLoads

  /// A router over so many replicas.
  public init(replicas: Int) { loads = ReplicaLoads(replicas: replicas) }

  public mutating func route(_ request: RoutedRequest) -> Int {
    let replica = loads.least
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

/// The replica with the fewest prompt tokens of requests that were sent to it and are not answered
/// to their end; of equal ones, that which got one the longest ago.
public struct LeastTokens: Router {
  private var loads: ReplicaLoads

  /// A router over so many replicas.
  public init(replicas: Int) { loads = ReplicaLoads(replicas: replicas) }

  public mutating func route(_ request: RoutedRequest) -> Int {
    let replica = loads.least
    loads.add(request.promptTokens, to: replica)
    return replica
  }

  /// Its tokens less.
  public mutating func noteEnd(of request: RoutedRequest, on replica: Int) {
    loads.remove(request.promptTokens, from: replica)
  }

  public mutating func note(_ replica: Int, takesRequests: Bool) {
    loads.set(replica, takesRequests: takesRequests)
  }
}

/// Of two replicas drawn at random, that with fewer requests that are not answered to their end; of
/// equal ones, the first drawn (Mitzenmacher, "The power of two choices", IEEE TPDS 12, 2001); so
/// SGLang's gateway with its policy `power_of_two`.
public struct PowerOfTwo: Router {
  private var open: OpenRequests
  private var random: any RandomNumberGenerator & Sendable

  /// A router over so many replicas that draws from `random`.
  public init(replicas: Int, random: any RandomNumberGenerator & Sendable) {
    open = OpenRequests(replicas: replicas)
    self.random = random
  }

  public mutating func route(_ request: RoutedRequest) -> Int {
    let takers = open.takers
    let first = random.draw(below: takers.count)
    var replica = takers[first]
    if takers.count > 1 {
      let other = random.draw(below: takers.count - 1)
      let second = takers[other < first ? other : other + 1]
      if open.counts[second] < open.counts[replica] { replica = second }
    }
    open.add(to: replica)
    return replica
  }

  /// One request less.
  public mutating func noteEnd(of request: RoutedRequest, on replica: Int) {
    open.remove(from: replica)
  }

  public mutating func note(_ replica: Int, takesRequests: Bool) {
    open.set(replica, takesRequests: takesRequests)
  }
}
