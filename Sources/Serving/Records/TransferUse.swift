/// What was handed over between pools.
public struct TransferUse: Sendable, Equatable {
  /// Prompts whose caches were read by other replicas, to their ends.
  public private(set) var count = 0
  /// Tokens that were read, and their bytes.
  public private(set) var tokens = 0
  public private(set) var bytes = 0.0
  /// Prompt tokens that were found in the cache of the reader, or are computed there once more.
  public private(set) var heldTokens = 0
  /// What the transfers took, summed up.
  public private(set) var time: TotalNanoseconds = 0
  /// The most that were under way at once.
  public private(set) var mostAtOnce = 0
  private var underWay = 0

  public init() {}

  /// Books the beginning of one.
  mutating func begin(tokens: Int, bytes: Double, held: Int) {
    self.tokens += tokens
    heldTokens += held
    self.bytes += bytes
    underWay += 1
    mostAtOnce = max(mostAtOnce, underWay)
  }

  /// Books the end of one, `time` after its beginning.
  mutating func end(after time: Nanoseconds) {
    count += 1
    self.time += TotalNanoseconds(time)
    underWay -= 1
  }
}
