import Serving

/// The square root of the variance of `values` over their mean.
func variation(_ values: [Double]) -> Double {
  (variance(values)).squareRoot() / mean(values)
}

func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

func variance(_ values: [Double]) -> Double {
  let mean = mean(values)
  return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
}

func correlation(_ a: [Double], _ b: [Double]) -> Double {
  let (meanA, meanB) = (mean(a), mean(b))
  let covariance = zip(a, b).reduce(0) { $0 + ($1.0 - meanA) * ($1.1 - meanB) } / Double(a.count)
  return covariance / (variance(a) * variance(b)).squareRoot()
}

/// The percentile of `values` by linear interpolation.
func percentile(_ percent: Double, of values: [Double]) -> Double {
  let sorted = values.sorted()
  let rank = Double(sorted.count - 1) * percent / 100
  let below = Int(rank)
  let above = min(below + 1, sorted.count - 1)
  return sorted[below] + (rank - Double(below)) * (sorted[above] - sorted[below])
}

extension Trace {
  var prompts: [Double] { requests.map { Double($0.promptTokens) } }
  var outputs: [Double] { requests.map { Double($0.outputTokens) } }
  var gaps: [Double] {
    zip(requests.dropFirst(), requests).map { ($0.arrival - $1.arrival).seconds }
  }

  /// The variance over the mean of the arrivals in windows of `seconds`, the last one cut short.
  func dispersion(over seconds: Int) -> Double {
    let window = seconds * 1_000_000_000
    let first = requests[0].arrival
    var counts = [Double](
      repeating: 0, count: (requests[count - 1].arrival - first) / window + 1)
    for request in requests { counts[(request.arrival - first) / window] += 1 }
    return variance(counts) / mean(counts)
  }
}
