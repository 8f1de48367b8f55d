/// How much each replica has to do, as far as a router that counts can know.
public struct ReplicaLoads: Sendable {
  /// A replica's load and when it last got more, both smaller first.
  private struct Load: Comparable, Sendable {
    var amount: Int
    var turn: Int

    static func < (a: Load, b: Load) -> Bool {
      a.amount == b.amount ? a.turn < b.turn : a.amount < b.amount
    }
  }

  /// What a replica that takes no requests has to do besides, which is more than any can have.
  private static let closed = Int.max / 2
  private var tree: MinimumTree<Load>
  private var turns: Int

  /// Replicas with nothing to do, the first of which is first to get something.
  public init(replicas: Int) {
    tree = MinimumTree(Load(amount: Int.max, turn: Int.max), count: replicas)
    for index in 0..<replicas { tree[index] = Load(amount: 0, turn: index) }
    turns = replicas
  }

  /// The replica with the least to do; of equal ones, that which got something the longest ago.
  public var least: Int { tree.place }

  /// What the least loaded replica has to do.
  public var leastAmount: Int { tree.least.amount }

  /// What `replica` has to do.
  public subscript(replica: Int) -> Int {
    let amount = tree[replica].amount
    return amount >= Self.closed / 2 ? amount - Self.closed : amount
  }

  /// Gives `replica` so much more to do, now.
  public mutating func add(_ amount: Int, to replica: Int) {
    tree[replica] = Load(amount: tree[replica].amount + amount, turn: turns)
    turns += 1
  }

  /// Takes so much off what `replica` has to do.
  public mutating func remove(_ amount: Int, from replica: Int) {
    let load = tree[replica]
    tree[replica] = Load(amount: load.amount - amount, turn: load.turn)
  }

  /// Whether `replica` takes requests.
  public func takesRequests(_ replica: Int) -> Bool { tree[replica].amount < Self.closed / 2 }

  /// Has `replica` take requests, or no more.
  public mutating func set(_ replica: Int, takesRequests: Bool) {
    guard takesRequests != self.takesRequests(replica) else { return }
    let load = tree[replica]
    tree[replica] = Load(
      amount: load.amount + (takesRequests ? -Self.closed : Self.closed), turn: load.turn)
  }
}
