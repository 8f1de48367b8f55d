import Foundation

/// What the tokens of a batch ask of the routed experts of one layer on one GPU.
public struct ExpertWork: Sendable, Equatable {
  /// Tokens of all GPUs that the experts are divided among.
  public var tokens: Double
  /// Experts of the layer, on all GPUs, and how many of them a token goes through on average.
  public var experts: Double
  public var perToken: Double
  /// Elements of a token, and of what an expert makes of it, as far as this GPU has a part of that.
  public var hidden: Double
  public var intermediate: Double
  /// Matrices of an expert: three with a gate, two without.
  public var matrices: Double
  /// GPUs that the experts are divided among, each having some of them whole or a part of these.
  public var divided: Double
  /// Experts of this GPU that at least one token goes through.
  public var distinct: Double
  /// Pairs of a token and an expert of this GPU that it goes through.
  public var pairs: Double

  /// The work of experts that take turns: no expert has a second token before all have one, and no
  /// GPU more pairs than another.
  public init(
    tokens: Double, experts: Double, perToken: Double, hidden: Double, intermediate: Double,
    matrices: Double = 3, divided: Double = 1
  ) {
    self.tokens = tokens
    self.experts = experts
    self.perToken = perToken
    self.hidden = hidden
    self.intermediate = intermediate
    self.matrices = matrices
    self.divided = divided
    distinct = max(min(experts, tokens * perToken) / divided, min(1, tokens * perToken))
    pairs = max(tokens * perToken / divided, distinct)
  }
}
