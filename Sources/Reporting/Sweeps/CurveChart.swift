import Metrics
import Serving

/// A latency against the load, a line a scheduler, with the limit that the service promises.
public struct CurveChart: Sendable, Equatable {
  /// What was measured at one load.
  public struct Point: Sendable, Equatable {
    /// In the unit of the horizontal axis, such as requests a second.
    public var load: Double
    public var seconds: Double

    public init(load: Double, seconds: Double) {
      self.load = load
      self.seconds = seconds
    }
  }

  /// One scheduler's line, in any order.
  public struct Curve: Sendable, Equatable {
    public var name: String
    public var points: [Point]

    public init(_ name: String, _ points: [Point]) {
      self.name = name
      self.points = points
    }
  }

  /// The latency and the statistic of it that is shown.
  public var metric: LatencyMetric
  public var statistic: Statistic
  public var curves: [Curve]
  /// Its clauses on this statistic of the metric are drawn as dashed lines.
  public var objective: ServiceLevelObjective?
  /// The horizontal axis, with its unit, and the scale of each axis.
  public var load = "Requests per second"
  public var loadScale = ChartScale.linear
  public var latencyScale = ChartScale.log10
  /// Latencies beyond this many seconds are left out, each line ending at the edge on its way to
  /// the first of them; nil to show all.
  public var longestSeconds: Double?
  /// The heading; what is measured unless it is set.
  public var title: String
  /// The line below the heading, such as the model and the GPU.
  public var subtitle = ""

  public init(
    of metric: LatencyMetric, _ statistic: Statistic, _ curves: [Curve],
    objective: ServiceLevelObjective? = nil
  ) {
    self.metric = metric
    self.statistic = statistic
    self.curves = curves
    self.objective = objective
    title = "\(metric.title) \(statistic.name) against load"
  }

  /// The chart, ready to be drawn.
  public var chart: Chart {
    var chart = Chart(
      title, subtitle: subtitle, x: Chart.Axis(load, scale: loadScale),
      y: Chart.Axis(
        "\(metric.title) \(statistic.name)", scale: latencyScale, labels: .duration),
      lines: curves.map(line))
    chart.levels = (objective?.clauses ?? []).compactMap(level)
    if let longestSeconds {
      let shown = chart.lines.flatMap(\.points).map(\.y) + chart.levels.map(\.y)
      let range = latencyScale.range(of: shown.map { min($0, longestSeconds) })
      chart.y.range = range.lowerBound...max(range.lowerBound.nextUp, longestSeconds)
    }
    return chart
  }

  private func line(_ curve: Curve) -> Chart.Line {
    let sorted = curve.points.filter { $0.load.isFinite && $0.seconds.isFinite }
      .sorted { ($0.load, $0.seconds) < ($1.load, $1.seconds) }
    let cut = longestSeconds.flatMap { limit in sorted.firstIndex { $0.seconds > limit } }
    let shown = cut.map { Array(sorted[...$0]) } ?? sorted
    var line = Chart.Line(curve.name, shown.map { Chart.Point(x: $0.load, y: $0.seconds) })
    line.showsPoints = true
    return line
  }

  private func level(_ clause: ServiceLevelObjective.Clause) -> Chart.Level? {
    guard clause.metric == metric, clause.statistic == statistic else { return nil }
    return Chart.Level("SLO \(clause.description)", y: clause.limit.seconds)
  }
}
