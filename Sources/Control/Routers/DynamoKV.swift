import Serving

/// Dynamo's KV router without events of the caches: the replica at the least cost, in blocks, of
/// what it would compute of the prompt and of what it decodes; one of equal ones at random.
///
/// What a replica has in its cache is guessed from what it was sent in the last two minutes
/// (`--no-router-kv-events`, `--router-ttl-secs`). The blocks that it decodes are those of the
/// prompts of requests that are not answered to their end, as the router counts them itself; those
/// of answers are not counted, as by default.
///
/// ai-dynamo 1.6.1, `lib/kv-router/src/scheduling/selector`.
public struct DynamoKV: Router {
  /// The weights of the cost.
  public struct Weights: Sendable, Equatable {
    /// What a block of the prompt that is found takes off the blocks to be computed.
    public var overlapScoreCredit = 1.0
    /// What a block to be computed counts for.
    public var prefillLoadScale = 1.0
    /// What a request that is not answered to its end counts for.
    public var activeRequestWeight = 0.0
    /// How far the choice is at random: 0 for the least cost, else replicas are drawn with chances
    /// that are exponential in their share of the greatest cost over this.
    public var temperature = 0.0
    /// For how long the router remembers what it sent.
    public var ttl: Nanoseconds = 120_000_000_000

    /// Dynamo's defaults.
    public init() {}

    /// The cost, in blocks, of a prompt of `blocks` of which `overlap` are found, on a replica that
    /// decodes `decode` and has `active` requests.
    public func cost(blocks: Double, overlap: Double, decode: Double, active: Double) -> Double {
      prefillLoadScale * max(0, blocks - overlapScoreCredit * overlap) + decode
        + activeRequestWeight * active
    }
  }

  private let weights: Weights
  private let blockTokens: Int
  private var open: OpenRequests
  private var decodeBlocks: [Int]
  private var sent: SentPrompts
  private var random: any RandomNumberGenerator & Sendable

  /// - Parameter blockTokens: tokens in a block of the replicas' caches.
  public init(
    replicas: Int, columns: Columns, blockTokens: Int, weights: Weights = Weights(),
    random: any RandomNumberGenerator & Sendable
  ) {
    self.weights = weights
    self.blockTokens = blockTokens
    open = OpenRequests(replicas: replicas)
    decodeBlocks = Array(repeating: 0, count: replicas)
    sent = SentPrompts(columns, replicas: replicas)
    self.random = random
  }

  public mutating func route(_ request: RoutedRequest) -> Int {
    let costs = open.takers.map { cost(of: request, on: $0) }
    let replica = open.takers[choice(costs)]
    open.add(to: replica)
    decodeBlocks[replica] += blocks(of: request)
    sent.note(request, on: replica)
    return replica
  }

  private func blocks(of request: RoutedRequest) -> Int {
    (request.promptTokens + blockTokens - 1) / blockTokens
  }

  private func cost(of request: RoutedRequest, on replica: Int) -> Double {
    let found = sent.match(request, on: replica, since: request.time - weights.ttl)
    return weights.cost(
      blocks: Double(blocks(of: request)), overlap: Double(found / blockTokens),
      decode: Double(decodeBlocks[replica]), active: Double(open.counts[replica]))
  }

  private mutating func choice(_ costs: [Double]) -> Int {
    if weights.temperature == 0 {
      let best = costs.indices.filter { [least = costs.min()] in costs[$0] == least }
      return best.count == 1 ? best[0] : best[random.draw(below: best.count)]
    }
    let (least, greatest) = (costs.min() ?? 0, max(costs.max() ?? 0, .leastNormalMagnitude))
    let shares = costs.map { naturalPower((least - $0) / greatest / weights.temperature) }
    var rest = random.uniform() * shares.reduce(0, +)
    for (place, share) in shares.enumerated() {
      rest -= share
      if rest < 0 { return place }
    }
    return costs.count - 1
  }

  /// One request less, with its blocks.
  public mutating func noteEnd(of request: RoutedRequest, on replica: Int) {
    open.remove(from: replica)
    decodeBlocks[replica] -= blocks(of: request)
  }

  public mutating func note(_ replica: Int, takesRequests: Bool) {
    open.set(replica, takesRequests: takesRequests)
    sent.forget(replica)
  }
}
