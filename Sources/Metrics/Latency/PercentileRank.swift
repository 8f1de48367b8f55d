/// Where a percentile stands among samples in order: between two of them, linearly, as NumPy's
/// `percentile` has it unless told otherwise.
public struct PercentileRank: Sendable {
  /// The places of the samples below and above, counted from 0.
  public let lower: Int
  public let upper: Int
  /// How far it is from the lower to the upper, 0 to 1.
  private let share: Double

  /// The rank of the percentile `percent`, 0 to 100, of `count` samples, of which there is one.
  public init(_ percent: Double, of count: Int) {
    let position = Double(count - 1) * (percent / 100)
    lower = Int(position)
    upper = min(lower + 1, count - 1)
    share = position - Double(lower)
  }

  /// The percentile, where the samples below and above are `low` and `high`; computed from the
  /// nearer of them.
  public func value(_ low: Double, _ high: Double) -> Double {
    share < 0.5 ? low + (high - low) * share : high - (high - low) * (1 - share)
  }
}
