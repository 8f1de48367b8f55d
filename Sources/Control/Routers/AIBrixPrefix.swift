import Serving

/// AIBrix's `prefix-cache`: while no replica has far more requests than another, of those that were
/// sent any of the prompt the one that was sent the most and is not much busier than the mean; else
/// the one with the fewest requests, the first of equal ones.
///
/// aibrix e3e10f9e, `pkg/plugins/gateway/algorithms/prefix_cache.go`; blocks of 128 characters.
public struct AIBrixPrefix: Router {
  private static let block = 128 / charactersPerToken
  private let imbalance: Int
  private let factor: Double
  private var open: OpenRequests
  private var sent: SentPrompts

  /// - Parameters:
  ///   - imbalance: requests that the busiest may have more than the least busy, at most.
  ///   - factor: standard deviations above the mean that a replica may have, at most.
  public init(replicas: Int, columns: Columns, imbalance: Int = 8, factor: Double = 1) {
    self.imbalance = imbalance
    self.factor = factor
    open = OpenRequests(replicas: replicas)
    sent = SentPrompts(columns, replicas: replicas)
  }

  public mutating func route(_ request: RoutedRequest) -> Int {
    let (least, most) = open.extremes
    var replica: Int?
    if most - least <= imbalance {
      let matches = open.takers.map { sent.match(request, on: $0) / Self.block }
      let (mean, deviation) = Self.spread(open.takers.map { open.counts[$0] })
      replica = Self.choice(
        matches, open.takers.map { open.counts[$0] }, limit: mean + factor * deviation
      ).map { open.takers[$0] }
    }
    let chosen = replica ?? open.least
    open.add(to: chosen)
    sent.note(request, on: chosen)
    return chosen
  }

  /// The place of the greatest of `matches` whose requests are within `limit`; of equal ones that
  /// with fewer requests, the first. Nil where nothing matches within it.
  static func choice(_ matches: [Int], _ requests: [Int], limit: Double) -> Int? {
    matches.indices.filter { matches[$0] > 0 && Double(requests[$0]) <= limit }
      .min { (-matches[$0], requests[$0], $0) < (-matches[$1], requests[$1], $1) }
  }

  /// The mean of `values` and their standard deviation over all of them.
  static func spread(_ values: [Int]) -> (mean: Double, deviation: Double) {
    let count = Double(max(1, values.count))
    let mean = Double(values.reduce(0, +)) / count
    let squares = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    return (mean, (squares / count).squareRoot())
  }

  /// One request less.
  public mutating func noteEnd(of request: RoutedRequest, on replica: Int) {
    open.remove(from: replica)
  }

  public mutating func note(_ replica: Int, takesRequests: Bool) {
    open.set(replica, takesRequests: takesRequests)
    sent.forget(replica)
  }
}
