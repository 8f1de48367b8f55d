import Serving

/// SGLang's gateway with its policy `cache_aware`: where the most of the prompt's text was sent,
/// while loads are balanced and that is enough of it; else the replica with the fewest requests in
/// flight, the first of equal ones.
///
/// Its tree of texts is its own: it sees no cache. Of replicas that were sent as much, the one that
/// was sent it last gets the request, where the original takes any.
///
/// sgl-model-gateway 053b63ff, `src/policies/cache_aware.rs` and `tree.rs`.
public struct CacheAware: Router {
  /// When loads are out of balance, and how much of a prompt is enough.
  public struct Rule: Sendable, Equatable {
    /// The share of the prompt that has to match, to be passed.
    public var cacheThreshold = 0.5
    /// Requests in flight that the most loaded has more than the least, to be passed.
    public var balanceAbsolute = 32
    /// How many times as many it has, to be passed.
    public var balanceRelative = 1.1
    /// Characters of a replica's tree that an eviction leaves.
    public var maxTreeSize = 10_000
    /// From one eviction to the next.
    public var evictionInterval: Nanoseconds = 30_000_000_000

    /// The defaults of the gateway in Rust.
    public init() {}

    /// Whether loads are out of balance, of which these are the extremes.
    func isImbalanced(least: Int, most: Int) -> Bool {
      most - least > balanceAbsolute && Double(most) > balanceRelative * Double(least)
    }
  }

  private let rule: Rule
  private var open: OpenRequests
  private var sent: SentPrompts
  private var nextEviction: Nanoseconds

  /// A router over so many replicas of requests with prefix hashes.
  public init(replicas: Int, columns: Columns, rule: Rule = Rule()) {
    self.rule = rule
    open = OpenRequests(replicas: replicas)
    sent = SentPrompts(columns, replicas: replicas)
    nextEviction = rule.evictionInterval
  }

  public mutating func route(_ request: RoutedRequest) -> Int {
    if request.time >= nextEviction {
      sent.trim(to: rule.maxTreeSize / charactersPerToken / sent.blockTokens)
      nextEviction = (request.time / rule.evictionInterval + 1) * rule.evictionInterval
    }
    let replica = affine(request) ?? open.least
    open.add(to: replica)
    sent.note(request, on: replica)
    return replica
  }

  private func affine(_ request: RoutedRequest) -> Int? {
    let (least, most) = open.extremes
    if rule.isImbalanced(least: least, most: most) { return nil }
    guard let match = sent.longest(request, among: open.takers) else { return nil }
    let rate = Double(match.tokens) / Double(request.promptTokens)
    return rate > rule.cacheThreshold ? match.replica : nil
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
