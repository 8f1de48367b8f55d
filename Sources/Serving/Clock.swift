/// A point in simulated time or a span of it, in whole nanoseconds since the start of the trace.
public typealias Nanoseconds = Int

extension Nanoseconds {
  /// `seconds`, neither negative nor beyond the clock's end, rounded to the nearest nanosecond.
  @inline(__always)
  public init(seconds: Double) {
    self = Int(seconds * 1e9 + 0.5)
  }

  /// This many nanoseconds, in seconds.
  public var seconds: Double { Double(self) / 1e9 }
}

/// A sum of spans over many requests or replicas, in nanoseconds, which may be longer than the
/// clock runs.
public typealias TotalNanoseconds = Int128

extension TotalNanoseconds {
  /// This many nanoseconds, in seconds.
  public var seconds: Double { Double(self) / 1e9 }
}
