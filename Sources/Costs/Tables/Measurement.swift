/// One measured time of a kernel, with the sizes that it was measured at.
///
/// A size that an operation does not have is nil. The columns of a table of measurements have the
/// same names, with underscores.
public struct Measurement: Sendable, Equatable {
  public var operation: MeasuredOperation
  /// The format as the table of measurements calls it.
  public var format: String
  /// Which sizes are given.
  public var sizes: [Size: Double] = [:]
  public var seconds: Double

  /// The sizes of a kernel.
  public enum Size: String, CaseIterable, Sendable {
    /// Rows, columns and inner size of a product; tokens, width of an expert and width of the model
    /// for experts; rows and elements of each for work on single elements.
    case m, n, k
    /// Sequences.
    case batch
    /// New tokens of each sequence, and cached tokens before them; for a decode the tokens
    /// attended to.
    case queryTokens = "query_tokens"
    case contextTokens = "context_tokens"
    /// Heads on one GPU.
    case heads
    case keyValueHeads = "kv_heads"
    case headSize = "head_size"
    /// Tokens that attention looks back at most; 0 or nil for all.
    case window
    /// Experts of a layer, and how many of them a token goes through.
    case experts, topk
    /// Matrices of an expert; nil for three.
    case matrices
    /// Experts of the busiest GPU that at least one token goes through, and pairs of a token and
    /// such an expert; nil where the experts take turns.
    case distinct, pairs
    /// Bytes of a collective's buffer on each GPU.
    case bytes
    /// Multiprocessors that a kernel which sends takes; nil for 20.
    case multiprocessors = "sms"
    /// GPUs that take part; for experts, those that the experts are divided among.
    case gpus
  }

  public init(
    _ operation: MeasuredOperation, format: String, sizes: [Size: Double], seconds: Double
  ) {
    self.operation = operation
    self.format = format
    self.sizes = sizes
    self.seconds = seconds
  }

  /// The sizes that every measurement of `operation` has.
  public static func required(_ operation: MeasuredOperation) -> [Size] {
    switch operation {
    case .gemm: [.m, .n, .k]
    case .attentionPrefill: [.batch, .queryTokens, .heads, .keyValueHeads, .headSize]
    case .attentionDecode: [.batch, .contextTokens, .heads, .keyValueHeads, .headSize]
    case .latentPrefill: [.batch, .queryTokens, .heads]
    case .latentDecode: [.batch, .contextTokens, .heads]
    case .encoderAttention: [.batch, .queryTokens, .heads, .headSize]
    case .sparseAttention: [.batch, .queryTokens, .heads, .topk]
    case .indexer: [.batch, .queryTokens, .heads, .headSize]
    case .convolutionPrefill: [.batch, .queryTokens, .n, .k]
    case .convolutionDecode: [.batch, .n, .k]
    case .recurrentPrefill, .kimiPrefill:
      [.batch, .queryTokens, .heads, .keyValueHeads, .headSize, .k]
    case .recurrentDecode, .kimiDecode: [.batch, .heads, .keyValueHeads, .headSize, .k]
    case .experts, .marlinExperts, .contiguousExperts, .maskedExperts:
      [.m, .n, .k, .experts, .topk]
    case .allReduce, .fusedAllReduce, .allGather, .reduceScatter, .allToAll, .sendReceive:
      [.bytes, .gpus]
    case .dispatchHighThroughput, .combineHighThroughput, .dispatchLowLatency, .combineLowLatency:
      [.m, .k, .experts, .topk, .gpus]
    case .normalization, .activation, .rotary, .quantize: [.m, .n]
    }
  }
}

extension Measurement {
  private func size(_ size: Size, or standard: Double = 0) -> Double { sizes[size] ?? standard }

  /// Whether it is of prompts of which a part was computed before.
  var isOfChunks: Bool {
    [.attentionPrefill, .latentPrefill].contains(operation) && size(.queryTokens) > 1
      && size(.contextTokens) > 0
  }

