import Serving

/// Keys with weights that can be walked as often as it takes.
protocol WeightedKeys {
  /// Visits every sample as a key, which is ordered as the samples are, and a weight.
  func visit(_ body: (_ key: UInt64, _ weight: Int) -> Void)
}

/// Samples that have keys.
protocol Samples: WeightedKeys {
  /// The sample that `key` stands for, in nanoseconds.
  func nanoseconds(_ key: UInt64) -> Double
}

/// The gaps between tokens, read where they lie.
struct GapSamples: Samples {
  let gaps: TokenGaps

  @inline(__always)
  func visit(_ body: (UInt64, Int) -> Void) {
    gaps.visit { body(UInt64($0), $1) }
  }

  @inline(__always)
  func nanoseconds(_ key: UInt64) -> Double { Double(key) }
}

/// One latency of every request that has it.
struct RequestSamples: Samples {
  /// In nanoseconds and in the order of the trace.
  private var values: [Double] = []

  init(_ metric: LatencyMetric, trace: Trace, timeline: Timeline) {
    values.reserveCapacity(trace.count)
    for (request, record) in zip(trace.requests, timeline.records) {
      if let value = metric.nanoseconds(of: record, for: request) { values.append(value) }
    }
  }

  init(nanoseconds: [Double]) { values = nanoseconds }

  /// The bits of a `Double` that is not negative are ordered as it is.
  @inline(__always)
  func visit(_ body: (UInt64, Int) -> Void) {
    for value in values { body(value.bitPattern, 1) }
  }

  @inline(__always)
  func nanoseconds(_ key: UInt64) -> Double { Double(bitPattern: key) }
}

/// What one walk over samples tells.
struct Summary {
  /// Samples, each as often as it weighs.
  let count: Int
  let leastKey: UInt64
  let greatestKey: UInt64
  /// In nanoseconds; not a number where there is no sample.
  let mean: Double

  init(_ samples: some Samples) {
    var count = 0
    var (least, greatest) = (UInt64.max, UInt64.min)
    var sum = ExactSum()
    samples.visit { key, weight in
      guard weight > 0 else { return }
      count &+= weight
      least = min(least, key)
      greatest = max(greatest, key)
      sum.add(samples.nanoseconds(key) * Double(weight))
    }
    self.count = count
    leastKey = least
    greatestKey = greatest
    mean = sum.value / Double(count)
  }
}

/// A sum in two parts, so that rounding does not add up (Knuth's two-sum).
private struct ExactSum {
  private var sum = 0.0
  /// What `sum` lost by rounding.
  private var remainder = 0.0

  var value: Double { sum + remainder }

  @inline(__always)
  mutating func add(_ value: Double) {
    let total = sum + value
    let part = total - sum
    remainder += (sum - (total - part)) + (value - part)
    sum = total
  }
}
