import Metrics
import Serving

/// How token counts, or any whole numbers, are spread.
public struct LengthStatistics: Sendable, Equatable {
  /// The percentiles that are told, by linear interpolation over all of them.
  public static let percents = [1.0, 25, 50, 75, 90, 95, 99]

  public var count: Int
  /// The sum over the count.
  public var mean: Double
  /// The standard deviation, of the numbers themselves and not of what they are a sample of.
  public var deviation: Double
  /// The ends.
  public var least: Int
  public var greatest: Int
  /// One a percent of `percents`.
  public var percentiles: [Double]
  /// The numbers from the least to the greatest.
  public let sorted: [Int]

  /// The statistics of `values`; nil where there are none.
  public init?(_ values: [Int]) {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    let mean = Double(sorted.reduce(Int128(0)) { $0 + Int128($1) }) / Double(sorted.count)
    count = sorted.count
    self.mean = mean
    let squares = sorted.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    deviation = (squares / Double(sorted.count)).squareRoot()
    (least, greatest) = (sorted[0], sorted[sorted.count - 1])
    percentiles = Self.percents.map { percent in
      let rank = PercentileRank(percent, of: sorted.count)
      return rank.value(Double(sorted[rank.lower]), Double(sorted[rank.upper]))
    }
    self.sorted = sorted
  }

  /// The percentile `percent`, which is one of `percents`.
  public func percentile(_ percent: Double) -> Double {
    guard let place = Self.percents.firstIndex(of: percent) else {
      preconditionFailure("a percentile that is told")
    }
    return percentiles[place]
  }

  /// The deviation over the mean.
  public var variation: Double { mean == 0 ? 0 : deviation / mean }

  /// The figures by name, of the section `section`.
  public func values(_ section: String) -> [NamedValue] {
    [NamedValue(section, "mean", .real(mean)), NamedValue(section, "variation", .real(variation))]
      + [NamedValue(section, "min", .count(least))]
      + zip(Self.percents, percentiles).map {
        NamedValue(section, Statistic.percentile($0).name, .real($1))
      } + [NamedValue(section, "max", .count(greatest))]
  }

  /// Pearson's correlation of `a` and `b`, as many as each other; nil where either is constant.
  public static func correlation(_ a: [Int], _ b: [Int]) -> Double? {
    guard let first = LengthStatistics(a), let second = LengthStatistics(b) else { return nil }
    let scale = first.deviation * second.deviation
    guard scale > 0 else { return nil }
    let sum = zip(a, b).reduce(0.0) {
      $0 + (Double($1.0) - first.mean) * (Double($1.1) - second.mean)
    }
    return sum / Double(a.count) / scale
  }
}
