/// The sizes of attention that keeps keys and values of each token.
public struct Attention: Sendable, Equatable {
  /// Query heads, and the heads of keys and values that they share.
  public var heads: Int
  public var keyValueHeads: Int
  /// Elements of a head of queries and keys, and of one of values.
  public var headSize: Int
  public var valueSize: Int
  /// How far a token attends.
  public var reach = Reach.all
  /// Which products add a bias.
  public var biases: Biases = []
  /// How queries and keys are normalised.
  public var normalization = Normalization.none
  /// What weighs the result, made by the product that makes queries.
  public var gate = Gate.none
  /// Whether each query head has a sink: a key without a token (gpt-oss).
  public var hasSinks = false
  /// Whether values are what keys are made of (Gemma 4); the cache has both, and vLLM two matrices.
  public var valuesAreKeys = false
  /// Whether the keys and values are those of an earlier layer, which keeps them.
  public var sharesKeyValues = false
  /// What chooses the tokens that are attended to, where not all are.
  public var indexer: Indexer?

  public init(heads: Int, keyValueHeads: Int, headSize: Int) {
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.headSize = headSize
    valueSize = headSize
  }

  /// The tokens that one attends to.
  public enum Reach: Sendable, Equatable {
    /// All before it, and itself.
    case all
    /// The last so many, itself included.
    case window(Int)
    /// Those since the last multiple of so many. They are priced as a window of that size.
    case chunk(Int)
  }

  /// The products of attention that add a bias.
  public struct Biases: OptionSet, Sendable {
    public let rawValue: Int

    public init(rawValue: Int) { self.rawValue = rawValue }

    /// The fused product for queries, keys and values; that of the output.
    public static let queryKeyValue = Biases(rawValue: 1)
    public static let output = Biases(rawValue: 2)
    public static let all: Biases = [.queryKeyValue, .output]
  }

  /// What queries and keys are normalised over, each with weights of its own.
  public enum Normalization: Sendable, Equatable {
    case none
    /// Each head, all by the same weights (Qwen3, Gemma 3).
    case head
    /// All heads together (OLMo 2, MiniMax-M2).
    case heads
  }

  /// A factor of the result.
  public enum Gate: Sendable, Equatable {
    case none
    /// One for each element (Qwen3-Next), or for each head.
    case elements
    case heads
  }

  /// Tokens that are kept; nil for all.
  var keeps: Int? {
    switch reach {
    case .all: nil
    case .window(let tokens), .chunk(let tokens): tokens
    }
  }

  /// The most tokens that one attends to; 0 for all.
  var window: Int { keeps ?? indexer?.chosen ?? 0 }

  /// Elements that are cached for a token.
  var cachedElements: Int { sharesKeyValues ? 0 : keyValueHeads * (headSize + valueSize) }
}

/// What chooses the tokens that sparse attention attends to: a small attention over all keys of its
/// own, which it caches.
///
/// DeepSeek-AI, "DeepSeek-V3.2", 2025; MiniMax-M3's, which chooses blocks of tokens, alike.
public struct Indexer: Sendable, Equatable {
  /// Query heads, and elements of one, and of the one key.
  public var heads: Int
  public var size: Int
  /// The tokens that it chooses; all where there are no more.
  public var chosen: Int
  /// Bytes that are cached of a token: with DeepSeek an 8-bit float for each element, and a scale.
  public var bytesPerToken: Int
  /// Elements that queries are made of; nil for those of the residual stream.
  public var queryRank: Int?
  /// Whether it is an earlier layer's, whose choice is used again.
  public var isShared = false
  /// Whether a factor for each head is made of the token.
  public var hasWeights = true
  /// Weights of the normalisations of its queries and keys.
  public var normalizationParameters = 0

  public init(heads: Int, size: Int, chosen: Int, bytesPerToken: Int) {
    self.heads = heads
    self.size = size
    self.chosen = chosen
    self.bytesPerToken = bytesPerToken
  }
}
