/// A tool that measures real servers, whose names and rules a simulated run can be reported by.
public enum BenchmarkTool: String, CaseIterable, Sendable {
  case vllm, aiperf, guidellm, mlperf

  /// The version whose rules these are.
  public var version: String {
    switch self {
    case .vllm: "vllm bench serve 0.11"
    case .aiperf: "AIPerf 0.13"
    case .guidellm: "GuideLLM main 03820eb"
    case .mlperf: "MLPerf LoadGen 5.1"
    }
  }

  /// What is reported of each latency, from left to right.
  var statistics: [BenchmarkFigures.Statistic] {
    switch self {
    case .vllm: [.mean, .percentile(50), .percentile(99)]
    case .aiperf: [.mean, .minimum, .maximum, .percentile(99), .percentile(90), .percentile(50)]
    case .guidellm: [.mean, .percentile(50), .percentile(95), .percentile(99)]
    case .mlperf:
      [.mean, .percentile(50), .percentile(90), .percentile(95), .percentile(97), .percentile(99)]
        + [.percentile(99.9)]
    }
  }

  /// What the tool calls `statistic`.
  public func name(of statistic: BenchmarkFigures.Statistic) -> String {
    switch (statistic, self) {
    case (.mean, .aiperf): "avg"
    case (.mean, _): "mean"
    case (.minimum, _): "min"
    case (.maximum, _): "max"
    case (.percentile(50), .vllm), (.percentile(50), .guidellm): "median"
    case (.percentile(let share), _):
      "p" + (share == share.rounded() ? String(Int(share)) : "\(share)")
    }
  }

  /// The percentile that `share`, 0 to 100, asks for of sorted `samples`, none of weight zero.
  ///
  /// vLLM and AIPerf go by NumPy's linear interpolation; LoadGen takes the sample at the whole part
  /// of count times share, from zero; GuideLLM the first sample at which the weights of those so
  /// far reach the share.
  func percentile(_ share: Double, of samples: [BenchmarkFigures.Sample]) -> Double {
    let count = samples.count
    switch self {
    case .vllm, .aiperf:
      let rank = PercentileRank(share, of: count)
      return rank.value(samples[rank.lower].value, samples[rank.upper].value)
    case .mlperf: return samples[min(count - 1, Int(Double(count) * share / 100))].value
    case .guidellm:
      let total = samples.reduce(0) { $0 + $1.weight }
      var sum = 0.0
      for sample in samples {
        sum += sample.weight
        if sum >= total * share / 100 { return sample.value }
      }
      return samples[count - 1].value
    }
  }
}
