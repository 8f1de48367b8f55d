/// What became of one tier, over all replicas that use it.
public struct TierUse: Sendable, Equatable {
  /// What reports call it.
  public let name: String
  /// Prompt tokens that were found here, or in a lower tier where this is not it, and not computed.
  public internal(set) var hitTokens = 0
  /// Bytes that were read from it and written to it.
  public internal(set) var readBytes = 0.0
  public internal(set) var writtenBytes = 0.0
  /// Bytes that made way for others, and bytes that were not kept because nothing could.
  public internal(set) var evictedBytes = 0.0
  public internal(set) var skippedBytes = 0.0
  /// The most bytes that it kept at once, and what it has room for.
  public internal(set) var peakBytes = 0.0
  public internal(set) var bytes = 0.0

  public init(name: String) { self.name = name }

  /// Adds what another replica made of it, or of a tier with that name of its own.
  mutating func add(_ other: TierUse) {
    hitTokens += other.hitTokens
    readBytes += other.readBytes
    writtenBytes += other.writtenBytes
    evictedBytes += other.evictedBytes
    skippedBytes += other.skippedBytes
    peakBytes += other.peakBytes
    bytes += other.bytes
  }
}
