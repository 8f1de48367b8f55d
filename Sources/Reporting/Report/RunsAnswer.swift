import Metrics

/// What a run, or several of the same trace, come to in one sentence.
public enum RunsAnswer {
  public static func sentence(_ runs: [Run]) -> String {
    let judged = runs.filter { $0.verdict != nil }
    if runs.count == 1 { return alone(runs[0]) }
    return judged.isEmpty ? winners(runs) : keepers(judged)
  }

  private static func alone(_ run: Run) -> String {
    let (ttft, tbt) = (run.metrics[.ttft], run.metrics[.tbt])
    let wait = ttft.map {
      "users wait \(Numbers.duration($0.p50)) for the first token (p99 \(Numbers.duration($0.p99)))"
    }
    let pace = tbt.map {
      "\(Numbers.duration($0.p50)) for each after it (p99 \(Numbers.duration($0.p99)))"
    }
    let felt = [wait, pace].compactMap { $0 }.joined(separator: " and ")
    if felt.isEmpty { return "Under \(run.scheduler), no request is answered." }
    guard let verdict = run.verdict else { return "Under \(run.scheduler), \(felt)." }
    let share = verdict.attainment.map(Numbers.percent) ?? "none"
    switch verdict.isMet {
    case true?: return "Yes: \(run.scheduler) keeps \(verdict.objective); \(felt)."
    case false?:
      let failed = verdict.clauses.filter { $0.isMet == false }.map { clause in
        let value = clause.valueSeconds.map { " (it is \(Numbers.duration($0)))" } ?? ""
        return clause.clause.description + value
      }
      return "No: \(run.scheduler) does not keep \(failed.joined(separator: " and ")); \(felt)."
    case nil: return "Under \(run.scheduler), \(share) of the requests keep \(verdict.objective)."
    }
  }

  private static func keepers(_ runs: [Run]) -> String {
    let objective = runs[0].verdict?.objective ?? ""
    func share(_ run: Run) -> Double { run.verdict?.attainment ?? 0 }
    let most = runs.map(share).max() ?? 0
    let best = list(runs.filter { share($0) == most }.map(\.scheduler))
    let among = "kept by the most requests under \(best): \(Numbers.percent(most))"
    if runs.allSatisfy({ $0.verdict?.isMet == nil }) { return "\(objective) is \(among)." }
    let keeping = runs.filter { $0.verdict?.isMet == true }.map(\.scheduler)
    let count = "\(keeping.count) of \(runs.count) schedulers"
    if keeping.isEmpty { return "None of the schedulers keeps \(objective); it is \(among)." }
    if keeping.count == runs.count { return "All \(runs.count) keep \(objective); it is \(among)." }
    return "\(count) keep \(objective): \(list(keeping)); it is \(among)."
  }

  /// Who is best at what, without an objective.
  private static func winners(_ runs: [Run]) -> String {
    var merits: [(winner: String, merit: String)] = []
    for (metric, name) in [
      (LatencyMetric.ttft, "p99 time to first token"), (.tbt, "p99 time between tokens"),
      (.e2e, "p99 end-to-end latency"),
    ] {
      let values = runs.compactMap { run in run.metrics[metric].map { (run.scheduler, $0.p99) } }
      guard let best = values.map(\.1).min() else { continue }
      let winner = list(values.filter { $0.1 == best }.map(\.0))
      merits.append((winner, "the lowest \(name) (\(Numbers.duration(best)))"))
    }
    var winners: [String] = []
    for merit in merits where !winners.contains(merit.winner) { winners.append(merit.winner) }
    let clauses = winners.map { winner in
      let verb = runs.contains { $0.scheduler == winner } ? "has" : "have"
      return "\(winner) \(verb) " + list(merits.filter { $0.winner == winner }.map(\.merit))
    }
    return clauses.isEmpty ? "No request is answered." : clauses.joined(separator: "; ") + "."
  }

  private static func list(_ items: [String]) -> String {
    guard let last = items.last, items.count > 1 else { return items.first ?? "" }
    return items.dropLast().joined(separator: ", ") + " and " + last
  }
}
