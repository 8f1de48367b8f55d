/// Replicas that are alike: one engine, at one cost.
public struct Pool: Sendable {
  /// What its replicas do of a request.
  public enum Role: String, Sendable, CaseIterable {
    /// All of it.
    case both
    /// Its prompt, whose keys and values go to a pool that decodes.
    case prefill
    /// Its answer.
    case decode
  }

  /// What they do of a request, and the engine that they are.
  public var role: Role
  public var rules: EngineRules
  public var scheduler: any Scheduler
  public var cost: any CostModel
  /// How many replicas there are.
  public var replicas: Int
  /// What a sequence's cache takes, where it is read from other pools.
  public var cacheBytes: CacheBytes

  public init(
    _ role: Role = .both, rules: EngineRules, scheduler: any Scheduler, cost: any CostModel,
    replicas: Int = 1, cacheBytes: CacheBytes = CacheBytes(perToken: 0)
  ) {
    self.role = role
    self.rules = rules
    self.scheduler = scheduler
    self.cost = cost
    self.replicas = replicas
    self.cacheBytes = cacheBytes
  }
}

/// How prompts that one pool has computed are handed over to another, which decodes.
public struct Disaggregation: Sendable {
  /// Who emits the first token of an answer.
  public enum FirstToken: String, Sendable, CaseIterable {
    /// The pool that decodes, which computes the prompt's last token once more, as behind vLLM's
    /// proxy.
    case decode
    /// The pool that computes the prompt, as in DistServe, Splitwise and SGLang.
    case prefill
  }

  /// When the pool that decodes takes blocks for a prompt, and what that waits for.
  public enum Transfer: String, Sendable, CaseIterable {
    /// When the prompt is computed: the request comes to it then, and it reads the cache as it has
    /// room (vLLM's `NixlConnector`, DistServe).
    case pull
    /// As it has room since the request came, which comes to both pools at once; the pool that
    /// computes the prompt writes the cache when both are ready (`NixlPushConnector`, MoRIIO).
    case push
    /// Before the prompt is computed, which waits for that (SGLang).
    case reserve
  }

  /// Who emits it.
  public var firstToken: FirstToken
  /// When blocks are taken for it where it is decoded.
  public var transfer: Transfer
  /// When no other pool computes a prompt, but the one that decodes; nil where one always does.
  public var local: LocalPrefill?
  /// From each pool of prefill, in order, to each of decode.
  public var links: [[Link]]
  /// How requests are spread over the replicas that decode; in turn where nil.
  public var router: (any Router)?

  public init(
    links: [[Link]], firstToken: FirstToken = .decode, transfer: Transfer = .pull,
    local: LocalPrefill? = nil, router: (any Router)? = nil
  ) {
    self.links = links
    self.local = local
    self.transfer = transfer
    self.firstToken = firstToken
    self.router = router
  }
}

/// Pools of replicas and what is between them.
struct PooledReplicas: Sendable {
  /// Those that requests come to first, then those that decode alone.
  let pools: [Pool]
  /// By replica.
  let poolOf: [Int]
  /// Replicas that requests come to; those behind them decode.
  let entrances: Int
  /// Pools that requests come to.
  let entrancePools: Int
  let disaggregation: Disaggregation?
  var router: any Router
  /// By row: what is known of a prompt that one replica computes and another decodes.
  var handed: [Handed?]
  /// By row: the replica that decodes it, where that is chosen before its prompt is computed; -1
  /// for none. Empty where it never is.
  var chosen: [Int32]

  /// A prompt that one replica computes and another decodes.
  struct Handed: Sendable {
    /// The replica that computes it, and what holds it there once it has.
    var replica: Int
    var sequence: SequenceID?
    /// What was seen there; nil until it is computed.
    var record: RequestRecord?
    /// What waits for it where it is decoded; nil where the request comes there later.
    var receiver: Transfers.Holder?
    /// The tokens that are to come there, and since when it has blocks for them.
    var place: (tokens: Int, since: Nanoseconds)?
  }

  init(_ given: [Pool], _ disaggregation: Disaggregation?, requests: Int) {
    pools = given.filter { $0.role != .decode } + given.filter { $0.role == .decode }
    poolOf = pools.indices.flatMap { [pools] in
      Array(repeating: $0, count: pools[$0].replicas)
    }
    entrancePools = pools.count { $0.role != .decode }
    entrances = pools.prefix(entrancePools).reduce(0) { $0 + $1.replicas }
    let isWhole = pools.allSatisfy { $0.role == .both }
    precondition(
      isWhole
        || pools.allSatisfy { $0.role != .both } && entrancePools > 0
          && entrancePools < pools.count,
      "pools do all of a request, or some compute prompts and others decode")
    precondition(isWhole == (disaggregation == nil), "prompts are handed over where pools differ")
    self.disaggregation = disaggregation
    if let links = disaggregation?.links {
      let decoders = pools.count - entrancePools
      precondition(
        links.count == entrancePools && links.allSatisfy { $0.count == decoders },
        "a link leads from each pool of prefill to each of decode")
    }
    router =
      disaggregation?.router ?? RoundRobin(replicas: max(1, poolOf.count - entrances))
    handed = Array(repeating: nil, count: disaggregation == nil ? 0 : requests)
    chosen = Array(repeating: -1, count: disaggregation?.local == nil ? 0 : requests)
  }

  /// The link from replica `sender` to `receiver`, and its number.
  func link(from sender: Int, to receiver: Int) -> (link: Link, number: Int) {
    let (from, to) = (poolOf[sender], poolOf[receiver] - entrancePools)
    guard let disaggregation else { preconditionFailure("pools of one role have no links") }
    return (disaggregation.links[from][to], from * pools.count + to)
  }

  /// Whether all pools could serve `request`, each its part.
  func canServe(_ request: Request) -> Bool {
    pools.allSatisfy { $0.rules.canServe($0.role == .prefill ? request.promptAlone : request) }
  }
}

extension Request {
  /// The same with an answer of one token, of which the prompt is all that is computed.
  var promptAlone: Request {
    Request(arrival: arrival, promptTokens: promptTokens, outputTokens: 1)
  }
}
