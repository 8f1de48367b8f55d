import Formats
import Metrics
import Serving

/// How one latency is spread under several schedulers: the share of samples up to each time.
public struct LatencyDistributionChart: Sendable, Equatable {
  /// One scheduler's line.
  public struct Entry: Sendable, Equatable {
    public var name: String
    public var cumulative: CumulativeDistribution
    /// What the legend tells of the line, or nil for nothing.
    public var distribution: Distribution?

    public init(
      _ name: String, _ cumulative: CumulativeDistribution, _ distribution: Distribution? = nil
    ) {
      self.name = name
      self.cumulative = cumulative
      self.distribution = distribution
    }
  }

  /// What is measured, and the schedulers it was measured under.
  public var metric: LatencyMetric
  public var entries: [Entry]
  /// Its clauses on the metric are drawn: a dashed line at the limit, a ring at the percentile. A
  /// line that passes left of the ring keeps the clause.
  public var objective: ServiceLevelObjective?
  /// Whether the slowest samples are spread out: 90 %, 99 % and 99.9 % as far from each other.
  public var showsTail = true
  /// The heading; what is measured unless it is set.
  public var title: String
  /// The line below the heading, such as the model, the GPU and the load.
  public var subtitle = ""

  public init(
    of metric: LatencyMetric, _ entries: [Entry], objective: ServiceLevelObjective? = nil
  ) {
    self.metric = metric
    self.entries = entries
    self.objective = objective
    title = Self.time(metric)
  }

  /// The chart, ready to be drawn.
  public var chart: Chart {
    let samples = metric == .tbt ? "tokens" : "requests"
    let y = Chart.Axis(
      "Share of \(samples) at most this long", scale: showsTail ? .tail : .linear,
      labels: .percent, range: 0...(showsTail ? greatestShare : 1))
    return Chart(
      title, subtitle: subtitle,
      x: Chart.Axis(Self.time(metric), scale: .log10, labels: .duration), y: y,
      lines: entries.map(line), limits: (objective?.clauses ?? []).compactMap(limit))
  }

  private func line(_ entry: Entry) -> Chart.Line {
    let note = entry.distribution.map {
      "p50 \(Numbers.duration($0.p50)), p99 \(Numbers.duration($0.p99))"
    }
    let points = entry.cumulative.points.map { Chart.Point(x: $0.seconds, y: $0.share) }
    return Chart.Line(entry.name, note: note ?? "", points, isStepped: true)
  }

  private func limit(_ clause: ServiceLevelObjective.Clause) -> Chart.Limit? {
    guard clause.metric == metric else { return nil }
    let limit = ChartScale.Labels.duration.text(clause.limit.seconds)
    let statistic = clause.statistic.map { "\($0.name) " } ?? ""
    let comparison = clause.includesLimit ? "\u{2264}" : "<"
    var share: Double?
    if case .percentile(let percent) = clause.statistic { share = percent / 100 }
    return Chart.Limit("SLO \(statistic)\(comparison) \(limit)", x: clause.limit.seconds, y: share)
  }

  /// As many nines, from two to five, as leave a hundred samples above them in the largest line.
  private var greatestShare: Double {
    let count = entries.map(\.cumulative.count).max() ?? 0
    return [100_000: 0.99999, 10_000: 0.9999, 1_000: 0.999]
      .filter { count >= $0.key * 100 }.map(\.value).max() ?? 0.99
  }

  private static func time(_ metric: LatencyMetric) -> String {
    switch metric {
    case .ttft: "Time to first token"
    case .tbt: "Time between tokens"
    case .tpot: "Time per output token"
    case .e2e: "End-to-end latency"
    case .schedulingDelay, .ttftPerPromptToken, .smoothedTBT: metric.title
    }
  }
}
