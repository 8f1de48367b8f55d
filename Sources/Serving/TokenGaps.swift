/// Every time between two consecutive tokens of a request, as values with weights.
///
/// All sequences that decoded together see the same gap, so there is about one entry an iteration.
public struct TokenGaps: Sendable, Equatable {
  /// A gap below 2^44 ns with a weight below 2^20, in one word: the gap in the high bits.
  private var packed: [UInt64] = []
  /// Gaps and weights that do not fit one word.
  private var large: [Entry] = []

  /// A gap that `weight` pairs of tokens share.
  public struct Entry: Sendable, Equatable {
    public var gap: Nanoseconds
    public var weight: Int

    public init(gap: Nanoseconds, weight: Int) {
      self.gap = gap
      self.weight = weight
    }
  }

  public init() {}

  /// Adds `gap` for `weight` pairs of tokens.
  @inline(__always)
  mutating func record(_ gap: Nanoseconds, weight: Int = 1) {
    if gap < 1 << 44 && weight < 1 << 20 {
      packed.append(UInt64(gap) << 20 | UInt64(weight))
    } else {
      large.append(Entry(gap: gap, weight: weight))
    }
  }

  /// All entries from the shortest gap to the longest.
  public func sorted() -> [Entry] {
    let short = packed.sorted().map { Entry(gap: Int($0 >> 20), weight: Int($0 & 0xFFFFF)) }
    let rest = large.sorted { ($0.gap, $0.weight) < ($1.gap, $1.weight) }
    return (short + rest).sorted { $0.gap < $1.gap }
  }
}
