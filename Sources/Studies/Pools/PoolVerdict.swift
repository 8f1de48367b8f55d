import Metrics

/// Whether prefill and decode on GPUs apart serve better than as many GPUs together.
///
/// The ratio is chosen under the first seed and compared under those that follow, so that having
/// been chosen does not flatter it; where nothing is drawn, both are of the one run that there is.
public struct PoolVerdict: Sendable {
  /// What is compared.
  public enum Measure: Sendable, Equatable {
    /// A figure of runs.
    case figure(SteadyFigures.Figure)
    /// The highest rate that keeps the objective, in requests a second.
    case capacity
  }

  /// How one of the two stands to the other in a measure.
  public struct Difference: Sendable {
    public var measure: Measure
    /// Means over the seeds.
    public var apart: Double
    public var together: Double
    /// By how much those apart are better; below zero where they are worse.
    public var lead: Lead
    /// Whether the worse can be told from the better.
    public var isCertain: Bool
  }

  /// What it comes to.
  public enum Outcome: String, Sendable {
    case pays, loses
    /// The two cannot be told apart.
    case open
  }

  /// The GPUs of either.
  public var gpus: Int
  /// What else tells the case from others, in words; empty where nothing does.
  public var others: String
  /// Requests a second; nil where arrivals are as given, or the rate is what is compared.
  public var load: Double?
  /// The best of the ratios, and how many there were.
  public var apart: PoolCounts
  public var ratios: Int
  /// The best of what does all on as many GPUs.
  public var together: PoolCounts
  /// The seeds that the two are compared under.
  public var seeds: Int
  /// In every measure that both have, in the order in which they are shown.
  public var differences: [Difference] = []
  /// What decides; nil where nothing does.
  public var decisive: Difference?
  /// How far off costs may be before that falls, and what is known of how far they are; nil where
  /// it was not asked.
  public internal(set) var robustness: (Robustness, ModelError)?

  /// What it comes to.
  public var outcome: Outcome {
    guard let decisive else { return .open }
    return decisive.lead.mean > 0 ? .pays : .loses
  }
}

extension PoolVerdict {
  /// Compares in the figures of runs, the first that tells the two apart decides.
  mutating func judge(_ value: (SteadyFigures.Figure, _ isApart: Bool) -> [Double?]) {
    let contest = Contest(["", ""]) { figure, place in value(figure, place == 0) }
    for figure in SteadyFigures.Figure.allCases {
      let (apart, together) = (known(value(figure, true)), known(value(figure, false)))
      guard let apart, let together else { continue }
      differences.append(
        Self.difference(
          .figure(figure), apart.map { $0...$0 }, together.map { $0...$0 },
          isLowBest: figure.isLowBest, isShare: figure.isShare))
    }
    guard let figure = contest.decision?.figure else { return }
    decisive = differences.first { $0.measure == .figure(figure) }
  }

  /// Compares in the highest rates that keep an objective, a range a seed.
  mutating func judge(_ apart: [ClosedRange<Double>], _ together: [ClosedRange<Double>]) {
    let difference = Self.difference(.capacity, apart, together, isLowBest: false)
    differences = [difference]
    if difference.isCertain { decisive = difference }
  }

  /// `values`, if all are there.
  private func known(_ values: [Double?]) -> [Double]? {
    let known = values.compactMap { $0 }
    return known.isEmpty || known.count < values.count ? nil : known
  }

  private static func difference(
    _ measure: Measure, _ apart: [ClosedRange<Double>], _ together: [ClosedRange<Double>],
    isLowBest: Bool, isShare: Bool = false
  ) -> Difference {
    let both = [apart, together]
    let ranking = Ranking(both.indices, isLowBest: isLowBest, isShare: isShare) { both[$0] }
    return Difference(
      measure: measure, apart: Ranking.mean(apart), together: Ranking.mean(together),
      lead: Lead(of: apart, over: together, isLowBest: isLowBest, isShare: isShare),
      isCertain: ranking?.decides ?? false)
  }

  /// The best of `places` by the figures of one run each; nil where there is none.
  static func best(
    of places: [Int], _ value: (SteadyFigures.Figure, Int) -> Double?
  ) -> Int? {
    let contest = Contest(places.map { "\($0)" }) { figure, place in
      [value(figure, places[place])]
    }
    if let decision = contest.decision { return places[decision.ranking.best] }
    let ranking = Ranking(places, isLowBest: true) { place in
      value(.e2e99, place).map { [$0...$0] }
    }
    return ranking?.best ?? places.first
  }
}
