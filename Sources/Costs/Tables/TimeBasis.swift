/// What the time of an operation rests on.
public enum TimeBasis: String, CaseIterable, Sendable {
  /// Kernels of this GPU and format, of sizes about it.
  case measured
  /// The same, of sizes that do not reach as far: what a kernel falls short of its estimate by is
  /// taken to be what it is at the nearest.
  case extrapolated
  /// Kernels of another format, of other groups of weights that share a scale, or of another GPU,
  /// as shares of the data sheet's peaks.
  case borrowed
  /// No kernels: the share of the peaks that such operations reach.
  case roofline
}
