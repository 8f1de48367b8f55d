import Formats
import Metrics

/// What runs took of electricity, in words.
public enum EnergyReport {
  /// The energy of one run as a section.
  static func text(_ energy: Energy) -> String {
    func joules(_ amount: Double?) -> String {
      amount.map { "\(Numbers.significant($0)) J" } ?? "not known"
    }
    return "Energy of the GPUs\n"
      + TextTable.lines([
        (
          "output token",
          "\(joules(energy.joulesPerToken)) with idle time, \(joules(energy.activeJoulesPerToken)) "
            + "while batches ran, at \(Numbers.significant(energy.watts)) W a GPU"
        ),
        ("power of", energy.basis),
      ])
  }

  /// What an output token takes in each of `runs`, as a sentence; nil where nothing is known.
  public static func line(_ runs: [Run]) -> String? {
    sentence(
      "Joules of an output token, GPUs alone, idle time included",
      runs.map { ($0.scheduler, $0.energy?.joulesPerToken, $0.energy?.basis) })
  }

  /// Amounts under schedulers, with what they rest on; nil where no amount is known.
  static func sentence(
    _ head: String, _ amounts: [(scheduler: String, joules: Double?, basis: String?)]
  ) -> String? {
    let known = amounts.compactMap { amount in
      amount.joules.map { "\(Numbers.significant($0)) under \(amount.scheduler)" }
    }
    guard let basis = amounts.compactMap(\.basis).first, !known.isEmpty else { return nil }
    return "\(head): \(ClosingSentence.list(known)) (power of \(basis))."
  }
}
