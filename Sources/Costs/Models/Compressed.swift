/// The sizes of attention to compressed tokens: each layer keeps a few last tokens as they are, and
/// of all of them one entry for every so many, of which an indexer may choose.
///
/// One key, which is the value too, serves all heads. DeepSeek-AI, "DeepSeek-V4", 2026.
public struct Compressed: Sendable, Equatable {
  public var heads: Int
  /// Elements of a head, and of an entry.
  public var headSize: Int
  /// Elements that queries are compressed to.
  public var queryRank: Int
  /// Groups of heads whose results are compressed apart, and elements that each is compressed to.
  public var outputGroups: Int
  public var outputRank: Int
  /// The last tokens that are attended to as they are.
  public var window: Int
  /// Tokens of a compressed entry; 0 where there are none.
  public var ratio: Int
  /// What chooses among entries; its own keys are compressed alike.
  public var indexer: Indexer?

  public init(
    heads: Int, headSize: Int, queryRank: Int, outputGroups: Int, outputRank: Int, window: Int,
    ratio: Int
  ) {
    self.heads = heads
    self.headSize = headSize
    self.queryRank = queryRank
    self.outputGroups = outputGroups
    self.outputRank = outputRank
    self.window = window
    self.ratio = ratio
  }

  /// Bytes of an entry: 8-bit floats, 64 elements with positions in bfloat16, scales (vLLM 0.33,
  /// `fp8_ds_mla`).
  public var bytesPerEntry: Int { headSize - 64 + 128 + (headSize - 64) / 64 + 1 }

  /// How often an entry is made of overlapping tokens: twice where it is of few.
  var overlap: Int { ratio > 0 && ratio <= 4 ? 2 : 1 }

  /// Entries that a token attends to that has `context` tokens before it.
  func entries(after context: Double) -> Double {
    let kept = min(context + 1, Double(window))
    if ratio == 0 { return kept }
    let compressed = context / Double(ratio)
    return kept + min(compressed, indexer.map { Double($0.chosen) } ?? compressed)
  }
}
