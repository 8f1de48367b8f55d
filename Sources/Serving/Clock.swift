/// A point in simulated time or a span of it, in whole nanoseconds since the start of the trace.
public typealias Nanoseconds = Int

extension Nanoseconds {
  /// `seconds`, not negative, on the clock, rounded to the nearest nanosecond.
  @inline(__always)
  public init(seconds: Double) {
    self = Int(seconds * 1e9 + 0.5)
  }

  /// This many nanoseconds, in seconds.
  public var seconds: Double { Double(self) / 1e9 }
}
