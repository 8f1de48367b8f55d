import Serving

/// Whether a run kept a service level objective, and how many of its requests did.
public struct Verdict: Sendable, Equatable {
  /// What became of one clause.
  public struct ClauseVerdict: Sendable, Equatable {
    public var clause: ServiceLevelObjective.Clause
    /// The value of the clause's statistic, in seconds; nil where it has none or no request has the
    /// latency.
    public var valueSeconds: Double?
    /// Whether the run keeps the clause; nil where the clause judges only requests.
    ///
    /// Where no request has the latency, the clause is kept if any request was completed. A request
    /// whose client gave it up, or that was lost, counts as slower than any other.
    public var isMet: Bool?

    /// A clause, and what became of it.
    public init(clause: ServiceLevelObjective.Clause, valueSeconds: Double?, isMet: Bool?) {
      self.clause = clause
      self.valueSeconds = valueSeconds
      self.isMet = isMet
    }
  }

  /// One for every clause, in the order of the objective.
  public var clauses: [ClauseVerdict]
  /// Requests that attain the objective.
  public var attaining: Int
  /// The share of all requests, refused ones included, that attain it; nil for an empty trace.
  public var attainment: Double?
  /// Requests that attain it, a second from the first arrival to the last finish.
  public var goodputPerSecond: Double
  /// What became of each class, the most urgent first; none where no clause is of a class.
  public var classes: [ClassAttainment]
  /// How near the run came to the objective, as `Requirement.load` has it; nil where nothing tells.
  public var load: Double?

  /// A verdict of what was counted.
  public init(
    clauses: [ClauseVerdict], attaining: Int, attainment: Double?, goodputPerSecond: Double,
    classes: [ClassAttainment] = [], load: Double? = nil
  ) {
    self.load = load
    self.classes = classes
    self.clauses = clauses
    self.attaining = attaining
    self.attainment = attainment
    self.goodputPerSecond = goodputPerSecond
  }

  /// Whether the run keeps every clause that judges it; nil where none does.
  public var isMet: Bool? {
    let judgements = clauses.compactMap(\.isMet)
    return judgements.isEmpty ? nil : judgements.allSatisfy { $0 }
  }

  /// The objective as its clauses were written.
  public var objective: String {
    clauses.map(\.clause.description).joined(separator: ",")
  }

  /// The figures by name.
  public var values: [NamedValue] { valuesOfAll + classes.map(\.value) }

  /// Those of all requests together.
  var valuesOfAll: [NamedValue] {
    [
      NamedValue("slo", "attaining_requests", .count(attaining)),
      NamedValue("slo", "attainment", NamedValue.Value(attainment)),
      NamedValue(
        "slo", "goodput_requests_per_second", unit: "requests/s", .real(goodputPerSecond)),
    ]
  }
}

extension ServiceLevelObjective {
  /// Judges a run, of which `metrics` are the metrics.
  public func verdict(on trace: Trace, _ timeline: Timeline, _ metrics: RunMetrics) -> Verdict {
    let attaining = attaining(on: trace, timeline.records)
    let span = metrics.throughput.spanSeconds
    let judged = clauses.map { judge($0, trace, timeline, metrics) }
    return Verdict(
      clauses: judged, attaining: attaining,
      attainment: trace.count == 0 ? nil : Double(attaining) / Double(trace.count),
      goodputPerSecond: span > 0 ? Double(attaining) / span : 0,
      classes: classes(trace, timeline.records),
      load: Requirement(self).load(judged, trace, timeline))
  }

  private func judge(
    _ clause: Clause, _ trace: Trace, _ timeline: Timeline, _ metrics: RunMetrics
  ) -> Verdict.ClauseVerdict {
    guard let statistic = clause.statistic else {
      return Verdict.ClauseVerdict(clause: clause, valueSeconds: nil, isMet: nil)
    }
    if let priority = clause.priority {
      return judge(clause, statistic, trace, timeline.records, of: priority)
    }
    let gaveUp = (metrics.requests.timedOut ?? 0) + (metrics.requests.lost ?? 0)
    if gaveUp > 0, clause.metric != .tbt {
      return judge(
        clause, statistic, clause.nanoseconds(on: trace, timeline.records), besides: gaveUp)
    }
    var value = metrics[clause.metric].flatMap { $0[statistic] }
    if case .percentile(let share) = statistic, value == nil {
      value = clause.metric.percentile(share, trace: trace, timeline: timeline)
    }
    return judge(clause, value, isMetWithout: metrics.requests.completed > 0)
  }

  /// Judges a clause by the requests of its class alone.
  private func judge(
    _ clause: Clause, _ statistic: Statistic, _ trace: Trace, _ records: [RequestRecord],
    of priority: Int
  ) -> Verdict.ClauseVerdict {
    let own = records.indices.filter { trace.columns.priorities?[$0] == priority }
      .map { records[$0] }
    let samples = clause.nanoseconds(on: trace, records)
    let gaveUp = own.count { $0.timeOut != nil || $0.isLost }
    if gaveUp > 0 { return judge(clause, statistic, samples, besides: gaveUp) }
    return judge(
      clause, Self.value(of: statistic, samples), isMetWithout: own.contains(where: \.isCompleted))
  }

  /// `statistic` of samples in nanoseconds, in seconds; nil where there are none.
  private static func value(of statistic: Statistic, _ samples: [Double]) -> Double? {
    let samples = RequestSamples(nanoseconds: samples)
    let summary = Summary(samples)
    if summary.count == 0 { return nil }
    return switch statistic {
    case .mean: summary.mean / 1e9
    case .max: samples.nanoseconds(summary.greatestKey) / 1e9
    case .percentile(let share): percentiles([share], of: samples, summary)[0] / 1e9
    }
  }

  /// Judges a clause where `gaveUp` requests were given up, which are slower than any of `samples`.
  private func judge(
    _ clause: Clause, _ statistic: Statistic, _ samples: [Double], besides gaveUp: Int
  ) -> Verdict.ClauseVerdict {
    let known = samples.count
    let rank: Double? =
      if case .percentile(let share) = statistic {
        Double(known + gaveUp - 1) * share / 100
      } else { nil }
    guard known > 0, let rank, rank <= Double(known - 1) else {
      return Verdict.ClauseVerdict(clause: clause, valueSeconds: nil, isMet: false)
    }
    let share = known == 1 ? 100 : min(100, rank / Double(known - 1) * 100)
    return judge(clause, Self.value(of: .percentile(share), samples), isMetWithout: false)
  }

  private func judge(
    _ clause: Clause, _ value: Double?, isMetWithout: Bool
  ) -> Verdict.ClauseVerdict {
    let limit = clause.limit.seconds
    let isMet = value.map { clause.includesLimit ? $0 <= limit : $0 < limit }
    return Verdict.ClauseVerdict(
      clause: clause, valueSeconds: value, isMet: isMet ?? isMetWithout)
  }
}
