import Serving

/// What a service promises: limits on its latencies, all of which it must keep.
///
/// Written as clauses with commas between: `ttft.p99<2s,tbt.p99<100ms`. A clause with a statistic
/// judges the run by it and every request by the limit; a clause without judges requests only.
public struct ServiceLevelObjective: Sendable, Equatable, CustomStringConvertible {
  /// One limit on one latency.
  public struct Clause: Sendable, Equatable, CustomStringConvertible {
    public var metric: LatencyMetric
    /// What the run is judged by, or nil where only requests are judged.
    public var statistic: Statistic?
    /// The longest time allowed.
    public var limit: Nanoseconds
    /// Whether the limit itself is allowed: `<=` rather than `<`.
    public var includesLimit: Bool
    /// The clause as the user wrote it, without spaces.
    public var description: String

    public init(
      _ metric: LatencyMetric, _ statistic: Statistic? = nil, limit: Nanoseconds,
      includesLimit: Bool = false, description: String
    ) {
      self.metric = metric
      self.statistic = statistic
      self.limit = limit
      self.includesLimit = includesLimit
      self.description = description
    }

    /// Whether `nanoseconds` keeps the limit.
    public func allows(_ nanoseconds: Double) -> Bool {
      includesLimit ? nanoseconds <= Double(limit) : nanoseconds < Double(limit)
    }
  }

  /// At least one.
  public var clauses: [Clause]

  public init(_ clauses: [Clause]) {
    precondition(!clauses.isEmpty, "an objective has a clause")
    self.clauses = clauses
  }

  /// What requests are judged by.
  public var metrics: [LatencyMetric] { clauses.map(\.metric) }

  public var description: String { clauses.map(\.description).joined(separator: ",") }

  /// Whether one request attains the objective.
  ///
  /// It does if it was completed and, for every clause, with a statistic or without, its own
  /// latency keeps the limit: its TTFT, its longest gap (TBT), its TPOT, its end-to-end latency,
  /// its scheduling delay. An output of one token has neither TBT nor TPOT and keeps every limit
  /// on them.
  public func isAttained(by record: RequestRecord, of request: Request) -> Bool {
    record.isCompleted
      && clauses.allSatisfy { clause in
        clause.metric.nanoseconds(of: record, for: request).map(clause.allows) ?? true
      }
  }
}
