import Metrics

/// The points of a sweep that differ by nothing but the load, and what is decided by them.
public struct SweepLine: Sendable {
  /// What the load of a point is.
  public enum Load: Sendable, Equatable {
    case rate, clients
    /// The arrivals are as the trace has them.
    case asGiven
  }

  /// The values that tell it from the other lines.
  public var name: String
  /// From the lowest load to the highest: requests a second or clients; nil where the arrivals are
  /// as given.
  public var points: [(load: Double?, row: SweepRow)]

  public init(_ name: String, _ points: [(load: Double?, row: SweepRow)]) {
    self.name = name
    self.points = points
  }

  /// The highest load tried that keeps the objective; nil where none does.
  public var reach: Double? { points.filter { $0.row.isKept == true }.compactMap(\.load).max() }

  /// What its reach lies in: from the highest load that keeps the objective, or none, to the lowest
  /// one above it that does not. Nil where loads or judgements are missing.
  public var range: ClosedRange<Double>? {
    let loads = points.compactMap(\.load)
    let isJudged = points.contains { $0.row.isKept != nil }
    if loads.count < points.count || !isJudged { return nil }
    let kept = reach ?? 0
    return kept...(loads.filter { $0 > kept }.min() ?? .infinity)
  }

  /// The rate up to which it keeps the objective and the requests a second that were served there,
  /// where those are fewer by a tenth: the trace ended before its queue had grown.
  public var backlog: (sent: Double, served: Double)? {
    guard let reach, let served = row(at: reach)?.requestsPerSecond,
      served < 0.9 * reach
    else { return nil }
    return (reach, served)
  }

  /// Its point at `load`.
  public func row(at load: Double?) -> SweepRow? { points.first { $0.load == load }?.row }
}

/// What decides between the lines of a sweep.
public struct SweepDecision: Sendable {
  /// By how far each keeps the objective; nil where loads or judgements are missing.
  public let reach: Ranking?
  /// The load at which the lines are compared, nil where the arrivals are as given, and what tells
  /// them apart there; nil where they have no load in common, or reach decides.
  public let contest: (load: Double?, Contest)?

  /// How far each of `lines` keeps the objective, or where that tells nobody apart, what they show
  /// at one load that all have: the highest that all keep, or the lowest where nobody keeps any. It
  /// is the highest of all where there is nothing to keep.
  public init(_ lines: [SweepLine]) {
    let ranges = lines.map(\.range)
    let isJudged = !ranges.isEmpty && ranges.allSatisfy { $0 != nil }
    reach =
      isJudged ? Ranking(lines.indices, isLowBest: false) { ranges[$0].map { [$0] } } : nil
    contest =
      reach?.decides == true
      ? nil
      : Self.load(lines, isJudged: isJudged).map { load in
        (
          load,
          Contest(lines.map(\.name)) { figure, place in
            [lines[place].row(at: load)?.value(of: figure)]
          }
        )
      }
  }

  /// Whether some lines keep the objective farther than others.
  public var decidesByReach: Bool { reach?.decides == true }

  /// The places of the best and the next, and the load at which that is decided; nil where they are
  /// not told apart.
  public func pair(_ lines: [SweepLine]) -> (best: Int, next: Int, load: Double?)? {
    if let reach, reach.decides { return (reach.best, reach.next[0], lines[reach.best].reach) }
    guard let contest, let ranking = contest.1.decision?.ranking else { return nil }
    return (ranking.best, ranking.next[0], contest.load)
  }

  /// The load to compare at; nil where none is shared, and nil inside where arrivals are as given.
  private static func load(_ lines: [SweepLine], isJudged: Bool) -> Double?? {
    guard let first = lines.first, lines.count > 1 else { return nil }
    let shared = first.points.map(\.load).filter { load in
      lines.allSatisfy { $0.row(at: load) != nil }
    }
    let ascending = shared.sorted { ($0 ?? 0) < ($1 ?? 0) }
    guard isJudged else { return ascending.last.map { Double??.some($0) } ?? nil }
    let kept = ascending.last { load in lines.allSatisfy { $0.row(at: load)?.isKept == true } }
    return (kept ?? ascending.first).map { Double??.some($0) } ?? nil
  }
}
