import Serving

/// How the pools of a fleet were used, and what was handed over between them.
public struct PoolUse: Sendable, Equatable {
  /// One pool.
  public struct Pool: Sendable, Equatable {
    public var name: String
    public var role: String
    public var replicas: Int
    public var memory: MemoryUse
    /// Iterations, and how many sequences and tokens were in them on average.
    public var iterations: Int
    public var meanSequences: Double
    public var meanTokens: Double
    /// The share of the run in which a replica computed.
    public var busyShare: Double
  }

  /// In their order, those that requests come to first.
  public var pools: [Pool]
  /// What was handed over; nil where nothing is.
  public var transfers: TransferUse?

  /// The use over a run of `spanSeconds`; nil where there is one pool.
  ///
  /// - Parameter pools: what reports call each pool, what it does, and how many replicas it has.
  public init?(
    _ timeline: Timeline, pools names: [(name: String, role: String, replicas: Int)],
    spanSeconds: Double
  ) {
    guard names.count > 1, timeline.pools.count == names.count else { return nil }
    pools = zip(names, timeline.pools).map { name, occupancy in
      let time = spanSeconds * Double(name.replicas)
      return Pool(
        name: name.name, role: name.role, replicas: name.replicas, memory: MemoryUse(occupancy),
        iterations: occupancy.iterations, meanSequences: occupancy.meanSequences,
        meanTokens: occupancy.meanTokens,
        busyShare: time > 0 ? occupancy.busy.seconds / time : 0)
    }
    transfers = timeline.transfers
  }

  /// The mean time of a transfer, in seconds.
  public var meanTransferSeconds: Double? {
    transfers.flatMap { $0.count > 0 ? $0.time.seconds / Double($0.count) : nil }
  }

  /// The figures by name, in the order in which reports show them.
  public var values: [NamedValue] {
    pools.flatMap { pool in
      let section = "pool_\(pool.name)"
      return [
        NamedValue(section, "replicas", .count(pool.replicas)),
        NamedValue(section, "busy_share", .real(pool.busyShare)),
        NamedValue(section, "iterations", .count(pool.iterations)),
        NamedValue(section, "mean_sequences", .real(pool.meanSequences)),
        NamedValue(section, "mean_tokens", unit: "tokens", .real(pool.meanTokens)),
        NamedValue(section, "mean_memory_share", .real(pool.memory.meanShare)),
        NamedValue(section, "peak_memory_share", .real(pool.memory.peakShare)),
      ]
    }
      + (transfers.map { transfers in
        [
          NamedValue("transfers", "count", .count(transfers.count)),
          NamedValue("transfers", "tokens", unit: "tokens", .count(transfers.tokens)),
          NamedValue("transfers", "bytes", unit: "B", .real(transfers.bytes)),
          NamedValue(
            "transfers", "mean_seconds", unit: "s", NamedValue.Value(meanTransferSeconds)),
          NamedValue("transfers", "most_at_once", .count(transfers.mostAtOnce)),
        ]
      } ?? [])
  }
}
