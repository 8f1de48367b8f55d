/// The sizes of multi-head latent attention: keys and values are expanded from one short vector a
/// token, which is all that is cached.
///
/// DeepSeek-AI, "DeepSeek-V2", arXiv 2405.04434.
public struct Latent: Sendable, Equatable {
  /// Elements that queries are compressed to; 0 if they are not.
  public var queryRank: Int
  /// Elements that keys and values are compressed to together.
  public var rank: Int
  /// Elements that carry a key's position, shared by all heads, and each query's.
  public var rotary: Int
  /// Elements of one head's values.
  public var valueSize: Int

  public init(queryRank: Int, rank: Int, rotary: Int, valueSize: Int) {
    self.queryRank = queryRank
    self.rank = rank
    self.rotary = rotary
    self.valueSize = valueSize
  }

  /// Elements that are cached for a token, in each layer and on every GPU of a group.
  public var cachedElements: Int { rank + rotary }
}
