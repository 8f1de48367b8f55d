/// A point in simulated time or a span of it, in whole nanoseconds since the start of the trace.
public typealias Nanoseconds = Int

extension Nanoseconds {
  /// `seconds` on the clock, rounded to the nearest nanosecond.
  public init(seconds: Double) {
    self = Int((seconds * 1e9).rounded())
  }

  /// This many nanoseconds, in seconds.
  public var seconds: Double { Double(self) / 1e9 }
}
