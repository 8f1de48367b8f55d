/// The sizes of multi-head latent attention: keys and values are expanded from one short vector a
/// token, which is all that is cached.
///
/// DeepSeek-AI, "DeepSeek-V2", arXiv 2405.04434.
public struct Latent: Sendable, Equatable {
  public var heads: Int
  /// Elements of one head of queries and keys without positions.
  public var headSize: Int
  /// Elements that queries are compressed to; 0 if they are not.
  public var queryRank: Int
  /// Elements that keys and values are compressed to together.
  public var rank: Int
  /// Elements that carry a key's position, shared by all heads, and each query's; 0 without.
  public var rotary: Int
  /// Elements of one head's values.
  public var valueSize: Int
  /// Whether a factor for each element of the result is made of the token (Kimi-K3).
  public var hasGate = false
  /// What chooses the tokens that are attended to, where not all are.
  public var indexer: Indexer?

  public init(
    heads: Int, headSize: Int, queryRank: Int, rank: Int, rotary: Int, valueSize: Int
  ) {
    self.heads = heads
    self.headSize = headSize
    self.queryRank = queryRank
    self.rank = rank
    self.rotary = rotary
    self.valueSize = valueSize
  }

  /// Elements that are cached for a token, in each layer and on every GPU of a group.
  public var cachedElements: Int { rank + rotary }

  /// The most tokens that one attends to; 0 for all.
  var window: Int { indexer?.chosen ?? 0 }
}
