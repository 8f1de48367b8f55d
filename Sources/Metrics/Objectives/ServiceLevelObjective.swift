import Formats
import Serving

/// What a service promises: limits on its latencies, all of which it must keep.
///
/// Written as clauses with commas between: `ttft.p99<2s,tbt.p99<100ms`. A clause with a statistic
/// judges the run by it and every request by the limit; a clause without judges requests only. One
/// that begins with a class, `priority=1:ttft<20s`, is for requests of that priority alone.
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
    /// The class of the requests that it is for, by their priority; nil for all.
    public var priority: Int?
    /// The clause as the user wrote it, without spaces.
    public var description: String

    public init(
      _ metric: LatencyMetric, _ statistic: Statistic? = nil, limit: Nanoseconds,
      includesLimit: Bool = false, priority: Int? = nil, description: String
    ) {
      self.priority = priority
      self.metric = metric
      self.statistic = statistic
      self.limit = limit
      self.includesLimit = includesLimit
      self.description = description
    }

    /// The latency of a request with this priority that is judged; nil where it has none, or is of
    /// another class.
    @inline(__always)
    func nanoseconds(of record: RequestRecord, for request: Request, _ priority: Int?) -> Double? {
      self.priority != nil && self.priority != priority
        ? nil : metric.nanoseconds(of: record, for: request)
    }

    /// The same of all requests that have it.
    func nanoseconds(on trace: Trace, _ records: [RequestRecord]) -> [Double] {
      trace.requests.indices.compactMap { row in
        nanoseconds(
          of: records[row], for: trace.requests[row], trace.columns.priorities?[row])
      }
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
  ///
  /// - Parameter priority: its class; nil where it has none.
  public func isAttained(
    by record: RequestRecord, of request: Request, _ priority: Int? = nil
  ) -> Bool {
    record.isCompleted
      && clauses.allSatisfy { clause in
        clause.nanoseconds(of: record, for: request, priority).map(clause.allows) ?? true
      }
  }

  /// How many requests behind the first `warmUp` attain it.
  func attaining(on trace: Trace, _ records: [RequestRecord], warmUp: Int = 0) -> Int {
    guard let priorities = trace.columns.priorities else {
      return zip(trace.requests, records).dropFirst(warmUp).count { isAttained(by: $1, of: $0) }
    }
    return trace.requests.indices.dropFirst(warmUp).count { row in
      isAttained(by: records[row], of: trace.requests[row], priorities[row])
    }
  }

  /// The classes that it has clauses for, the most urgent first.
  public var priorities: [Int] { Set(clauses.compactMap(\.priority)).sorted() }

  /// Refuses classes that no request of `trace` is of.
  public func check(on trace: Trace) throws(InputError) {
    if priorities.isEmpty { return }
    let known = Set(trace.columns.priorities ?? [])
    guard let missing = priorities.first(where: { !known.contains($0) }) else { return }
    let there = known.sorted().prefix(8).map(String.init).joined(separator: ", ")
    throw InputError(
      "--slo",
      problem: known.isEmpty
        ? "the trace has no priorities, so that no request is of class \(missing)"
        : "no request has the priority \(missing)",
      remedy: known.isEmpty
        ? "give it a column priority, or leave out priority=\(missing):" : "there are \(there)")
  }
}
