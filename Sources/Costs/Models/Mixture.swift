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
  /// Whether experts are chosen by their scores and a bias, without groups of experts, for which
  /// vLLM has no kernel of its own (MiniMax-M2; `fused_topk_bias`).
  public var choosesByBias = false
  /// Elements that experts read and write, to which tokens are compressed; nil for those of the
  /// residual stream.
  public var latentWidth: Int?
  /// Groups of GPUs that have other experts each; this is the part of one of them.
  public var ranks = 1
  /// Copies of experts beside the experts themselves, and whether EPLB places all of them by the
  /// experts' popularity; otherwise they stand in order.
  public var redundant = 0
  public var isRebalanced = false
  /// Whether what experts return is normalised before it is expanded (Kimi-K3).
  public var normalizesLatent = false
  /// Experts that return what they are given, which a token may be sent to as well (LongCat-Flash).
  public var zeroExperts = 0
  /// How unevenly tokens choose.
  public var popularity = ExpertPopularity.even
  /// Whose kernels compute them.
  public var backend = ExpertBackend.auto

  public init(experts: Int, perToken: Int, intermediate: Int) {
    self.experts = experts
    self.perToken = perToken
    self.intermediate = intermediate
  }

  /// Experts of a layer with their copies, on all GPUs and on one.
  public var slots: Int { experts + redundant }
  public var slotsPerRank: Int { slots / ranks }

  /// Experts that compute something for a token, on average.
  public var computedPerToken: Double {
    Double(perToken) * Double(experts) / Double(experts + zeroExperts)
  }

  /// The computing experts of a layer that at least one of `tokens` goes through, on average.
  ///
  /// Tokens choose independently of each other. Evenly, that is E (1 - (1 - k / C)^n) of E experts,
  /// where a token chooses k of C. Otherwise it is the sum over experts of 1 - (1 - p)^(k n),
  /// which takes the k experts of a token to be drawn one by one, with replacement.
  func distinct(for tokens: Int) -> Double {
    if popularity == .even {
      let chosen = Double(perToken) / Double(experts + zeroExperts)
      return Double(experts) * (1 - pow(1 - chosen, Double(tokens)))
    }
    let draws = computedPerToken * Double(tokens)
    let layers = popularity.shares(of: experts)
    let sum = layers.reduce(0.0) { sum, shares in
      shares.reduce(sum) { $0 + 1 - pow(1 - $1, draws) }
    }
    return sum / Double(layers.count)
  }

  /// What `tokens` ask of one rank of its experts, on average: pairs of a token and an expert, and
  /// experts with a token; where there are several ranks, of the busiest.
  func busiest(for tokens: Int) -> (pairs: Double, distinct: Double) {
    if ranks == 1 {
      return (Double(tokens) * computedPerToken, distinct(for: tokens))
    }
    let loads = ExpertLoads.of(self)
    return (loads.pairs(tokens), loads.distinct(tokens))
  }

  /// The mean load of ranks as a share of the busiest one's, where `tokens` choose; nil where there
  /// is one rank.
  public func balancedness(for tokens: Int) -> Double? {
    ranks == 1 ? nil : ExpertLoads.of(self).balancedness(tokens)
  }
}
