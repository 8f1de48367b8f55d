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
    case .convolution, .recurrent, .indexer, .sparseLatent, .sparse: return mixerKernel
    case .elements: return elementKernel
    case .exchange(let exchange): return .exchange(exchange)
    case .collective(let rows, let width, let ranks):
      let bytes = Double(rows) * Double(width) * Model.bytesPerActivation
      let operation: MeasuredOperation =
        switch name {
        case .gatherLogits, .dispatchTokens, .gatherTokens: .allGather
        case .combineTokens: .reduceScatter
        case .sendActivations: .sendReceive
        case .fusedAllReduce: .fusedAllReduce
        default: .allReduce
        }
      return .collective(operation, bytes: bytes, gpus: ranks)
    }
  }

  /// That of a mixer other than attention to all.
  private var mixerKernel: Kernel? {
    switch shape {
    case .convolution(let tokens, let sequences, let channels, let length, let isDecode):
      return .convolution(
        sequences: sequences, tokens: tokens / sequences, channels: Double(channels),
        length: Double(length), isDecode: isDecode)
    case .recurrent(let recurrent, let tokens, let sequences, let isDecode):
      guard let states = recurrent.measuredStates else { return nil }
      return .recurrence(
        states, sequences: sequences, tokens: tokens / sequences, isDecode: isDecode)
    case .indexer(let queries, let keys, let heads, let headSize, _):
      var kernel = Kernel.indexer(
        queries: queries, keys: keys, heads: Double(heads), headSize: Double(headSize))
      // The choice reads the scores once more.
      kernel.otherBytes = 4 * queries * keys
      return kernel
    case .sparseLatent(let tokens, let chosen, let heads, _):
      return .sparseLatent(
        tokens: tokens, chosen: Double(chosen), heads: Double(heads), format)
    default: return nil
    }
  }

  /// That of work on single elements.
  private var elementKernel: Kernel? {
    switch name {
    case .normalization, .finalNormalization: .elementwise(.normalization, bytes: memoryBytes)
    case .activation: .elementwise(.activation, bytes: memoryBytes)
    case .rotaryAndCache: .elementwise(.rotary, bytes: memoryBytes)
    default: nil
    }
  }
}
