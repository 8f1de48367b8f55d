/// The exponential moving average of a request's token gaps, and the greatest that it has been.
///
/// Each gap weighs 15/17 of the next one (a span of 16), and the weights are divided by their sum,
/// so that the average is unbiased from the first gap on: `ewm(span=16).mean()` of pandas, as
/// DeepSpeed-FastGen's benchmark judges the pace of an answer.
struct SmoothedGap: Sendable {
  private var sum = 0.0
  private var weight = 0.0
  /// The greatest average so far, in nanoseconds; zero before the first gap.
  private(set) var greatest = 0.0

  private static let decay = 15.0 / 17

  /// Adds the next gap.
  @inline(__always)
  mutating func add(_ gap: Nanoseconds) {
    sum = sum * Self.decay + Double(gap)
    weight = weight * Self.decay + 1
    greatest = max(greatest, sum / weight)
  }
}
