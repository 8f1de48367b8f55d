import Metrics
import Studies

/// What a study comes to in one sentence, with all that it hangs on: chance, and the cost model.
public enum ClosingSentence {
  /// How far whole decode iterations of vLLM 0.15.1 on H100 are off at the 95th percentile; see
  /// Reports/calibration.
  static let modelError = 0.065

  /// Which of the schedulers of a comparison does best.
  ///
  /// - Parameters:
  ///   - seeds: the figures under one seed or several.
  ///   - robustness: how far off the cost model may be; nil where it was not asked.
  public static func compare(_ seeds: SeedsReport, _ robustness: Robustness?) -> String {
    let count = seeds.figures.first?.count ?? 0
    let chance =
      count > 1
      ? "" : " This is one draw of arrivals; --seeds tells how much of it is chance."
    guard let decision = seeds.decision,
      let means = seeds.standings(decision.figure)?.all.map(\.mean.mean)
    else { return "The schedulers are not distinguishable." + chance }
    let figure = decision.figure
    func amount(_ place: Int) -> String {
      figure == .attainment ? Numbers.percent(means[place]) : Numbers.duration(means[place])
    }
    let peers =
      decision.peers.isEmpty
      ? ""
      : " (not distinguishable from "
        + decision.peers.map { seeds.schedulers[$0] }.joined(separator: ", ") + ")"
    return "\(seeds.schedulers[decision.best])\(peers) beats \(seeds.schedulers[decision.next]), "
      + "the next, in \(words(figure)), \(amount(decision.best)) against "
      + amount(decision.next) + (robustness.map { ", \(unless($0))" } ?? "") + "." + chance
  }

  /// What the conclusion hangs on in the cost model, as the end of a sentence.
  public static func unless(_ robustness: Robustness) -> String {
    let reach = Numbers.fixed(robustness.reach * 100, decimals: 0)
    if robustness.tippings.isEmpty {
      return "whether prefill or decode is up to \(reach) % slower or faster than modelled"
    }
    let clauses = robustness.tippings.map { tipping in
      let share = Numbers.fixed((tipping.factor - 1).magnitude * 100, decimals: 0)
      return "\(tipping.part.rawValue) is more than \(share) % "
        + (tipping.factor > 1 ? "slower" : "faster")
    }
    let isClose = robustness.tippings.contains { ($0.factor - 1).magnitude <= modelError }
    let error = Numbers.fixed(modelError * 100, decimals: 1)
    return "unless \(clauses.joined(separator: " or ")) than modelled"
      + (isClose ? ", which is within the model's own error (\(error) %)" : "")
  }

  private static func words(_ figure: SteadyFigures.Figure) -> String {
    figure == .attainment ? "the share of requests that keep the objective" : figure.title
  }
}
