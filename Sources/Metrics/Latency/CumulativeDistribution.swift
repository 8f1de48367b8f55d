import Serving

/// The share of samples up to a value, at as many values as a chart can show.
public struct CumulativeDistribution: Sendable, Equatable {
  /// A sample, and the share of all samples that are no longer; both are exact.
  public struct Point: Sendable, Equatable {
    public var seconds: Double
    public var share: Double

    public init(seconds: Double, share: Double) {
      self.seconds = seconds
      self.share = share
    }
  }

  /// From the shortest sample to the longest.
  public var points: [Point]
  /// Samples, each as often as it weighs.
  public var count: Int

  /// The cumulative distribution of `metric` over a run; nil where no request has it.
  ///
  /// - Parameter limit: the most points; they are spread evenly over the logarithm of the samples.
  public init?(
    of metric: LatencyMetric, trace: Trace, timeline: Timeline, limit: Int = 300
  ) {
    if metric == .tbt {
      self.init(GapSamples(gaps: timeline.gaps), limit: limit)
    } else {
      self.init(RequestSamples(metric, trace: trace, timeline: timeline), limit: limit)
    }
  }

  /// The cumulative distribution of samples in any order; nil where there are none.
  public init?(samples: [(nanoseconds: Nanoseconds, weight: Int)], limit: Int = 300) {
    var gaps = WeightedValues()
    gaps.samples = samples
    self.init(gaps, limit: limit)
  }

  private init?(_ samples: some Samples, limit: Int) {
    precondition(limit > 1, "a line has two points")
    let summary = Summary(samples)
    guard summary.count > 0 else { return nil }
    let bins = Bins(samples, summary, count: limit)
    count = summary.count
    points = []
    var below = 0
    for (weight, longest) in zip(bins.weights, bins.longest) where weight > 0 {
      below += weight
      let share = Double(below) / Double(summary.count)
      points.append(Point(seconds: longest / 1e9, share: share))
    }
  }
}

/// Samples that are a list of values and weights.
private struct WeightedValues: Samples {
  var samples: [(nanoseconds: Nanoseconds, weight: Int)] = []

  func visit(_ body: (UInt64, Int) -> Void) {
    for sample in samples { body(UInt64(sample.nanoseconds), sample.weight) }
  }

  func nanoseconds(_ key: UInt64) -> Double { Double(key) }
}

/// Samples counted in ranges of nearly the same ratio.
///
/// The bits of a `Double`, read as an integer, grow nearly as its logarithm does.
private struct Bins {
  var weights: [Int]
  /// The longest sample of each range, in nanoseconds.
  var longest: [Double]

  init(_ samples: some Samples, _ summary: Summary, count: Int) {
    let least = samples.nanoseconds(summary.leastKey).bitPattern
    let span = samples.nanoseconds(summary.greatestKey).bitPattern - least
    let width = span / UInt64(count) + 1
    var weights = [Int](repeating: 0, count: count)
    var longest = [Double](repeating: 0, count: count)
    samples.visit { key, weight in
      guard weight > 0 else { return }
      let value = samples.nanoseconds(key)
      let bin = Int((value.bitPattern - least) / width)
      weights[bin] += weight
      longest[bin] = max(longest[bin], value)
    }
    self.weights = weights
    self.longest = longest
  }
}
