import Formats
import Metrics

/// What a run comes to in one sentence.
public enum RunsAnswer {
  public static func sentence(_ run: Run) -> String {
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
    case true?: return "Yes: \(run.scheduler) meets \(verdict.objective); \(felt)."
    case false?:
      let failed = verdict.clauses.filter { $0.isMet == false }.map { clause in
        let value = clause.valueSeconds.map { " (it is \(Numbers.duration($0)))" } ?? ""
        return clause.clause.description + value
      }
      return "No: \(run.scheduler) does not meet \(failed.joined(separator: " and ")); \(felt)."
    case nil: return "Under \(run.scheduler), \(share) of the requests meet \(verdict.objective)."
    }
  }
}
