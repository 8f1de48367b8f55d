import Serving

/// What became of replicas that fail, come and go.
public struct FleetUse: Sendable, Equatable {
  /// How often a replica failed that served.
  public var failures: Int
  /// How often a replica was ordered, and given back, after the beginning.
  public var orders: Int
  public var returns: Int
  /// The most replicas that were ordered at once.
  public var mostReplicas: Int
  /// Time for which replicas were ordered, from the order, and were down, summed over replicas.
  public var replicaSeconds: Double
  public var downSeconds: Double
  /// What the ordered replicas cost, in US dollars; nil where no price is known.
  public var dollars: Double?

  /// Nil where all replicas serve all the time.
  public init?(timeline: Timeline) {
    guard let counts = timeline.upkeep else { return nil }
    failures = counts.failures
    (orders, returns) = (counts.orders, counts.returns)
    mostReplicas = counts.most
    replicaSeconds = counts.ordered.seconds
    downSeconds = counts.down.seconds
  }

  /// The figures by name, in the order in which reports show them.
  public var values: [NamedValue] {
    [
      NamedValue("fleet", "failures", .count(failures)),
      NamedValue("fleet", "orders", .count(orders)),
      NamedValue("fleet", "returns", .count(returns)),
      NamedValue("fleet", "most_replicas", .count(mostReplicas)),
      NamedValue("fleet", "replica_seconds", unit: "s", .real(replicaSeconds)),
      NamedValue("fleet", "down_seconds", unit: "s", .real(downSeconds)),
    ] + (dollars.map { [NamedValue("fleet", "dollars", unit: "$", .real($0))] } ?? [])
  }
}
