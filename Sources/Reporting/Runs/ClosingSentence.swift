import Formats
import Metrics
import Studies

/// What a study comes to in a few sentences, with all that it hangs on: chance, and the cost model.
public enum ClosingSentence {
  /// Which of the schedulers of a comparison does best.
  ///
  /// - Parameters:
  ///   - seeds: the figures under one seed or several, of all that served the trace.
  ///   - robustness: how far off the cost model may be; nil where it was not asked.
  ///   - advice: what tells how much of it is chance, as a sentence; nil where nothing would.
  ///   - stopped: those that could not go on.
  public static func compare(
    _ seeds: SeedsReport, _ robustness: Robustness?, _ error: ModelError, advice: String? = nil,
    stopped: [StoppedRun] = []
  ) -> String {
    let contest = seeds.contest
    let told = self.told(
      contest, robustness.map { unless($0, error) }, among: "schedulers",
      under: seeds.figures.first?.count ?? 1)
    let parts = told + [advice, self.stopped(stopped)]
    return parts.compactMap { $0 }.joined(separator: " ")
  }

  /// That some were not compared, and why; nil where all were.
  static func stopped(_ runs: [StoppedRun]) -> String? {
    if runs.isEmpty { return nil }
    return "\(list(runs.map(\.scheduler))) could not go on, and "
      + (runs.count == 1 ? "is" : "are") + " compared with nobody."
  }

  /// Who does best in a contest, in sentences.
  ///
  /// - Parameters:
  ///   - unless: what that hangs on, as the end of a sentence.
  ///   - kind: what takes part, in the plural.
  ///   - seeds: how many there were.
  ///   - place: at which load, if that is to be said.
  static func told(
    _ contest: Contest, _ unless: String?, among kind: String, under seeds: Int = 1,
    at place: String? = nil
  ) -> [String?] {
    if contest.places.count < 2 { return contest.places.map { alone(contest, $0, under: seeds) } }
    let end = (unless.map { ", \($0)" } ?? "") + "."
    guard let decision = contest.decision else {
      let others = contest.meeting == nil ? "The \(kind) are" : "In other figures they are"
      return [
        met(contest, among: kind, under: seeds, at: place, "."), "\(others) not distinguishable.",
      ]
    }
    if decision.figure == .met {
      let leaders = decision.ranking.leaders
      return [
        met(contest, among: kind, under: seeds, at: place, end),
        leaders.count > 1
          ? "In other figures, \(list(leaders.map { contest.names[$0] })) are not distinguishable."
          : nil,
      ]
    }
    return [
      met(contest, among: kind, under: seeds, at: place, "."),
      lead(contest, decision, at: place) + end,
    ]
  }

  /// How the only one does by the objective; nil where there is none.
  private static func alone(_ contest: Contest, _ place: Int, under seeds: Int) -> String? {
    let name = contest.names[place]
    let tail = seeds > 1 ? " under every seed" : ""
    let share = contest.mean(.attainment, of: place).map {
      "\(Numbers.percent($0)) of the requests meet the objective under \(name)"
    }
    let room = contest.mean(.load, of: place).map {
      ", \(SeedsReport.amount($0, .load)) at the worst"
    }
    guard let meeting = contest.meeting else { return share.map { $0 + "." } }
    if meeting.contains(place) { return "\(name) meets the objective\(tail)\(room ?? "")." }
    let count = contest.values(.met, of: place)?.count { $0 == 1 } ?? 0
    return count > 0
      ? "\(name) meets the objective under \(count) of \(seeds) seeds."
      : "\(name) does not meet the objective\(tail)\(room ?? "")."
  }

  /// Who meets the objective; nil where none of its clauses judges runs.
  private static func met(
    _ contest: Contest, among kind: String, under seeds: Int, at place: String?, _ end: String
  ) -> String? {
    guard let meeting = contest.meeting else { return nil }
    let tail = (place.map { " \($0)" } ?? "") + (seeds > 1 ? " under every seed" : "")
    let others = contest.places.filter { !meeting.contains($0) }
    func names(_ places: [Int]) -> String { list(places.map { contest.names[$0] }) }
    if others.isEmpty {
      let all = contest.places.count == 2 ? "Both" : "All \(contest.places.count)"
      return "\(all) \(kind) meet the objective\(tail)\(end)"
    }
    let partly = others.filter { (contest.mean(.met, of: $0) ?? 0) > 0 }
    let some = partly.map { place in
      let count = contest.values(.met, of: place)?.count { $0 == 1 } ?? 0
      return "\(contest.names[place]) under \(count) of \(seeds)"
    }
    let but = some.isEmpty ? "" : "; " + list(some)
    if meeting.isEmpty {
      let none =
        contest.places.count == 2 ? "Neither of the" : "None of the \(contest.places.count)"
      let who = "\(none) \(kind) meets the objective"
      return "\(who)\(tail)\(but)\(end)"
    }
    let not = others.filter { !partly.contains($0) }
    let failing = not.isEmpty ? "" : "; \(names(not)) \(not.count == 1 ? "does" : "do") not"
    return "\(names(meeting)) \(meeting.count == 1 ? "meets" : "meet") the objective"
      + "\(tail)\(but)\(failing)\(end)"
  }

