/// What is known of the requests of a trace besides their times and tokens, one entry per request
/// in each column that the source has.
public struct Columns: Sendable, Equatable {
  /// The name that the source gave each request.
  public var labels: [String]?
  /// The conversation that each request belongs to.
  public var sessions: [String]?
  /// The hashes of each request's prompt, block by block. Equal hashes mean equal tokens up to the
  /// end of the block.
  public var prefixHashes: PrefixHashes?
  /// Tokens in a block of `prefixHashes`.
  public var prefixBlockTokens: Int
  /// How urgent each request is, smaller first.
  public var priorities: [Int]?
  /// Whose request each is: a user or a tenant, by its name.
  public var clients: [String]?
  /// The LoRA adapter that each request is served with; empty for none.
  public var adapters: [String]?
  /// The images in each prompt, in their order.
  public var images: [[PromptImage]]?
  /// Which requests wait for others.
  public var waits: Waits?
  /// How many answers each prompt has, whose requests follow on each other and come together.
  public var samples = 1

  /// The columns that are given.
  public init(
    labels: [String]? = nil, sessions: [String]? = nil, prefixHashes: PrefixHashes? = nil,
    prefixBlockTokens: Int = 16, priorities: [Int]? = nil, clients: [String]? = nil,
    adapters: [String]? = nil, waits: Waits? = nil
  ) {
    self.labels = labels
    self.sessions = sessions
    self.prefixHashes = prefixHashes
    self.prefixBlockTokens = prefixBlockTokens
    self.priorities = priorities
    self.clients = clients
    self.adapters = adapters
    self.waits = waits
  }

  /// The entries of `rows`, in that order; a row may be left out or be taken twice, after which
  /// nobody waits for anybody.
  public func rows(at rows: [Int]) -> Columns {
    var taken = self
    taken.labels = labels?.entries(at: rows)
    taken.sessions = sessions?.entries(at: rows)
    taken.prefixHashes = prefixHashes.map { hashes in PrefixHashes(rows.map { Array(hashes[$0]) }) }
    taken.priorities = priorities?.entries(at: rows)
    taken.clients = clients?.entries(at: rows)
    taken.adapters = adapters?.entries(at: rows)
    taken.images = images?.entries(at: rows)
    taken.waits = waits?.rows(at: rows)
    return taken
  }

  /// Whether each column has an entry for each of `count` requests.
  func fit(_ count: Int) -> Bool {
    let counts: [Int?] = [
      labels?.count, sessions?.count, prefixHashes?.count, priorities?.count, clients?.count,
      adapters?.count, images?.count, waits?.count,
    ]
    return counts.allSatisfy { $0 == nil || $0 == count }
  }
}

extension Array {
  fileprivate func entries(at rows: [Int]) -> [Element] { rows.map { self[$0] } }
}
