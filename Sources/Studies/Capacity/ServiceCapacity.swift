import Metrics

/// What the searches of one service found, a bracket a seed.
public struct ServiceCapacity: Sendable, Equatable {
  /// A rate that was tried.
  public struct Try: Sendable, Equatable {
    /// In requests a second.
    public var rate: Double
    /// The largest of the objective's figures as a multiple of its limit.
    public var load: Double

    public init(rate: Double, load: Double) {
      self.rate = rate
      self.load = load
    }
  }

  /// The scheduler's name with its options.
  public var scheduler: String
  public var settings: [Run.Setting]
  /// In the order of the seeds; none where a run could not go on.
  public var brackets: [CapacitySearch.Bracket]
  /// Those of the first seed, from the lowest rate to the highest.
  public var tries: [Try]
  /// The requests that are served of a backlog in a second; zero where that is not known.
  public var backlogRate: Double
  /// Dollars for a million output tokens at the mean capacity, which pay for all GPUs alone; nil
  /// where no price is known or no rate is kept.
  public internal(set) var dollarsPerMillion: Double?
  /// The requests a second that were served to the last token at the highest rates that are kept;
  /// nil where under some seed no rate is kept.
  public internal(set) var servedRate: Double?
  /// What the GPUs took at the highest rates that are kept, of all seeds together; nil where it is
  /// not known what they draw, or under some seed no rate is kept.
  public internal(set) var energy: Energy?
  /// Whether each seed has requests of its own, drawn from those of the trace.
  public internal(set) var isBootstrapped = false
  /// The GPUs of a fleet of pools; nil where there are none.
  public var gpus: Int?
  /// Why a run could not go on, where one did not.
  public var stopped: StoppedRun?

  public init(
    scheduler: String, settings: [Run.Setting], brackets: [CapacitySearch.Bracket],
    tries: [Try] = [], backlogRate: Double = 0
  ) {
    precondition(!brackets.isEmpty, "a search has a seed")
    self.scheduler = scheduler
    self.settings = settings
    self.brackets = brackets
    self.tries = tries
    self.backlogRate = backlogRate
  }

  /// The capacity of a service whose run could not go on: none.
  public init(_ stopped: StoppedRun) {
    scheduler = stopped.scheduler
    settings = stopped.settings
    (brackets, tries, backlogRate) = ([], [], 0)
    self.stopped = stopped
  }

  /// The highest rate that kept the objective, in requests a second: its mean over seeds; zero
  /// where none did, or a run could not go on.
  public var mean: Double { brackets.isEmpty ? 0 : Estimate(brackets.map(\.kept)).mean }

  /// What holds the true mean 95 times in 100 (Student), widened by what the searches leave open;
  /// what the search leaves open alone under one seed. Nil where there are no searches.
  ///
  /// Where requests were drawn from those of the trace, seeds differ among themselves as the trace
  /// does from the long run of such requests, however many seeds there are; so the interval is as
  /// wide as seeds are spread, and not as their mean is, and holds the long run's capacity (the
  /// bootstrap's standard error: Efron, "Bootstrap Methods", 1979).
  public var interval: ClosedRange<Double>? {
    if brackets.isEmpty { return nil }
    let count = Double(brackets.count)
    let chance = Estimate(brackets.map(\.kept)).halfWidth
    let width = chance.isFinite ? chance * (isBootstrapped ? count.squareRoot() : 1) : 0
    let high = brackets.reduce(0) { $0 + $1.range.upperBound } / count
    return max(0, mean - width)...(high + width)
  }

  /// Whether every rate that was tried kept the objective, for some seed: the capacity is at least
  /// what was found, and how much it is, is not known.
  public var isUnbounded: Bool { brackets.contains { $0.missed == nil } }

  /// What it reaches under each seed; nil where a run could not go on.
  public var ranges: Ranking.Values { brackets.isEmpty ? nil : brackets.map(\.range) }

  /// What this one reaches over `other`, seed by seed.
  public func lead(over other: ServiceCapacity) -> Lead? {
    guard let own = ranges, let others = other.ranges else { return nil }
    return Lead(of: own, over: others, isLowBest: false)
  }
}

extension Ranking {
  /// Who reaches the most; nil where nobody keeps the objective.
  public init?(_ capacities: [ServiceCapacity]) {
    self.init(capacities.indices, isLowBest: false) { capacities[$0].ranges }
  }
}
