import Foundation

/// Times by the tables of the GPU, and by the roofline for operations that it has no table for.
///
/// Tables are of single kernels; products that follow one another run no faster than the GPU's
/// sustained rate. Kernels that were timed over and over found in the cache what a model reads from
/// memory; nothing here takes less than the data sheet allows.
public struct KernelTimes: OperationTimes {
  private let roofline = Roofline()

  public init() {}

  public func seconds(_ operation: Operation, on gpu: GPU) -> Double {
    guard let kernel = operation.kernel, let seconds = gpu.tables.seconds(kernel, on: gpu) else {
      return roofline.seconds(operation, on: gpu)
    }
    let least = max(seconds, operation.leastSeconds(on: gpu))
    guard let rate = gpu.sustainedRate, kernel.operation == .gemm, operation.format == .bf16 else {
      return least
    }
    return max(least, kernel.flops / rate)
  }
}

extension Operation {
  /// The kernel that runs it, or nil for what no table is kept of.
  var kernel: Kernel? {
    switch shape {
    case .matrix(let rows, let inputs, let outputs):
      var kernel = Kernel.gemm(
        rows: Double(rows), outputs: Double(outputs), inputs: Double(inputs), format)
      kernel.memoryBytes += scaleBytesBeyondTables
      return kernel
    case .experts(let work):
      var kernel = Kernel.experts(work, format)
      kernel.memoryBytes += scaleBytesBeyondTables
      return kernel
    case .prefill(let work, let heads, let keyValueHeads, let headSize, _):
      let heads = AttentionHeads(
        Double(heads), sharing: Double(keyValueHeads), size: Double(headSize))
      return .prefill(work, heads, format)
    case .decode(
      let sequences, let context, _, let heads, let keyValueHeads, let headSize, let window):
      let heads = AttentionHeads(
        Double(heads), sharing: Double(keyValueHeads), size: Double(headSize))
      return .decode(
        sequences: Double(sequences), context: Double(context) / Double(sequences) + 1,
        window: Double(window), heads, format)
    case .latentPrefill(let work, let heads, _, _, _):
      return .latentPrefill(work, heads: Double(heads), format)
    case .latentDecode(let sequences, let context, _, let heads, _, _):
      return .latentDecode(
        sequences: Double(sequences), context: Double(context) / Double(sequences) + 1,
        heads: Double(heads), format)
    case .elements:
      switch name {
      case .normalization, .finalNormalization:
        return .elementwise(.normalization, bytes: memoryBytes)
      case .activation: return .elementwise(.activation, bytes: memoryBytes)
      case .rotaryAndCache: return .elementwise(.rotary, bytes: memoryBytes)
      default: return nil
      }
    case .collective(let rows, let width, let ranks):
      let bytes = Double(rows) * Double(width) * Model.bytesPerActivation
      let operation: MeasuredOperation =
        switch name {
        case .gatherLogits: .allGather
        case .sendActivations: .sendReceive
        default: .allReduce
        }
      return .collective(operation, bytes: bytes, gpus: ranks)
    }
  }
}
