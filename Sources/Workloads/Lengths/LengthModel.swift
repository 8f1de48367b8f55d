import Serving

/// Token counts that follow measured quantiles.
///
/// A length's rank is a standard normal number, its score. The logarithm of the length runs
/// straight, in the score, from each quantile to the next, and stays level beyond the outermost:
/// a lognormal distribution in pieces. Scores that are correlated make lengths that are.
public struct LengthModel: LengthLaw, Equatable {
  /// Where the quantiles come from.
  public let source: String
  /// The quantiles, from the shortest to the longest.
  public let quantiles: [Quantile]
  /// The score of each quantile, and the logarithm of its tokens.
  private let scores: [Double]
  private let logarithms: [Double]

  /// A length and the share of requests that are no longer.
  public struct Quantile: Sendable, Equatable {
    /// Between 0 and 1.
    public var share: Double
    /// At least 1.
    public var tokens: Double

    public init(_ share: Double, _ tokens: Double) {
      self.share = share
      self.tokens = tokens
    }
  }

  /// - Parameter quantiles: at least one, in ascending order of both share and tokens.
  public init(source: String, quantiles: [Quantile]) {
    let ascends = zip(quantiles, quantiles.dropFirst()).allSatisfy {
      $0.share < $1.share && $0.tokens <= $1.tokens
    }
    precondition(ascends && !quantiles.isEmpty, "quantiles ascend")
    precondition(quantiles[0].tokens >= 1, "a request has a prompt and an output")
    self.source = source
    self.quantiles = quantiles
    scores = quantiles.map { normalQuantile($0.share) }
    logarithms = quantiles.map { naturalLogarithm($0.tokens) }
  }

  /// The length whose rank is `score`, in tokens before they are rounded.
  public func value(atScore score: Double) -> Double {
    guard let above = scores.firstIndex(where: { $0 > score }) else {
      return quantiles[quantiles.count - 1].tokens
    }
    if above == 0 { return quantiles[0].tokens }
    let below = above - 1
    let part = (score - scores[below]) / (scores[above] - scores[below])
    let rise = logarithms[above] - logarithms[below]
    return naturalPower(logarithms[below] + rise * part)
  }
}
