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
    case .recurrent, .sparse: return nil
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
