import Formats
import Metrics
import Serving

/// Where end-to-end latencies came from, run beside run, as a table, a chart and a sentence.
public enum AttributionReport {
  /// The parts that any of `runs` has.
  private static func parts(of runs: [Run]) -> [Attribution.Part] {
    func any(_ part: Attribution.Part) -> Bool {
      runs.contains { $0.attribution?.parts.contains(part) == true }
    }
    return Attribution.Part.parts(hasTransfers: any(.transfer), hasTiers: any(.tier))
  }

  /// Two rows a run: all requests, and the slowest hundredth; runs that do not tell are left out.
  public static func table(_ runs: [Run]) -> Table {
    let parts = parts(of: runs).map {
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
        let times = [mean.total] + Self.parts(of: runs).map { mean[$0] }
        table.append(
          [Table.Cell(run.scheduler), Table.Cell(name)]
            + times.map { Table.Cell(Numbers.significant($0), value: $0) })
      }
    }
    return table
  }

  /// The table as text, with sentences below on what differs most.
  public static func text(_ runs: [Run]) -> String {
    let table = table(runs)
    if table.rows.isEmpty { return "" }
    return "Where end-to-end latency came from\n" + TextTable.text(table)
      + sentences(runs).map { "\n\($0)\n" }.joined()
  }

  /// Stacked bars: the mean over all requests, and over the slowest hundredth.
  public static func chart(_ runs: [Run], subtitle: String = "") -> BarChart {
    func bars(_ mean: (AttributionSummary) -> AttributionSummary.Mean) -> [BarChart.Bar] {
      runs.compactMap { run in
        run.attribution.map { attribution in
          BarChart.Bar(
            run.scheduler, seconds: parts(of: runs).map { mean(attribution)[$0] })
        }
      }
    }
    return BarChart(
      "Where end-to-end latency came from", subtitle: subtitle,
      parts: parts(of: runs).map(\.title),
      [.init("Mean of all requests", bars(\.all)), .init("Mean of the slowest 1 %", bars(\.tail))])
  }

  /// What makes the slowest hundredth of the requests slower under each of `runs` than under the
  /// one that serves them fastest, from the runner-up on; none for fewer than two runs.
  public static func sentences(_ runs: [Run]) -> [String] {
    let told = runs.enumerated().compactMap { index, run in
      run.attribution.map { (index: index, name: run.scheduler, tail: $0.tail) }
    }.sorted { ($0.tail.total, $0.index) < ($1.tail.total, $1.index) }
    guard let fastest = told.first else { return [] }
    return told.dropFirst().map { sentence((fastest.name, fastest.tail), ($0.name, $0.tail)) }
  }

  /// What makes the slowest hundredth slower under one scheduler than under another.
  private static func sentence(
    _ fast: (name: String, tail: AttributionSummary.Mean),
    _ slow: (name: String, tail: AttributionSummary.Mean)
  ) -> String {
    let gap = slow.tail.total - fast.tail.total
    let moved = Attribution.Part.allCases.map { ($0, slow.tail[$0] - fast.tail[$0]) }
      .sorted { $0.1.magnitude > $1.1.magnitude }
    let shown = moved.filter { $0.1 != 0 && $0.1.magnitude >= 0.05 * moved[0].1.magnitude }
      .prefix(4).map { "\($0.0.title) \(signed($0.1))" }
    let times =
      "The slowest 1 % of the requests take \(Numbers.duration(slow.tail.total)) under "
      + "\(slow.name), "
      + "\(Numbers.duration(fast.tail.total)) under \(fast.name)"
    return shown.isEmpty
      ? times + "."
      : "\(times): \(signed(gap)), of which "
        + shown.joined(separator: ", ") + "."
  }

  private static func signed(_ seconds: Double) -> String {
    (seconds < 0 ? "-" : "+") + Numbers.duration(seconds.magnitude)
  }

  /// What each part is.
  public static var definitions: [Report.Term] {
    Attribution.Part.parts(hasTransfers: false).map { Report.Term($0.title, $0.definition) }
  }
}
