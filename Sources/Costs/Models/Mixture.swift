import Foundation

/// The experts that stand in for an MLP, of which each token goes through a few.
public struct Mixture: Sendable, Equatable {
  /// Experts of a layer that compute, and how many a token is sent to.
  public var experts: Int
  public var perToken: Int
  /// The width of one expert.
  public var intermediate: Int
  /// The width of the experts that every token goes through beside them, all together; 0 if there
  /// are none.
  public var sharedIntermediate = 0
  /// Whether a gate of its own weighs what the shared experts return (Qwen2).
  public var hasSharedGate = false
  /// Whether experts and shared experts multiply by a gate (three matrices) or are plain (two).
  public var isGated = true
  /// Whether routed experts and the router add biases (gpt-oss).
  public var hasBias = false
  /// Elements that experts read and write, to which tokens are compressed; nil for those of the
  /// residual stream.
  public var latentWidth: Int?
  /// Whether what experts return is normalised before it is expanded (Kimi-K3).
  public var normalizesLatent = false
  /// Experts that return what they are given, which a token may be sent to as well (LongCat-Flash).
  public var zeroExperts = 0
  /// How unevenly tokens choose: the expert of rank i is chosen in proportion to i^-skew; 0 is
  /// evenly.
  public var skew = 0.0

  public init(experts: Int, perToken: Int, intermediate: Int) {
    self.experts = experts
    self.perToken = perToken
    self.intermediate = intermediate
  }

  /// Experts that compute something for a token, on average.
  public var computedPerToken: Double {
    Double(perToken) * Double(experts) / Double(experts + zeroExperts)
  }

  /// The computing experts of a layer that at least one of `tokens` goes through, on average.
  ///
  /// Tokens choose independently of each other. Evenly, that is E (1 - (1 - k / C)^n) of E experts,
  /// where a token chooses k of C. With a skew it is the sum over experts of 1 - (1 - p)^(k n),
  /// which takes the k experts of a token to be drawn one by one, with replacement.
  func distinct(for tokens: Int) -> Double {
    if skew == 0 {
      let chosen = Double(perToken) / Double(experts + zeroExperts)
      return Double(experts) * (1 - pow(1 - chosen, Double(tokens)))
    }
    let popularities = (1...experts).map { pow(Double($0), -skew) }
    let sum = popularities.reduce(0, +)
    let draws = computedPerToken * Double(tokens)
    return popularities.reduce(0) { $0 + 1 - pow(1 - $1 / sum, draws) }
  }
}
