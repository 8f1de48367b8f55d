import Formats
import Metrics
import Studies

extension ClosingSentence {
  /// What the lines of a sweep come to.
  ///
  /// - Parameters:
  ///   - kind: what the load is.
  ///   - stopped: how many points could not go on.
  public static func sweep(
    _ lines: [SweepLine], _ outcome: SweepOutcome, _ kind: SweepLine.Load, stopped: Int
  ) -> String {
    let count = lines.reduce(0) { $0 + $1.points.count }
    if stopped == count { return "No point could go on to its end." }
    let told =
      outcome.tie.map { tie(lines, $0, kind) }
      ?? sweep(lines, outcome.decision, outcome.robustness.map { unless($0, $1) }, kind)
    let note = stopped == 0 ? "" : "\(stopped) of \(count) points could not go on."
    return [told, note].filter { !$0.isEmpty }.joined(separator: " ")
  }

  /// The same of a decision.
  ///
  /// - Parameters:
  ///   - unless: what that hangs on, as the end of a sentence; nil where it was not asked.
  ///   - kind: what the load is.
  static func sweep(
    _ lines: [SweepLine], _ decision: SweepDecision, _ unless: String? = nil, _ kind: SweepLine.Load
  ) -> String {
    if lines.count == 1 { return alone(lines[0], kind) }
    if let reach = decision.reach, reach.decides {
      return self.reach(lines, reach, unless, kind)
    }
    let head = tied(lines, decision, kind)
    guard let (load, contest) = decision.contest else {
      return head ?? "The lines have no load in common at which they could be compared."
    }
    let told = told(
      contest, unless, among: "lines", at: load.map { "at \(words($0, kind))" })
    // Where reach is told, that all or none meet the objective there is told with it.
    let isTold = head != nil && [0, contest.places.count].contains(contest.meeting?.count ?? 0)
    let parts = isTold ? Array(told.dropFirst()) : told
    return ([head] + parts).compactMap { $0 }.joined(separator: " ")
  }

  /// Two lines of which the better seemed to keep the objective farther, since their points lie at
  /// different loads; the next keeps it where the best does.
  static func tie(
    _ lines: [SweepLine], _ pair: (best: Int, next: Int, load: Double?), _ kind: SweepLine.Load
  ) -> String {
    let place = pair.load.map { "at \(words($0, kind))" } ?? "at the load given"
    return
      "\(lines[pair.best].name) and \(lines[pair.next].name) both meet "
      + "\(objective(lines)) \(place), "
      + "the highest load tried that either meets; the command capacity tells how far each goes."
  }

  /// That lines keep the objective at rates that were not served; nil where none does.
  public static func unserved(_ lines: [SweepLine], _ kind: SweepLine.Load) -> String? {
    if kind != .rate { return nil }
    let clauses = lines.compactMap { line in
      line.backlog.map { rates in
        "\(line.name) serves \(Numbers.significant(rates.served)) of the "
          + "\(Numbers.significant(rates.sent)) requests/s sent"
      }
    }
    if clauses.isEmpty { return nil }
    return
      "At the highest load that meets \(objective(lines)), \(list(clauses)): the trace ends before "
      + "queues have grown, and a longer one may show less."
  }

  static func words(_ load: Double, _ kind: SweepLine.Load) -> String {
    kind == .clients
      ? "\(Numbers.grouped(Int(load))) client\(load == 1 ? "" : "s")"
      : "\(Numbers.significant(load)) requests/s"
  }

  /// What has to be kept, in words.
  private static func objective(_ lines: [SweepLine]) -> String {
    let row = lines.lazy.flatMap(\.points).map(\.row).first { $0.requirement != nil }
    let share = row?.requirement?.attainment.map { Numbers.trimmed($0 * 100) }
    return "the objective" + (share.map { " for \($0) % of the requests" } ?? "")
  }

  /// Who keeps the objective farthest.
  private static func reach(
    _ lines: [SweepLine], _ ranking: Ranking, _ unless: String?, _ kind: SweepLine.Load
  ) -> String {
    func names(_ places: [Int]) -> String { list(places.map { lines[$0].name }) }
    func far(_ places: [Int]) -> String {
      let reaches = places.compactMap { lines[$0].reach }.sorted(by: >)
      guard let first = reaches.first else { return "at none" }
      guard reaches.count == places.count else { return "at none or up to \(words(first, kind))" }
      return "up to " + span(reaches.map { words($0, kind) })
    }
    let verb = ranking.leaders.count == 1 ? "meets" : "meet"
    return "Of the loads tried, \(names(ranking.leaders)) \(verb) "
      + "\(objective(lines)) \(far(ranking.leaders)), "
      + "\(names(ranking.next)), the next, \(far(ranking.next))"
      + (unless.map { ", \($0)" } ?? "") + "."
  }

  /// How far lines keep the objective that it does not tell apart; nil where it judges no runs, or
  /// the loads are as given.
  private static func tied(
    _ lines: [SweepLine], _ decision: SweepDecision, _ kind: SweepLine.Load
  ) -> String? {
    let ranges = lines.compactMap(\.range)
    if ranges.count < lines.count { return nil }
    let reaches = lines.compactMap(\.reach).sorted(by: >)
    if reaches.isEmpty { return "No line meets \(objective(lines)) at any load tried." }
    let far = span(reaches.map { words($0, kind) })
    if reaches.count == lines.count, ranges.allSatisfy({ $0.upperBound == .infinity }) {
      return "Every line meets \(objective(lines)) at the highest load tried, \(far)."
    }
    return "How far the lines meet \(objective(lines)), up to \(far), does not tell them apart."
  }

  /// What one line comes to.
  private static func alone(_ line: SweepLine, _ kind: SweepLine.Load) -> String {
    let rows = line.points.map(\.row)
    let what = objective([line])
    if let reach = line.reach {
      return rows.count == 1
        ? "\(line.name) meets \(what) at \(words(reach, kind)), the only load tried."
        : "Of the loads tried, \(words(reach, kind)) is the highest that meets \(what)."
    }
    if rows.contains(where: { $0.isKept != nil }) {
      let most = rows.filter { $0.requirement?.attainment != nil }
        .compactMap { $0.value(of: .attainment) }.max().map(Numbers.percent)
      let share = most.map { "; at most \($0) do" } ?? ""
      if line.points.contains(where: { $0.load != nil }) {
        return "No load tried meets \(what)\(share)."
      }
      return rows.contains { $0.isKept == true }
        ? "\(line.name) meets \(what) at the load given."
        : "\(line.name) does not meet \(what) at the load given\(share)."
    }
    return rows.count > 1
      ? "There is one line, and nothing to judge it by; give --slo, or several values of an option."
      : "There is nothing to compare; give --slo, or several values of an option."
  }
}
