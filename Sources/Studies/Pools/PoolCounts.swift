import Formats
import Serving

/// How many replicas each pool of a fleet has, such as `prefill=2,decode=4`.
public struct PoolCounts: Sendable, Equatable {
  /// One pool.
  public struct Count: Sendable, Equatable {
    /// What the pool is called.
    public var pool: String
    public var replicas: Int

    public init(_ pool: String, _ replicas: Int) {
      (self.pool, self.replicas) = (pool, replicas)
    }
  }

  /// In the order of the pools.
  public var counts: [Count]

  public init(_ counts: [Count]) { self.counts = counts }

  /// So many replicas in one pool that does all of a request.
  public init(together replicas: Int) {
    counts = [Count(Pool.Role.both.rawValue, replicas)]
  }

  /// The replicas of all pools.
  public var replicas: Int { counts.reduce(0) { $0 + $1.replicas } }

  /// Whether there are several pools.
  public var isApart: Bool { counts.count > 1 }

  /// As a user writes it.
  public var text: String { counts.map { "\($0.pool)=\($0.replicas)" }.joined(separator: ",") }

  /// A member a pool.
  public var json: JSONValue {
    .object(counts.map { .init($0.pool, .integer($0.replicas)) })
  }

  /// The counts that `json` has; nil where it has others.
  init?(json: JSONValue) {
    guard case .object(let members) = json else { return nil }
    counts = members.compactMap { member in member.value.whole.map { Count(member.name, $0) } }
    if counts.count < members.count { return nil }
  }
}

/// Which numbers of replicas each pool is to have, as `prefill=1..6,decode=1..6`.
struct PoolRanges: Sendable {
  /// A pool by its name, and its numbers.
  var ranges: [(pool: String, replicas: ClosedRange<Int>)] = []

  private static let most = 10_000.0

  /// What `given` says of the pools of `fleet`.
  init(_ given: GivenValue, among fleet: PooledDeployment) throws(InputError) {
    try self.init(given)
    let names = fleet.pools.map(\.name)
    for (pool, _) in ranges where !names.contains(pool) {
      throw given.mistake(
        "there is no pool \(quoted(pool))", "give one of \(names.joined(separator: ", "))")
    }
    if count > Self.most {
      throw given.mistake(
        "there are \(count) combinations", "give ranges that multiply to at most \(Self.most)")
    }
  }

  init(_ given: GivenValue) throws(InputError) {
    for piece in try given.list() {
      let parts = piece.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      let ends = parts.count == 2 ? parts[1].split(separator: ".").map(String.init) : []
      let numbers = ends.compactMap { Int($0) }
      guard let low = numbers.first, let high = numbers.last, numbers.count == ends.count,
        parts[1] == "\(low)" || parts[1] == "\(low)..\(high)", !parts[0].isEmpty
      else {
        throw given.mistake(
          "\(quoted(piece)) is no range of replicas", "give POOL=FROM..TO, as prefill=1..6")
      }
      if low < 1 || high < low {
        throw given.mistake(
          "\(quoted(piece)) has no number of replicas", "give one from 1 up to a higher one")
      }
      if ranges.contains(where: { $0.pool == parts[0] }) {
        throw given.mistake("the pool \(quoted(parts[0])) stands twice", "name each once")
      }
      ranges.append((parts[0], low...high))
    }
  }

  /// Every combination; the last pool changes first.
  var all: [PoolCounts] {
    ranges.reduce([PoolCounts([])]) { rows, range in
      rows.flatMap { row in
        range.replicas.map { PoolCounts(row.counts + [.init(range.pool, $0)]) }
      }
    }
  }

  /// Every combination for the pools `names`, with one replica in each that is not named here.
  func all(of names: [String]) -> [PoolCounts] {
    all.map { row in
      PoolCounts(
        names.map { name in row.counts.first { $0.pool == name } ?? .init(name, 1) })
    }
  }

  /// How many there are.
  private var count: Double { ranges.reduce(1) { $0 * Double($1.replicas.count) } }
}
