import Metrics
import Serving

/// Where end-to-end latencies came from, run beside run, as a table, a chart and a sentence.
public enum AttributionReport {
  /// Two rows a run: all requests, and the slowest hundredth; runs that do not tell are left out.
  public static func table(_ runs: [Run]) -> Table {
    let parts = Attribution.Part.allCases.map {
      Table.Column($0.title, group: "of which", unit: "s")
    }
    var table = Table(
      [
        Table.Column("scheduler", isNumeric: false), Table.Column("requests", isNumeric: false),
        Table.Column("mean", group: "E2E", unit: "s"),
      ] + parts)
    for run in runs {
      guard let attribution = run.attribution else { continue }
      for (name, mean) in [("all", attribution.all), ("slowest 1 %", attribution.tail)] {
        let times = [mean.total] + Attribution.Part.allCases.map { mean[$0] }
        table.append(
          [Table.Cell(run.scheduler), Table.Cell(name)]
            + times.map { Table.Cell(Numbers.significant($0), value: $0) })
      }
    }
    return table
  }

  /// The table as text, with a sentence below on what differs most.
  public static func text(_ runs: [Run]) -> String {
    let table = table(runs)
    if table.rows.isEmpty { return "" }
    return "Where end-to-end latency came from\n" + TextTable.text(table)
      + (sentence(runs).map { "\n\($0)\n" } ?? "")
  }

  /// Stacked bars: the mean over all requests, and over the slowest hundredth.
  public static func chart(_ runs: [Run], subtitle: String = "") -> BarChart {
    func bars(_ mean: (AttributionSummary) -> AttributionSummary.Mean) -> [BarChart.Bar] {
      runs.compactMap { run in
        run.attribution.map { attribution in
          BarChart.Bar(
            run.scheduler, seconds: Attribution.Part.allCases.map { mean(attribution)[$0] })
        }
      }
    }
    return BarChart(
      "Where end-to-end latency came from", subtitle: subtitle,
      parts: Attribution.Part.allCases.map(\.title),
      [.init("Mean of all requests", bars(\.all)), .init("Mean of the slowest 1 %", bars(\.tail))])
  }

  /// What makes the slowest hundredth of the requests slower under one of `runs` than under the
  /// other: of several, the slowest and the fastest in that; nil for fewer than two.
  public static func sentence(_ runs: [Run]) -> String? {
    let told = runs.compactMap { run in run.attribution.map { (run.scheduler, $0.tail) } }
    guard told.count > 1, let slow = told.max(by: { $0.1.total < $1.1.total }),
      let fast = told.min(by: { $0.1.total < $1.1.total })
    else { return nil }
    let gap = slow.1.total - fast.1.total
    let ends =
      "\(Numbers.duration(slow.1.total)) under \(slow.0) and \(Numbers.duration(fast.1.total)) "
      + "under \(fast.0)"
    guard gap > 0.0005 * slow.1.total else {
      return "The slowest 1 % of the requests take as long under each: \(ends)."
    }
    let moved = Attribution.Part.allCases.map { ($0, slow.1[$0] - fast.1[$0]) }
      .sorted { $0.1.magnitude > $1.1.magnitude }
      .filter { $0.1.magnitude >= 0.05 * gap }.prefix(4)
      .map { "\($0.0.title) \($0.1 < 0 ? "-" : "+")\(Numbers.duration($0.1.magnitude))" }
    return "The slowest 1 % of the requests take \(ends); what moved them: "
      + moved.joined(separator: ", ") + "."
  }

  /// What each part is.
  public static var definitions: [Report.Term] {
    Attribution.Part.allCases.map { Report.Term($0.title, $0.definition) }
  }
}
