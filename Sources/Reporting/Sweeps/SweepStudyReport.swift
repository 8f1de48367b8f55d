import Metrics
import Serving
import Studies

/// A sweep as a report.
public enum SweepStudyReport {
  /// The pictures that every such report has.
  public static let figureFiles = ["ttft.svg", "tbt.svg", "e2e.svg"]

  /// The report on the points of `lines`, one at least.
  ///
  /// - Parameters:
  ///   - table: the points as a table.
  ///   - rows: the points in the sweep's order.
  ///   - pools: whether pools apart pay; nil where there are none.
  ///   - answer: the closing sentence.
  public static func report(
    _ lines: [SweepLine], by load: SweepLine.Load, _ table: Table, rows: [SweepRow],
    pools: [PoolVerdict]? = nil, objective: ServiceLevelObjective?,
    answer: String, remarks: [String], source: Report.Source
  ) -> Report {
    let settings = shared(rows)
    func setting(_ name: String) -> String? { settings.first { $0.name == name }?.value }
    let place = [setting("model"), setting("gpu").map { "on \($0)" }].compactMap { $0 }
      .joined(separator: " ")
    func picture(_ metric: LatencyMetric, _ statistic: Statistic) -> Report.Figure {
      var chart = CurveChart(
        of: metric, statistic,
        lines.map { line in
          CurveChart.Curve(
            line.name,
            line.points.compactMap { point in
              let load = point.load ?? point.row.requestsPerSecond
              let value = point.row.seconds(metric, statistic)
              return load.flatMap { load in
                value.map { CurveChart.Point(load: load, seconds: $0) }
              }
            })
        }, objective: objective)
      chart.load = load.title
      chart.subtitle = place
      return Report.Figure(
        "\(metric.key).svg", caption: "Further down and further right is better.",
        .lines(chart.chart))
    }
    return Report(
      question: "How do latencies grow with the load\(place.isEmpty ? "" : ", \(place)")?",
      answer: answer, remarks: remarks,
      sections: [Report.Section("Points", table)]
        + (pools.map { [PoolVerdictReport.section($0)] } ?? []),
      figures: [
        picture(.ttft, .percentile(99)), picture(.tbt, .percentile(99)), picture(.e2e, .mean),
      ], definitions: Report.latencies(judgedBy: objective),
      settings: settings, source: source, data: SweepReport.csv(rows))
  }

  /// The settings that all points share.
  private static func shared(_ rows: [SweepRow]) -> [Run.Setting] {
    let settings = rows.map(\.settings)
    return (settings.first ?? []).filter { setting in settings.allSatisfy { $0.contains(setting) } }
  }
}

extension SweepLine.Load {
  /// The title of an axis for it.
  fileprivate var title: String {
    switch self {
    case .rate: "Requests per second, sent"
    case .clients: "Clients"
    case .asGiven: "Requests per second, served"
    }
  }
}
