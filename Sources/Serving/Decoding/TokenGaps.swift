/// Every time between two consecutive tokens of a request, as values with weights.
///
/// All sequences that decoded together see the same gap, so there is about one entry an iteration.
public struct TokenGaps: Sendable, Equatable {
  /// A gap below 2^44 ns with a weight below 2^20, in one word: the gap in the high bits.
  @usableFromInline var packed: [UInt64] = []
  /// Gaps and weights that do not fit one word.
  @usableFromInline var large: [Entry] = []

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
  package mutating func record(_ gap: Nanoseconds, weight: Int = 1) {
    if gap < 1 << 44 && weight < 1 << 20 {
      packed.append(UInt64(gap) << 20 | UInt64(weight))
    } else {
      large.append(Entry(gap: gap, weight: weight))
    }
  }

  /// Takes back one `gap` that was added lately.
  mutating func remove(_ gap: Nanoseconds) {
    if let place = packed.lastIndex(where: { $0 >> 20 == gap && $0 & 0xFFFFF > 0 }) {
      packed[place] -= 1
    } else if let place = large.lastIndex(where: { $0.gap == gap && $0.weight > 0 }) {
      large[place].weight -= 1
    } else {
      preconditionFailure("only a gap that was added is taken back")
    }
  }

  /// Those that are longer than zero: the times between emissions, where one may bring several
  /// tokens.
  public var longerThanZero: TokenGaps {
    var gaps = TokenGaps()
    gaps.packed = packed.filter { $0 >> 20 > 0 }
    gaps.large = large.filter { $0.gap > 0 }
    return gaps
  }

  /// Visits every entry, in no particular order but always the same one, and copies none.
  @inlinable
  public func visit(_ body: (_ gap: Nanoseconds, _ weight: Int) throws -> Void) rethrows {
    for word in packed { try body(Int(word >> 20), Int(word & 0xFFFFF)) }
    for entry in large { try body(entry.gap, entry.weight) }
  }

  /// All entries from the shortest gap to the longest.
  public func sorted() -> [Entry] {
    var entries: [Entry] = []
    entries.reserveCapacity(packed.count + large.count)
    visit { entries.append(Entry(gap: $0, weight: $1)) }
    entries.sort { ($0.gap, $0.weight) < ($1.gap, $1.weight) }
    return entries
  }
}