  /// The kernel that was measured, or nil if its format is not known.
  var kernel: Kernel? {
    if let exchange { return .exchange(exchange) }
    if operation.isCollective {
      return .collective(
        operation, bytes: size(.bytes), gpus: Int(size(.gpus)),
        library: Kernel.Library(format: format))
    }
    guard let format = NumberFormat(named: format.isEmpty ? "bf16" : format) else { return nil }
    switch operation {
    case .gemm:
      return .gemm(rows: size(.m), outputs: size(.n), inputs: size(.k), format)
    case .attentionPrefill:
      // One new token is a decode, and runs as one.
      if size(.queryTokens) == 1 { return decode(context: size(.contextTokens) + 1, format) }
      return .prefill(work(keyValueHeads: size(.keyValueHeads)), attentionHeads, format)
    case .attentionDecode: return decode(context: size(.contextTokens), format)
    case .latentPrefill:
      return .latentPrefill(work(keyValueHeads: size(.heads)), heads: size(.heads), format)
    case .latentDecode:
      return .latentDecode(
        sequences: size(.batch), context: size(.contextTokens), heads: size(.heads), format)
    case .experts, .marlinExperts, .contiguousExperts, .maskedExperts:
      return .experts(expertWork, format)
    case .encoderAttention:
      return .encoder(
        sequences: size(.batch), tokens: size(.queryTokens), heads: size(.heads),
        headSize: size(.headSize), format)
    case .sparseAttention:
      return .sparseLatent(
        tokens: size(.batch) * size(.queryTokens), chosen: size(.topk), heads: size(.heads), format)
    case .indexer:
      let queries = size(.batch) * size(.queryTokens)
      return .indexer(
        queries: queries, keys: size(.contextTokens) + (size(.queryTokens) + 1) / 2,
        heads: size(.heads), headSize: size(.headSize))
    case .convolutionPrefill, .convolutionDecode:
      let isDecode = operation == .convolutionDecode
      return .convolution(
        sequences: size(.batch), tokens: isDecode ? 1 : size(.queryTokens), channels: size(.n),
        length: size(.k), isDecode: isDecode)
    case .recurrentPrefill, .recurrentDecode, .kimiPrefill, .kimiDecode:
      let isDecode = operation == .recurrentDecode || operation == .kimiDecode
      let states = RecurrentStates(
        heads: size(.heads), keyHeads: size(.keyValueHeads), valueSize: size(.headSize),
        keySize: size(.k), isKimi: operation == .kimiPrefill || operation == .kimiDecode)
      return .recurrence(
        states, sequences: size(.batch), tokens: isDecode ? 1 : size(.queryTokens),
        isDecode: isDecode)
    case .quantize: return .quantize(rows: size(.m), width: size(.n))
    case .normalization: return .normalization(rows: size(.m), width: size(.n))
    case .activation: return .activation(rows: size(.m), width: size(.n))
    case .rotary: return .rotary(rows: size(.m), width: size(.n))
    case .allReduce, .fusedAllReduce, .allGather, .reduceScatter, .allToAll, .sendReceive,
      .dispatchHighThroughput, .combineHighThroughput, .dispatchLowLatency, .combineLowLatency:
      return nil
    }
  }

  /// What was sent, if it was by DeepEP.
  private var exchange: Exchange? {
    let kind: (isCombining: Bool, isLowLatency: Bool)? =
      switch operation {
      case .dispatchHighThroughput: (false, false)
      case .combineHighThroughput: (true, false)
      case .dispatchLowLatency: (false, true)
      case .combineLowLatency: (true, true)
      default: nil
      }
    guard let kind else { return nil }
    // DeepEP was timed with 8-bit floats on the way out.
    let bytes = Exchange.bytesPerElement(.fp8, isCombining: kind.isCombining)
    return Exchange(
      tokens: size(.m), bytesPerToken: size(.k) * bytes, experts: size(.experts),
      perToken: size(.topk), gpus: size(.gpus), isCombining: kind.isCombining,
      isLowLatency: kind.isLowLatency, multiprocessors: size(.multiprocessors, or: 20))
  }
}

extension Measurement {
  private func decode(context: Double, _ format: NumberFormat) -> Kernel {
    .decode(
      sequences: size(.batch), context: context, window: size(.window), attentionHeads, format)
  }

  private var expertWork: ExpertWork {
    var work = ExpertWork(
      tokens: size(.m), experts: size(.experts), perToken: size(.topk), hidden: size(.k),
      intermediate: size(.n), matrices: size(.matrices, or: 3), divided: size(.gpus, or: 1))
    work.distinct = size(.distinct, or: work.distinct)
    work.pairs = size(.pairs, or: work.pairs)
    work.isMarlin = operation == .marlinExperts
    if operation == .contiguousExperts { work.receive(.contiguous) }
    if operation == .maskedExperts { work.receive(.masked) }
    return work
  }

  private var attentionHeads: AttentionHeads {
    AttentionHeads(size(.heads), sharing: size(.keyValueHeads), size: size(.headSize))
  }

  private func work(keyValueHeads: Double) -> PrefillWork {
    var work = PrefillWork(
      heads: size(.heads), keyValueHeads: keyValueHeads, window: size(.window))
    work.add(size(.batch), tokens: size(.queryTokens), context: size(.contextTokens))
    return work
  }
}

extension MeasuredOperation {
  /// Whether several GPUs take part.
  var isCollective: Bool {
    switch self {
    case .allReduce, .fusedAllReduce, .allGather, .reduceScatter, .allToAll, .sendReceive,
      .dispatchHighThroughput, .combineHighThroughput, .dispatchLowLatency, .combineLowLatency:
      true
    default: false
    }
  }
}
