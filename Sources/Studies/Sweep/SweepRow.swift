import Formats
import Metrics

/// One point of a sweep: what was run there, and what came of it.
public struct SweepRow: Sendable, Equatable {
  /// The name of the point by its content.
  public let key: String
  /// The scheduler that it is of, with its options.
  public let scheduler: String
  /// What was set for the run, in the order in which reports show it.
  public let settings: [Run.Setting]
  /// How many replicas each pool had; nil where there were no pools.
  public internal(set) var pools: PoolCounts?
  /// The figures of the run by name; none where it could not go on. They have no units, which no
  /// file keeps.
  public let figures: [NamedValue]
  /// Nil where there is no service level objective.
  public let verdict: Verdict?
  /// Why the run could not go on, where it did not.
  public let stopped: String?

  /// The row of a point, which goes by `key`.
  public init(
    key: String, scheduler: String, settings: [Run.Setting] = [], figures: [NamedValue] = [],
    verdict: Verdict? = nil, stopped: String? = nil
  ) {
    self.key = key
    self.scheduler = scheduler
    self.settings = settings
    self.figures = figures.map { NamedValue($0.section, $0.name, $0.value) }
    self.verdict = verdict
    self.stopped = stopped
  }

  /// The row of `run`, which goes by `key`.
  public init(key: String, _ run: Run) {
    self.init(
      key: key, scheduler: run.scheduler, settings: run.settings, figures: run.metrics.values,
      verdict: run.verdict)
  }

  /// The row of a point, which goes by `key`, at which the run could not go on.
  public init(key: String, _ run: StoppedRun) {
    self.init(key: key, scheduler: run.scheduler, settings: run.settings, stopped: run.reason)
  }

  /// Whether the service level objective was met, where there is one that judges runs.
  public var isMet: Bool? { verdict?.isMet }

  /// What has to be kept, where there is an objective.
  public var requirement: Requirement? {
    verdict.map { Requirement(ServiceLevelObjective($0.clauses.map(\.clause))) }
  }

  /// Whether that is kept, as a capacity has it: where no clause judges runs, by 99 % of the
  /// requests.
  public var isKept: Bool? {
    guard let requirement, let verdict else { return nil }
    return requirement.isKept(by: verdict)
  }

  /// All figures, the verdict's too.
  public var values: [NamedValue] { figures + (verdict?.values ?? []) }

  /// The figure called `name` in `section`; nil where there is none.
  public func value(_ section: String, _ name: String) -> Double? {
    switch values.first(where: { $0.section == section && $0.name == name })?.value {
    case .count(let count): Double(count)
    case .real(let real): real
    case .missing, nil: nil
    }
  }

  /// A latency in seconds; nil where no request has it.
  public func seconds(_ metric: LatencyMetric, _ statistic: Statistic) -> Double? {
    value(metric.key, "\(statistic.name)_seconds")
  }

  /// The requests a second that were served.
  public var requestsPerSecond: Double? { value("throughput", "requests_per_second") }

  /// The value of a figure that decides contests; nil where the row has none.
  public func value(of figure: SteadyFigures.Figure) -> Double? {
    switch figure {
    case .met: isKept.map { $0 ? 1 : 0 }
    case .attainment: verdict?.attainment
    case .load: verdict?.load
    case .answered:
      value("requests", "total").flatMap { total in
        value("requests", "completed").flatMap { total > 0 ? $0 / total : nil }
      }
    case .e2e99: seconds(.e2e, .percentile(99))
    case .ttftMean: seconds(.ttft, .mean)
    case .ttft99: seconds(.ttft, .percentile(99))
    case .tpot99: seconds(.tpot, .percentile(99))
    }
  }
}

extension SweepRow: LedgerRow {
  /// The scheduler, the settings, the figures and the verdict.
  public var members: [JSONValue.Member] {
    var members: [JSONValue.Member] = [
      .init("scheduler", .string(scheduler)), .init("settings", settings.json),
    ]
    if let pools { members.append(.init(PoolAxis.name, pools.json)) }
    if let stopped { members.append(.init("stopped", .string(stopped))) }
    members += figures.json
    if let verdict { members.append(.init("slo", verdict.json)) }
    return members
  }

  public init?(key: String, members: [JSONValue.Member]) {
    let value = JSONValue.object(members)
    guard case .string(let scheduler)? = value["scheduler"],
      let settings = value["settings"].flatMap({ [Run.Setting](json: $0) })
    else { return nil }
    let others = ["scheduler", "settings", PoolAxis.name, "stopped", "slo"]
    guard let figures = [NamedValue](json: members.filter { !others.contains($0.name) }) else {
      return nil
    }
    var stopped: String?
    if case .string(let text)? = value["stopped"] { stopped = text }
    self.init(
      key: key, scheduler: scheduler, settings: settings, figures: figures,
      verdict: value["slo"].flatMap(Verdict.init), stopped: stopped)
    pools = value[PoolAxis.name].flatMap(PoolCounts.init)
  }
}
