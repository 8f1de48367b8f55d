import Serving

/// How token counts, or other numbers of requests, are spread.
///
/// A number's rank is a standard normal number, its score, so that numbers of different laws may go
/// together: scores that are correlated make numbers that are.
public protocol LengthLaw: Sendable {
  /// The number whose rank is `score`, before it is rounded.
  func value(atScore score: Double) -> Double
}

extension LengthLaw {
  /// The length whose rank is `score`, in whole tokens, at least one.
  public func tokens(atScore score: Double) -> Int {
    max(1, Int(min(value(atScore: score), Double(EngineRange.tokens.upperBound)).rounded()))
  }
}

/// Always the same.
struct FixedLength: LengthLaw {
  var tokens: Double

  func value(atScore score: Double) -> Double { tokens }
}

/// Each whole number of a range, as often as any other.
struct UniformLength: LengthLaw {
  var least: Double
  var greatest: Double

  func value(atScore score: Double) -> Double {
    (least + normalShare(score) * (greatest - least + 1)).rounded(.down)
  }
}

/// Normal numbers, cut off at both ends.
struct NormalLength: LengthLaw {
  var mean: Double
  var deviation: Double
  var least: Double
  var greatest: Double

  func value(atScore score: Double) -> Double {
    min(max(mean + deviation * score, least), greatest)
  }
}

/// Numbers whose logarithms are normal, cut off at both ends.
struct LognormalLength: LengthLaw {
  var median: Double
  /// The standard deviation of the logarithm.
  var sigma: Double
  var least: Double
  var greatest: Double

  func value(atScore score: Double) -> Double {
    min(max(median * naturalPower(sigma * score), least), greatest)
  }
}

/// Whole numbers from the least on, the k-th of which comes in proportion to k to the power of
/// minus theta.
struct ZipfLength: LengthLaw {
  private let least: Double
  /// The share of numbers up to each.
  private let shares: [Double]

  init(theta: Double, least: Int, greatest: Int) {
    self.least = Double(least)
    var sum = 0.0
    let sums = (1...max(1, greatest - least + 1)).map { rank in
      sum += naturalPower(-theta * naturalLogarithm(Double(rank)))
      return sum
    }
    shares = sums.map { $0 / sum }
  }

  func value(atScore score: Double) -> Double {
    let share = normalShare(score)
    var (low, high) = (0, shares.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if shares[middle] > share { high = middle } else { low = middle + 1 }
    }
    return least + Double(low)
  }
}

/// The numbers of a trace, each as often as there.
struct EmpiricalLength: LengthLaw {
  private let sorted: [Int]

  /// - Parameter values: one at least.
  init(_ values: [Int]) { sorted = values.sorted() }

  func value(atScore score: Double) -> Double {
    Double(sorted[min(sorted.count - 1, Int(normalShare(score) * Double(sorted.count)))])
  }
}
