/// What a run writes down besides what becomes of each request; each costs time or memory.
public struct Observation: OptionSet, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Every iteration.
  public static let iterations = Observation(rawValue: 1)
  /// Where each request's latency came from.
  public static let attribution = Observation(rawValue: 2)
  /// The greatest smoothed gap of each request (DeepSpeed-FastGen's effective throughput).
  public static let smoothedGaps = Observation(rawValue: 4)
  /// What the batch that each replica planned last decides, sequence by sequence.
  public static let decisions = Observation(rawValue: 8)
}
