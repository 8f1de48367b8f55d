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
  /// How the tokens lie where the GPU was sent those of its experts alone; nil where it has all.
  public var layout: Layout?
  /// Whether Marlin's kernels compute it.
  public var isMarlin = false

  /// How tokens that were sent lie in memory.
  public enum Layout: Sendable, Equatable {
    /// Those of an expert after those of another.
    case contiguous
    /// In as much room for each expert as all could take, of which a mask tells what counts.
    case masked
  }

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

extension ExpertWork {
  /// Takes those tokens alone that go through experts of this GPU, which lie as `layout` has it.
  mutating func receive(_ layout: Layout) {
    let sent = Exchange(
      tokens: tokens, bytesPerToken: 1, experts: experts, perToken: perToken, gpus: divided,
      isCombining: false, isLowLatency: false)
    // Pairs of a token that goes to a rank, on average.
    let each = max(1, perToken / sent.reached(of: divided))
    tokens = max(1, pairs / each)
    perToken = pairs / tokens
    divided = 1
    self.layout = layout
  }
}
