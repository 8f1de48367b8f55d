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

extension KernelTimes {
  /// What `seconds(_:on:)` rests on.
  public func basis(of operation: Operation, on gpu: GPU) -> TimeBasis {
    guard let kernel = operation.kernel, let table = gpu.tables.table(for: kernel) else {
      return .roofline
    }
    if table.borrowedFrom != nil || table.format != kernel.format { return .borrowed }
    let bytes = operation.weightBytes
    if abs(operation.scaleBytesBeyondTables) > 0.01 * bytes { return .borrowed }
    return table.times.grid.contains(kernel.point) ? .measured : .extrapolated
  }
}
