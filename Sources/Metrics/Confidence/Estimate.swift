import Foundation

/// Student's distribution, which the mean of few samples of equal spread follows.
public enum StudentT {
  /// The value that lies as far above zero as holds `confidence` of the distribution between it and
  /// its negative.
  ///
  /// - Parameters:
  ///   - confidence: above 0 and below 1, such as 0.95.
  ///   - freedom: degrees of freedom, at least 1: the samples less one.
  public static func bound(_ confidence: Double, freedom: Int) -> Double {
    precondition(confidence > 0 && confidence < 1 && freedom > 0, "a share of a distribution")
    var (low, high) = (0.0, 1.0)
    while share(within: high, freedom) < confidence { high *= 2 }
    for _ in 0..<80 {
      let middle = (low + high) / 2
      if share(within: middle, freedom) < confidence { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// The share of the distribution between `-bound` and `bound`: the finite series of Abramowitz
  /// and Stegun, 26.7.3 and 26.7.4.
  static func share(within bound: Double, _ freedom: Int) -> Double {
    let angle = atan(bound / Double(freedom).squareRoot())
    let (sine, cosine) = (sin(angle), cos(angle))
    let isOdd = !freedom.isMultiple(of: 2)
    if freedom == 1 { return 2 * angle / .pi }
    var term = isOdd ? cosine : 1
    var sum = term
    for index in stride(from: isOdd ? 3 : 2, to: freedom, by: 2) {
      term *= Double(index - 1) / Double(index) * cosine * cosine
      sum += term
    }
    return isOdd ? 2 / .pi * (angle + sine * sum) : sine * sum
  }
}

/// A mean over independent samples with the interval that holds the true one 95 times in 100, by
/// Student's distribution.
public struct Estimate: Sendable, Equatable {
  public var mean: Double
  /// How far the interval reaches to either side of the mean; infinite for a single sample.
  public var halfWidth: Double

  /// - Parameter samples: one at least.
  public init(_ samples: [Double]) {
    precondition(!samples.isEmpty, "a mean is of something")
    let count = Double(samples.count)
    let mean = samples.reduce(0, +) / count
    self.mean = mean
    guard samples.count > 1 else {
      halfWidth = .infinity
      return
    }
    let squares = samples.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let error = (squares / (count - 1) / count).squareRoot()
    halfWidth = StudentT.bound(0.95, freedom: samples.count - 1) * error
  }

  /// Whether zero lies outside the interval: for the differences of pairs, whether one is better.
  public var isDistinguishable: Bool { mean.magnitude > halfWidth }
}
