/// What no schedule can pass, beside which a run's throughput is seen.
public struct ThroughputBounds: Sendable, Equatable {
  /// Requests a second if the GPUs did nothing but the arithmetic, or the reading, or the sending
  /// of the trace's mean request, at the data sheet's rates; whichever is slowest.
  public var roofline: Double
  /// Requests a second of a schedule that knows every length before and holds nothing but whole
  /// means: its memory is always full, nobody is preempted, and it has the batches of the best
  /// throughput at what the cost model says they take.
  public var clairvoyant: Double

  public init(roofline: Double, clairvoyant: Double) {
    self.roofline = roofline
    self.clairvoyant = clairvoyant
  }

  /// The bounds by name.
  public var values: [NamedValue] {
    [
      NamedValue(
        "bounds", "roofline_requests_per_second", unit: "requests/s", .real(roofline)),
      NamedValue(
        "bounds", "clairvoyant_requests_per_second", unit: "requests/s", .real(clairvoyant)),
    ]
  }
}
