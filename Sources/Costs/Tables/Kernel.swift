import Foundation

/// One call of a kernel as tables of measured times know it: which table, where in it, and the
/// work that its time is estimated from.
struct Kernel: Sendable, Equatable {
  var operation: MeasuredOperation
  var format: NumberFormat
  /// What tells tables of one operation and format apart, such as the size of a head.
  var variant = 0
  var flops = 0.0
  var memoryBytes = 0.0
  var wireBytes = 0.0
  /// Bytes sent to GPUs of the same node besides, at the same time.
  var localBytes = 0.0
  /// Of the floating-point operations, those of the longest part that one multiprocessor computes.
  var serialFlops = 0.0
  /// Of attention, the floating-point operations of pairs of a token and one that it attends to,
  /// and the bytes of what is read and written, without what is empty of tiles.
  var leastFlops = 0.0
  var leastBytes = 0.0
  /// Of prompts whose tokens attend to all before them, query heads times prompts; otherwise 0.
  var promptHeads = 0.0
  /// Bytes that smaller kernels before and after it move, while it does not run.
  var otherBytes = 0.0
  /// Kernels that follow one another.
  var kernels = 1.0
  /// GPUs that take part.
  var gpus = 1
  /// Logarithms to base two of the table's coordinates.
  var point = SIMD4<Double>.zero

  /// The seconds that the slowest of arithmetic, memory and link takes at its peak, those of other
  /// kernels' bytes, and the shortest time that any kernel takes.
  func estimate(on gpu: borrowing GPU) -> Double {
    if gpus > 1 {
      return max(
        wireBytes / gpu.link(among: gpus).bytesPerSecond,
        localBytes / gpu.link(among: 2).bytesPerSecond) + Self.collectiveSeconds
    }
    return estimate(
      rate: gpu.peaks.rate(format.arithmetic), bytesPerSecond: gpu.memoryBytesPerSecond,
      multiprocessors: gpu.multiprocessors)
  }

  /// The same of a kernel on one GPU with these peaks.
  @inline(__always)
  func estimate(rate: Double, bytesPerSecond: Double, multiprocessors: Double) -> Double {
    max((flops + serialFlops * multiprocessors) / rate, memoryBytes / bytesPerSecond)
      + otherBytes / bytesPerSecond + kernels * Self.kernelSeconds
  }

  /// The order of the shortest times of a kernel, and of a collective: scales, not fits; the
  /// tables hold what GPUs differ by.
  static let kernelSeconds = 2e-6
  private static let collectiveSeconds = 5e-6
}

extension Kernel {
  /// A product of `rows` by `inputs` with `inputs` by `outputs`.
  static func gemm(rows: Double, outputs: Double, inputs: Double, _ format: NumberFormat) -> Kernel
  {
    Kernel(
      operation: .gemm, format: format, flops: 2 * rows * outputs * inputs,
      memoryBytes: rows * inputs * format.bytesPerInput
        + inputs * outputs * format.bytesPerWeight + rows * outputs * 2,
      point: SIMD4(
        log2(rows), log2(outputs), log2(inputs),
        rows.truncatingRemainder(dividingBy: 4) == 0 ? 2 : 0))
  }

  /// Adds `rows` of `width` elements to the residual stream and normalises them: both are read and
  /// written.
  static func normalization(rows: Double, width: Double) -> Kernel {
    .elementwise(.normalization, bytes: rows * width * 8)
  }

  /// Reads both halves of the MLP's first product, `rows` of `width` elements each, and writes one.
  static func activation(rows: Double, width: Double) -> Kernel {
    .elementwise(.activation, bytes: rows * width * 6)
  }

  /// Reads `rows` of `width` elements of queries and keys, turns and writes them.
  static func rotary(rows: Double, width: Double) -> Kernel {
    .elementwise(.rotary, bytes: rows * width * 4)
  }

  /// Reads `rows` of `width` elements and writes them in 8 bits.
  static func quantize(rows: Double, width: Double) -> Kernel {
    Kernel(
      operation: .quantize, format: .bf16, memoryBytes: rows * width * 3,
      point: SIMD4(log2(rows), log2(width), 0, 0))
  }

  /// A kernel that moves `bytes` and computes little.
  static func elementwise(_ operation: MeasuredOperation, bytes: Double) -> Kernel {
    Kernel(
      operation: operation, format: .bf16, memoryBytes: bytes,
      point: SIMD4(log2(max(bytes, 1)), 0, 0, 0))
  }

  /// Whose collective it is.
  enum Library: Int, Sendable {
    /// The engine's own where it has one, in a CUDA graph: measured in bf16.
    case engine
    /// NCCL's, as nccl-tests measures it: in half precision, or in bytes.
    case nccl

    /// The library whose times stand in a table under `format`.
    init(format: String) {
      switch format.lowercased() {
      case "half", "fp16", "float16", "int8": self = .nccl
      default: self = .engine
      }
    }
  }

  /// A collective of `gpus` on a buffer of `bytes` on each of them, as nccl-tests counts: what is
  /// reduced, what all have gathered, what is scattered or exchanged.
  static func collective(
    _ operation: MeasuredOperation, bytes: Double, gpus: Int, library: Library = .engine
  ) -> Kernel {
    let others = Double(gpus - 1) / Double(gpus)
    let sent =
      switch operation {
      case .allReduce, .fusedAllReduce: 2 * bytes * others
      case .sendReceive: bytes
      default: bytes * others
      }
    return Kernel(
      operation: operation, format: .bf16, variant: library.rawValue, wireBytes: sent, gpus: gpus,
      point: SIMD4(log2(Double(gpus)), log2(max(bytes, 1)), 0, 0))
  }
}
