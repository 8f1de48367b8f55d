/// How long operations take on a GPU.
public enum OperationTimes: Sendable, Equatable {
  /// As the GPU's tables of measured kernels say; by the roofline where it has none.
  ///
  /// Tables are of single kernels; products that follow one another run no faster than the GPU's
  /// sustained rate. Kernels that were timed over and over found in the cache what a model reads
  /// from memory; nothing here takes less than the data sheet allows.
  case measured
  /// By the roofline alone.
  case roofline

  /// The seconds of one run of `operation` on `gpu`; greater than zero.
  public func seconds(_ operation: Operation, on gpu: GPU) -> Double {
    guard self == .measured, let kernel = operation.kernel,
      let seconds = gpu.tables.seconds(kernel, on: gpu)
    else {
      return Roofline().seconds(operation, on: gpu)
    }
    let least = max(seconds, operation.leastSeconds(on: gpu))
    guard let rate = gpu.sustainedRate, kernel.operation == .gemm, operation.format == .bf16 else {
      return least
    }
    return max(least, kernel.flops / rate)
  }

  /// What `seconds(_:on:)` rests on.
  public func basis(of operation: Operation, on gpu: GPU) -> TimeBasis {
    guard self == .measured, let kernel = operation.kernel,
      let table = gpu.tables.table(for: kernel)
    else {
      return .roofline
    }
    if table.borrowedFrom != nil || table.format != kernel.format
      || table.operation != kernel.operation
    {
      return .borrowed
    }
    let bytes = operation.weightBytes
    if abs(operation.scaleBytesBeyondTables) > 0.01 * bytes { return .borrowed }
    return table.times.grid.contains(kernel.point) ? .measured : .extrapolated
  }
}
