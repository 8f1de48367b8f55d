import Formats
import Metrics
import Studies

extension ClosingSentence {
  /// Whether disaggregation pays, against as many GPUs together.
  ///
  /// - Parameter advice: what tells how much of it is chance, as a sentence; nil where nothing
  ///   would.
  public static func pools(_ verdicts: [PoolVerdict], advice: String? = nil) -> String {
    let told: [String?] =
      switch verdicts.count {
      case 0: ["No number of GPUs served apart and together."]
      case 1: [single(verdicts[0]), others(verdicts[0])]
      default: several(verdicts)
      }
    return (told + [verdicts.isEmpty ? nil : advice]).compactMap { $0 }.joined(separator: " ")
  }

  private static func single(_ verdict: PoolVerdict) -> String {
    let best = verdict.ratios == 1 ? "" : ", the best of \(verdict.ratios) ratios,"
    let (apart, together) = (verdict.apart.text, verdict.together.text)
    let seeds = verdict.seeds > 1 ? ", under \(verdict.seeds) seeds" : ""
    let end = seeds + (verdict.robustness.map { ", \(unless($0.0, $0.1))" } ?? "") + "."
    func amounts(_ difference: PoolVerdict.Difference) -> String {
      let own = PoolVerdictReport.amount(difference.apart, difference.measure)
      let other = PoolVerdictReport.amount(difference.together, difference.measure)
      return "\(own) against \(other), better by \(PoolVerdictReport.lead(difference))"
    }
    let head = "On \(place(verdict)), disaggregation "
    guard let decisive = verdict.decisive else {
      let last = verdict.differences.last { measure($0) != nil } ?? verdict.differences.last
      return head + "cannot be told from as many GPUs together: \(apart)\(best) and \(together)"
        + (last.map {
          " differ by chance alone in \(PoolVerdictReport.title($0.measure)), "
            + amounts($0)
        } ?? " differ by chance alone") + end
    }
    let verb = verdict.outcome == .pays ? "beats" : "is behind"
    let word = verdict.outcome == .pays ? "pays" : "does not pay"
    return head + "\(word): \(apart)\(best) \(verb) \(together) in "
      + "\(PoolVerdictReport.title(decisive.measure)), \(amounts(decisive))" + end
  }

  /// What else tells the two apart; nil where nothing does.
  private static func others(_ verdict: PoolVerdict) -> String? {
    let told = verdict.differences.filter {
      $0.isCertain && $0.measure != verdict.decisive?.measure
    }
    func list(_ isBetter: Bool) -> String? {
      let own = told.filter { ($0.lead.mean > 0) == isBetter }
      if own.isEmpty { return nil }
      return (isBetter ? "better" : "worse") + " in "
        + Self.list(
          own.map { difference in
            "\(PoolVerdictReport.title(difference.measure)) by "
              + PoolVerdictReport.amount(difference.lead.mean.magnitude, difference.measure)
          })
    }
    let parts = [list(true), list(false)].compactMap { $0 }
    return parts.isEmpty ? nil : "Apart it is \(parts.joined(separator: ", and "))."
  }

  /// Whether the measure decides contests.
  private static func measure(_ difference: PoolVerdict.Difference) -> PoolVerdict.Measure? {
    switch difference.measure {
    case .capacity: difference.measure
    case .figure(let figure): figure == .e2e99 ? difference.measure : nil
    }
  }

  private static func several(_ verdicts: [PoolVerdict]) -> [String?] {
    func sentence(_ outcome: PoolVerdict.Outcome, _ head: String) -> String? {
      let own = verdicts.filter { $0.outcome == outcome }
      if own.isEmpty { return nil }
      let places = own.prefix(6).map { verdict in
        outcome == .open ? place(verdict) : "\(place(verdict)) (\(short(verdict)))"
      }
      let more = own.count > 6 ? ["\(own.count - 6) more"] : []
      return "\(head) \(list(places + more))."
    }
    let seeds = verdicts.map(\.seeds).max() ?? 1
    return [
      sentence(.pays, "Disaggregation pays on") ?? "Disaggregation pays nowhere here.",
      sentence(.loses, "It does not on"),
      sentence(.open, "It cannot be told from as many GPUs together on"),
      seeds > 1
        ? "Each ratio is chosen under the first seed and compared under \(seeds) others." : nil,
    ]
  }

  /// What decides, in a few words.
  private static func short(_ verdict: PoolVerdict) -> String {
    guard let decisive = verdict.decisive else { return verdict.apart.text }
    return "\(verdict.apart.text): better by \(PoolVerdictReport.lead(decisive)) in "
      + PoolVerdictReport.title(decisive.measure)
  }

  private static func place(_ verdict: PoolVerdict) -> String {
    "\(verdict.gpus) GPU\(verdict.gpus == 1 ? "" : "s")"
      + (verdict.load.map { " at \(words($0, .rate))" } ?? "")
      + (verdict.others.isEmpty ? "" : " with \(verdict.others)")
  }
}
