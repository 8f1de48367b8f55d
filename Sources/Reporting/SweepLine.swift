import Metrics
import Studies

/// The points of a sweep that differ by nothing but the load, and what is decided by them.
public struct SweepLine: Sendable {
  /// What the load of a point is.
  public enum Load: Sendable, Equatable {
    case rate, clients
    /// The arrivals are as the trace has them.
    case asGiven

    /// The title of an axis for it.
    var title: String {
      switch self {
      case .rate: "Requests a second sent"
      case .clients: "Clients"
      case .asGiven: "Requests a second served"
      }
    }
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
  var reach: Double? { points.filter { $0.row.isMet == true }.compactMap(\.load).max() }

  /// Which of several lines does best, and by what.
  public enum Decision: Sendable, Equatable {
    /// It keeps the objective up to a load that the next does not reach.
    case reach(best: Int, next: Int, load: Double)
    /// At one load, its `figure` is the best.
    case figure(Figure, best: Int, next: Int, load: Double?)

    /// The places of the best line and of the next.
    public var places: (best: Int, next: Int) {
      switch self {
      case .reach(let best, let next, _), .figure(_, let best, let next, _): (best, next)
      }
    }

    /// The load at which it is decided.
    public var load: Double? {
      switch self {
      case .reach(_, _, let load): load
      case .figure(_, _, _, let load): load
      }
    }
  }

  /// What is compared at one load.
  public enum Figure: CaseIterable, Sendable {
    /// The share of requests that keep the objective.
    case attainment
    /// The 99th percentile of the end-to-end latency, in seconds.
    case latency

    /// Its value in `row`, the lower the better; nil where the row has none.
    public func cost(of row: SweepRow) -> Double? {
      switch self {
      case .attainment: row.figure("slo", "attainment").map { 1 - $0 }
      case .latency: row.figure("seconds", "e2e", "p99")
      }
    }
  }

  /// What decides between `lines`: how far each keeps the objective, or where that tells nothing,
  /// the share of requests that keep it or, at last, the end-to-end latency, both at the highest
  /// load that all have. Nil where none tells anything, or there are not several lines.
  public static func decision(_ lines: [SweepLine]) -> Decision? {
    let reaches = lines.indices.map { (place: $0, reach: lines[$0].reach ?? 0) }
      .sorted { ($1.reach, $0.place) < ($0.reach, $1.place) }
    if let best = reaches.first, best.reach > 0,
      let next = reaches.first(where: { $0.reach < best.reach })
    {
      return .reach(best: best.place, next: next.place, load: best.reach)
    }
    guard lines.count > 1, let shared = sharedLoad(lines) else { return nil }
    for figure in Figure.allCases {
      let values = lines.indices.compactMap { place in
        lines[place].points.first { $0.load == shared.load }.flatMap { figure.cost(of: $0.row) }
          .map { (place: place, cost: $0) }
      }.sorted { ($0.cost, $0.place) < ($1.cost, $1.place) }
      let margin = figure == .latency ? 0.01 * (values.first?.cost ?? 0) : 0.01
      guard let best = values.first,
        let next = values.first(where: { $0.cost > best.cost + margin })
      else { continue }
      return .figure(figure, best: best.place, next: next.place, load: shared.load)
    }
    return nil
  }

  /// The highest load that all lines have.
  private static func sharedLoad(_ lines: [SweepLine]) -> (load: Double?, Void)? {
    let shared = lines[0].points.map(\.load).filter { load in
      lines.allSatisfy { $0.points.contains { $0.load == load } }
    }
    return shared.max { ($0 ?? 0) < ($1 ?? 0) }.map { ($0, ()) }
  }
}

extension ClosingSentence {
  /// Two lines that seemed to keep the objective up to different loads, since their points lie at
  /// different ones; the next keeps it where the best does.
  public static func tie(
    _ lines: [SweepLine], _ decision: SweepLine.Decision, _ kind: SweepLine.Load
  ) -> String {
    let (best, next) = decision.places
    let place = decision.load.map { "at \(words($0, kind))" } ?? "at the load given"
    return
      "\(lines[best].name) and \(lines[next].name) both keep the objective \(place), the highest "
      + "load tried that either keeps; servesim capacity tells how far each goes."
  }

  private static func words(_ load: Double, _ kind: SweepLine.Load) -> String {
    kind == .clients ? "\(Int(load)) clients" : "\(Numbers.significant(load)) requests a second"
  }

  /// What the lines of a sweep come to.
  ///
  /// - Parameter robustness: how far off the cost model may be; nil where it was not asked.
  public static func sweep(
    _ lines: [SweepLine], _ decision: SweepLine.Decision?, _ robustness: Robustness?,
    _ kind: SweepLine.Load
  ) -> String {
    let kept = (robustness.map { ", \(unless($0))" } ?? "") + "."
    func load(_ value: Double) -> String { words(value, kind) }
    switch decision {
    case .reach(let best, let next, let reach):
      let other = lines[next].reach.map { "up to \(load($0))" } ?? "at none"
      return "Of the loads tried, \(lines[best].name) keeps the objective up to \(load(reach)), "
        + "\(lines[next].name), the next, \(other)\(kept)"
    case .figure(let figure, let best, let next, let rate):
      func value(_ place: Int) -> String {
        let row = lines[place].points.first { $0.load == rate }?.row
        return row.flatMap(figure.cost).map { cost in
          figure == .latency ? Numbers.duration(cost) : Numbers.percent(1 - cost)
        } ?? "-"
      }
      let place = rate.map { " at \(load($0))" } ?? ""
      let what = figure == .latency ? "E2E p99" : "the share of requests that keep the objective"
      return "\(lines[best].name) beats \(lines[next].name), the next, in \(what)\(place), "
        + "\(value(best)) against \(value(next))\(kept)"
    case nil:
      if lines.count > 1 { return "The lines are not distinguishable." }
      return lines.first?.reach.map {
        "Of the loads tried, \(load($0)) is the highest that keeps the objective."
      } ?? "There is nothing to compare; give --slo, or several values."
    }
  }
}
