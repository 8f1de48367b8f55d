import Foundation

/// The times of kernels that differ in their last two coordinates alone, as the attention of one
/// model does from batch to batch.
struct KernelSlice: ~Copyable, Sendable {
  /// Whether there is a table; without one, times are the estimates.
  let isMeasured: Bool
  private let times: TimeTable
  /// The same, for the loop that prices batches.
  private let plane: Plane
  private let firstAxis: Int
  private let rate: Double
  private let bytesPerSecond: Double
  private let multiprocessors: Double

  /// The kernels of `table`, if there is one, that have the coordinates of `kernel` but for the
  /// last two.
  init(_ table: TimeTable?, through kernel: Kernel, on gpu: GPU) {
    isMeasured = table != nil
    let table = table ?? TimeTable(grid: Grid(axes: [[0], [0]]), octaves: [0])
    firstAxis = table.grid.dimensions - 2
    times = table.slice(at: kernel.point, from: firstAxis)
    plane = Plane(times)
    rate = gpu.peaks.rate(kernel.format.arithmetic)
    bytesPerSecond = gpu.memoryBytesPerSecond
    multiprocessors = gpu.multiprocessors
  }

  /// The seconds of `kernel`: never less than its arithmetic and its bytes take at the peaks.
  func seconds(_ kernel: Kernel) -> Double {
    seconds(kernel, at: kernel.point[firstAxis], kernel.point[firstAxis + 1])
  }

  /// The same of a `kernel` whose coordinates on the two axes are `x` and `y`.
  @inline(__always)
  func seconds(_ kernel: Kernel, at x: Double, _ y: Double) -> Double {
    let estimate = kernel.estimate(
      rate: rate, bytesPerSecond: bytesPerSecond, multiprocessors: multiprocessors)
    let seconds =
      times.holdsNoLonger(kernel, keys: y)
      ? times.secondsBeyond(
        kernel, at: x, y, estimate: estimate, rate: rate, multiprocessors: multiprocessors)
      : estimate * exp2(plane.value(at: plane.place(x), y))
    return max(seconds, kernel.leastFlops / rate, kernel.leastBytes / bytesPerSecond)
  }

  /// Where a kernel with the coordinate `x` lies on the first of the two axes.
  func place(_ x: Double) -> Grid.Place { plane.place(x) }

  /// The seconds of the decodes of `work`, whose place on the first axis is known.
  @inline(__always)
  func seconds(_ work: DecodeWork, at place: Grid.Place) -> Double {
    let estimate = work.bytes / bytesPerSecond + Kernel.kernelSeconds
    let seconds = estimate * exp2(plane.value(at: place, log2(work.keys)))
    return max(seconds, work.leastFlops / rate, work.leastBytes / bytesPerSecond)
  }
}