  /// Who leads in the figure that decides, without the end of the sentence.
  private static func lead(
    _ contest: Contest, _ decision: Contest.Decision, at place: String?
  ) -> String {
    let (figure, ranking) = (decision.figure, decision.ranking)
    func amount(_ index: Int) -> String {
      contest.mean(figure, of: index).map { SeedsReport.amount($0, figure) } ?? "none"
    }
    func multiple(_ index: Int) -> String {
      contest.mean(.load, of: index).map { Numbers.significant($0) } ?? "none"
    }
    let isPart = contest.pool.count < contest.places.count
    let head =
      (isPart ? "Of those that do, " : "") + (before(contest, figure).map { "\($0); " } ?? "")
    let equals = list(ranking.peers.map { contest.names[$0] })
    let peers = ranking.peers.isEmpty ? "" : " (in this not distinguishable from \(equals))"
    let next = list(ranking.next.map { contest.names[$0] }) + ", the next"
    let best = "\(head)\(contest.names[ranking.best])\(peers) "
    let at = place.map { " \($0)" } ?? ""
    let sentence: String
    if figure == .load {
      let isKept = (contest.mean(.load, of: ranking.best) ?? 1) < 1
      sentence =
        best + (isKept ? "leaves the most room" : "comes nearest") + at
        + ", \(amount(ranking.best)) against \(span(ranking.next.map(multiple))) under \(next)"
    } else {
      // Nobody beats anybody where all fail.
      let fails =
        contest.meeting?.isEmpty == true || contest.pool.allSatisfy { isLost(contest, $0) }
      sentence =
        best + "\(fails ? "is ahead of" : "beats") \(next), in \(words(figure))" + at
        + ", \(amount(ranking.best)) against \(span(ranking.next.map(amount)))"
    }
    return head.isEmpty ? sentence : sentence.prefix(1).uppercased() + sentence.dropFirst()
  }

  /// Whether no request keeps the objective, where there is one.
  private static func isLost(_ contest: Contest, _ place: Int) -> Bool {
    contest.mean(.attainment, of: place) == 0
  }

  /// What the figures before `figure` tell, where there is an objective.
  private static func before(_ contest: Contest, _ figure: SteadyFigures.Figure) -> String? {
    if figure == .attainment || !contest.hasAttainment { return nil }
    let it = contest.meeting == nil ? "the objective" : "it"
    return contest.pool.allSatisfy { isLost(contest, $0) }
      ? "no request meets \(it) under any"
      : "the share of requests that meet \(it) does not tell them apart"
  }

  /// The first of `amounts`, or what they reach from and to.
  static func span(_ amounts: [String]) -> String {
    guard let first = amounts.first, let last = amounts.last, first != last else {
      return amounts.first ?? "none"
    }
    return "\(first) to \(last)"
  }

  /// What the conclusion hangs on in the cost model, as the end of a sentence.
  public static func unless(_ robustness: Robustness, _ error: ModelError) -> String {
    let reach = Numbers.fixed(robustness.reach * 100, decimals: 0)
    if robustness.breakEvens.isEmpty {
      return "whether prefill or decode is up to \(reach) % slower or faster than modelled"
    }
    let clauses = robustness.breakEvens.map { tipping in
      let share = Numbers.fixed((tipping.factor - 1).magnitude * 100, decimals: 0)
      return "\(tipping.part.rawValue) is more than \(share) % "
        + (tipping.factor > 1 ? "slower" : "faster")
    }
    return "unless \(clauses.joined(separator: " or ")) than modelled"
      + known(of: robustness.breakEvens, error)
  }

  /// Whether the conclusion falls within what the model is known to be off.
  private static func known(of breakEvens: [Robustness.BreakEven], _ error: ModelError) -> String {
    switch error {
    case .unknown(let gpu): return "; how far the model is off on \(gpu) here is not known"
    case .measured(let errors):
      for error in errors {
        for tipping in breakEvens
        where (tipping.factor - 1).magnitude <= error.share(of: tipping.part) {
          let percent = Numbers.fixed(error.share(of: tipping.part) * 100, decimals: 1)
          return ", which is within the model's own error for \(tipping.part.rawValue) of "
            + "\(error.words) (\(percent) % or less in three of four of \(error.runs) runs)"
        }
      }
      return ""
    }
  }

  /// `items` with commas between them and a word before the last.
  static func list(_ items: [String]) -> String {
    guard let last = items.last, items.count > 1 else { return items.first ?? "" }
    return items.dropLast().joined(separator: ", ") + " and " + last
  }

  private static func words(_ figure: SteadyFigures.Figure) -> String {
    switch figure {
    case .attainment: "the share of requests that meet the objective"
    case .answered: "the share of requests that are answered"
    default: figure.title
    }
  }
}
