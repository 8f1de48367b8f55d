import Serving

/// A run in the names and by the rules of a tool that measures real servers.
public struct BenchmarkFigures: Sendable, Equatable {
  /// What is told of a latency; percentiles are 0 to 100.
  public enum Statistic: Sendable, Equatable {
    case mean, minimum, maximum
    case percentile(Double)
  }

  /// A value and how much it counts.
  struct Sample: Sendable, Equatable {
    var value: Double
    var weight = 1.0
  }

  /// A latency as the tool has it.
  public struct Latency: Sendable, Equatable {
    /// The tool's name for people, and for programs.
    public var title: String
    public var key: String
    /// The unit of its values.
    public var unit: String
    public var definition: String
    /// By the tool's statistics, in their order; empty where no request has the latency.
    public var values: [Double]
  }

  /// A figure of the whole run.
  public struct Total: Sendable, Equatable {
    /// The tool's name for people, and for programs.
    public var title: String
    public var key: String
    /// The unit of its value; empty for a count.
    public var unit: String
    public var value: Double
  }

  /// The tool, its figures of the whole run, and its latencies, in its order.
  public var tool: BenchmarkTool
  public var totals: [Total]
  public var latencies: [Latency]

  /// The statistics of each latency, in the tool's words.
  public var statistics: [String] { tool.statistics.map(tool.name) }

  /// The figures of a run of `trace`, of which `metrics` are the metrics.
  public init(_ tool: BenchmarkTool, trace: Trace, timeline: Timeline, metrics: RunMetrics) {
    self.tool = tool
    totals = tool.totals(metrics)
    let served = zip(trace.requests, timeline.records).filter { $0.1.isCompleted }
    latencies = tool.latencies.map { rule in
      Latency(
        title: rule.title, key: rule.key, unit: rule.unit, definition: rule.definition,
        values: rule.isPooled
          ? BenchmarkFigures.pooled(tool, metrics, scale: rule.scale)
          : BenchmarkFigures.values(tool, served.compactMap { rule.sample($0, $1) }))
    }
  }

  /// All times between tokens, of which the metrics have what is asked for, by the same rule; where
  /// several come at once, between those, as the tools see them.
  private static func pooled(
    _ tool: BenchmarkTool, _ metrics: RunMetrics, scale: Double
  ) -> [Double] {
    guard let gaps = metrics.drafts?.emissionGaps ?? metrics[.tbt] else { return [] }
    return tool.statistics.compactMap { statistic in
      switch statistic {
      case .mean: gaps.mean * scale
      case .minimum: nil
      case .maximum: gaps.max * scale
      case .percentile(let share): gaps[.percentile(share)].map { $0 * scale }
      }
    }
  }

  private static func values(_ tool: BenchmarkTool, _ samples: [Sample]) -> [Double] {
    let sorted = samples.filter { $0.weight > 0 }.sorted { $0.value < $1.value }
    guard let first = sorted.first, let last = sorted.last else { return [] }
    let weight = sorted.reduce(0) { $0 + $1.weight }
    return tool.statistics.map { statistic in
      switch statistic {
      case .mean: sorted.reduce(0) { $0 + $1.value * $1.weight } / weight
      case .minimum: first.value
      case .maximum: last.value
      case .percentile(let share): tool.percentile(share, of: sorted)
      }
    }
  }
}
