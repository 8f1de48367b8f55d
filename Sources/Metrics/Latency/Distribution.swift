import Serving

/// How one latency is spread; times in seconds.
public struct Distribution: Sendable, Equatable {
  /// Samples, each as often as it weighs.
  public var count: Int
  public var mean: Double
  public var p50: Double
  public var p90: Double
  public var p95: Double
  public var p99: Double
  public var max: Double

  public init(
    count: Int, mean: Double, p50: Double, p90: Double, p95: Double, p99: Double, max: Double
  ) {
    self.count = count
    self.mean = mean
    self.p50 = p50
    self.p90 = p90
    self.p95 = p95
    self.p99 = p99
    self.max = max
  }

  /// The distribution of `metric` over a run, or nil where no request has it.
  public init?(of metric: LatencyMetric, trace: Trace, timeline: Timeline) {
    if metric == .tbt {
      self.init(GapSamples(gaps: timeline.gaps))
    } else {
      self.init(RequestSamples(metric, trace: trace, timeline: timeline))
    }
  }

  /// The distribution of samples in nanoseconds that weigh the same; nil where there are none.
  public init?(nanoseconds: [Double]) {
    self.init(RequestSamples(nanoseconds: nanoseconds))
  }

  init?(_ samples: some Samples) {
    let summary = Summary(samples)
    guard summary.count > 0 else { return nil }
    let values = percentiles([50, 90, 95, 99], of: samples, summary)
    count = summary.count
    mean = summary.mean / 1e9
    (p50, p90, p95, p99) = (
      values[0] / 1e9, values[1] / 1e9, values[2] / 1e9, values[3] / 1e9
    )
    max = samples.nanoseconds(summary.greatestKey) / 1e9
  }

  /// The value of `statistic` in seconds, or nil if it is not one of the standard ones.
  public subscript(_ statistic: Statistic) -> Double? {
    switch statistic {
    case .mean: mean
    case .percentile(50): p50
    case .percentile(90): p90
    case .percentile(95): p95
    case .percentile(99): p99
    case .percentile: nil
    case .max: max
    }
  }
}

extension LatencyMetric {
  /// Any percentile of this latency over a run, 0 to 100, in seconds; nil where no request has it.
  public func percentile(_ share: Double, trace: Trace, timeline: Timeline) -> Double? {
    self == .tbt
      ? percentile(share, of: GapSamples(gaps: timeline.gaps))
      : percentile(share, of: RequestSamples(self, trace: trace, timeline: timeline))
  }

  private func percentile(_ share: Double, of samples: some Samples) -> Double? {
    let summary = Summary(samples)
    return summary.count == 0 ? nil : percentiles([share], of: samples, summary)[0] / 1e9
  }
}

/// Percentiles, in nanoseconds, of samples of which there is at least one; a sample of weight n
/// counts as n samples.
func percentiles(
  _ shares: [Double], of samples: some Samples, _ summary: Summary
) -> [Double] {
  let ranks = shares.map { PercentileRank($0, of: summary.count) }
  let needed = Set(ranks.map(\.lower) + ranks.map(\.upper)).sorted()
  let keys = RankSelection.keys(at: needed, of: samples, summary)
  let values = Dictionary(uniqueKeysWithValues: zip(needed, keys.map(samples.nanoseconds)))
  return ranks.map { $0.value(values[$0.lower] ?? 0, values[$0.upper] ?? 0) }
}
