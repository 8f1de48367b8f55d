import Metrics

/// Schedulers, or lines of a sweep, under the same load, and what tells them apart.
public struct Contest: Sendable, Equatable {
  public var names: [String]
  /// A value a seed, or nil where there is none under some.
  private let values: [[SteadyFigures.Figure: [Double]]]

  /// What decides, in this order: whether the run meets the objective, the share of requests that
  /// keep it, the share that is answered, how near to the objective the run comes or how much room
  /// it leaves, and the end-to-end latency.
  public static let figures: [SteadyFigures.Figure] = [
    .met, .attainment, .answered, .load, .e2e99,
  ]

  /// The contest of `names`; `value` has a value of a figure for each seed, by place.
  public init(_ names: [String], _ value: (SteadyFigures.Figure, Int) -> [Double?]) {
    self.names = names
    values = names.indices.map { place in
      let pairs = Self.figures.compactMap { figure in
        let found = value(figure, place)
        let known = found.compactMap { $0 }
        return known.isEmpty || known.count < found.count ? nil : (figure, known)
      }
      return Dictionary(uniqueKeysWithValues: pairs)
    }
  }

  /// Those that take part: all that have any value.
  public var places: [Int] { names.indices.filter { !values[$0].isEmpty } }

  /// What decides a contest.
  public struct Decision: Sendable, Equatable {
    public var figure: SteadyFigures.Figure
    public var ranking: Ranking
  }

  /// The values of `figure` of the one at `place`, one a seed.
  public func values(_ figure: SteadyFigures.Figure, of place: Int) -> [Double]? {
    values[place][figure]
  }

  /// The mean of the same.
  public func mean(_ figure: SteadyFigures.Figure, of place: Int) -> Double? {
    values(figure, of: place).map { $0.reduce(0, +) / Double($0.count) }
  }

  /// Those that meet the objective under every seed; nil where none of its clauses judges runs.
  public var meeting: [Int]? {
    let judged = places.filter { values[$0][.met] != nil }
    if judged.isEmpty { return nil }
    return judged.filter { values(.met, of: $0)?.allSatisfy { $0 == 1 } ?? false }
  }

  /// Whether requests are judged by an objective.
  public var hasAttainment: Bool { values.contains { $0[.attainment] != nil } }

  /// Those between whom the other figures decide: who meets the objective most surely, or everybody
  /// where that tells nobody apart.
  public var pool: [Int] {
    guard let ranking = ranking(.met, among: places), ranking.decides else { return places }
    return ranking.leaders.sorted()
  }

  /// The first figure that tells the best from any other; nil where none does, or there are no
  /// others.
  public var decision: Decision? {
    let pool = pool
    for figure in Self.figures.dropFirst() {
      if let ranking = ranking(figure, among: pool), ranking.decides {
        return Decision(figure: figure, ranking: ranking)
      }
    }
    guard pool.count < places.count, let ranking = ranking(.met, among: places)
    else { return nil }
    return Decision(figure: .met, ranking: ranking)
  }

  private func ranking(_ figure: SteadyFigures.Figure, among places: [Int]) -> Ranking? {
    Ranking(places, isLowBest: figure.isLowBest, isShare: figure.isShare) { place in
      values(figure, of: place)?.map { $0...$0 }
    }
  }
}
