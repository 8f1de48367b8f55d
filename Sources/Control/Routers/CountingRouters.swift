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
}

/// Of two replicas drawn at random, that with fewer requests that are not answered to their end; of
/// equal ones, the first drawn (Mitzenmacher, "The power of two choices", IEEE TPDS 12, 2001).
public struct PowerOfTwo: Router {
  private var open: [Int]
  private var random: any RandomNumberGenerator & Sendable

  /// A router over so many replicas that draws from `random`.
  public init(replicas: Int, random: any RandomNumberGenerator & Sendable) {
    open = Array(repeating: 0, count: replicas)
    self.random = random
  }

  public mutating func route(_ request: RoutedRequest) -> Int {
    let first = draw(below: open.count)
    var replica = first
    if open.count > 1 {
      let other = draw(below: open.count - 1)
      let second = other < first ? other : other + 1
      if open[second] < open[first] { replica = second }
    }
    open[replica] += 1
    return replica
  }

  /// One request less.
  public mutating func noteEnd(of request: RoutedRequest, on replica: Int) { open[replica] -= 1 }

  /// A number below `bound`, each as likely but for some 2^-56.
  private mutating func draw(below bound: Int) -> Int {
    Int(random.next().multipliedFullWidth(by: UInt64(bound)).high)
  }
}
