import Serving

/// The highest throughput that the roofline allows for requests of one prompt and output length.
///
/// A request of P prompt and O output tokens computes N = P + O - 1 tokens, O - 1 of them as
/// decodes, and samples O rows. At most B tokens and S sequences go through an iteration, so it
/// takes part, as one of those that share them, in no less than I = max(N / B, (O - 1) / S)
/// iterations. For each operation that is at least
///
///     compute = FLOPs / (peak x share)
///     memory  = (bytes of the request's own + I x bytes of weights) / (bandwidth x share)
///     network = bytes sent / (link x share)
///     seconds = max(compute, memory, network) + I x launches
///
/// and the request takes no less than their sum, plus the host's time. The attention of a prompt
/// has P (P + 1) / 2 pairs of tokens, that of its decodes (O - 1) (P + O / 2). Of experts, a token
/// reads no less than its part of what B tokens read, or S decodes.
///
/// Chunks, partly filled iterations, waiting and recomputation only add to it. It holds without
/// cached prefixes, and for lengths that vary about the means P and O independently of each other
/// too, unless the cache is what limits S.
public struct RooflineBound: Sendable, Equatable {
  /// Tokens of the prompt and of the output.
  public let promptTokens: Double
  public let outputTokens: Double
  /// Seconds of a request if only arithmetic took time, or only memory, or only the link.
  public private(set) var computeSeconds = 0.0
  public private(set) var memorySeconds = 0.0
  public private(set) var networkSeconds = 0.0
  /// Seconds of a request when one operation follows the other.
  public private(set) var sequentialSeconds = 0.0

  /// Seconds of a request when operations of different kinds overlap perfectly.
  public var overlappedSeconds: Double { max(computeSeconds, memorySeconds, networkSeconds) }

  /// Throughput when one operation follows the other.
  public var requestsPerSecond: Double { 1 / sequentialSeconds }
  public var outputTokensPerSecond: Double { outputTokens / sequentialSeconds }
  public var totalTokensPerSecond: Double { (promptTokens + outputTokens) / sequentialSeconds }

  /// The bound for `shard` on `gpu`.
  ///
  /// - Parameters:
  ///   - promptTokens: the mean length of prompts, at least 1.
  ///   - outputTokens: the mean length of outputs, at least 1.
  ///   - tokens: the most tokens of an iteration.
  ///   - sequences: the most sequences of an iteration.
  ///   - cacheTokens: tokens that the KV cache holds; a sequence that decodes holds more than
  ///     its prompt.
  public init(
    of shard: Shard, on gpu: GPU, host: HostTime = .vllmV1, promptTokens: Double,
    outputTokens: Double, tokens: Int, sequences: Int, cacheTokens: Int
  ) {
    precondition(promptTokens >= 1 && outputTokens >= 1, "a request has a prompt and an output")
    precondition(tokens >= 1 && sequences >= 1, "an iteration has room for a token")
    self.promptTokens = promptTokens
    self.outputTokens = outputTokens
    let resident = Int(Double(cacheTokens) / (promptTokens + 1))
    let load = Load(
      computed: promptTokens + outputTokens - 1, decoded: outputTokens - 1, tokens: tokens,
      sequences: max(1, min(sequences, resident)))
    let operations = ModelOperations(of: shard)
    addTokens(of: operations, load, on: gpu)
    addRows(of: operations, load, on: gpu)
    addAttention(of: operations, load, on: gpu)
    if host.isAsynchronous { return }
    sequentialSeconds +=
      load.iterations * host.secondsPerIteration + outputTokens * host.secondsPerSequence
  }

  /// What a request asks of the iterations that it takes part in.
  private struct Load {
    /// Tokens that the request computes, and those of them that are decodes.
    var computed: Double
    var decoded: Double
    /// The most tokens of an iteration, and the most decodes.
    var tokens: Int
    var sequences: Int

    var iterations: Double { max(computed / Double(tokens), decodeIterations) }
    var decodeIterations: Double { decoded / Double(sequences) }
  }
}

extension RooflineBound {
  private mutating func addTokens(of operations: ModelOperations, _ load: Load, on gpu: GPU) {
    var decodeWeights: [Double] = []
    operations.forEachTokenOperation(load.sequences) { decodeWeights.append($0.weightBytes) }
    var index = 0
    operations.forEachTokenOperation(load.tokens) { operation in
      let share = load.computed / Double(load.tokens)
      let weights = max(
        operation.weightBytes * share, decodeWeights[index] * load.decodeIterations)
      add(operation, share: share, weights: weights, iterations: load.iterations, on: gpu)
      index += 1
    }
  }

  private mutating func addRows(of operations: ModelOperations, _ load: Load, on gpu: GPU) {
    operations.forEachRowOperation(load.sequences) { operation in
      let weights = operation.weightBytes * load.decodeIterations
      let share = outputTokens / Double(load.sequences)
      add(
        operation, share: share, weights: weights, iterations: load.decodeIterations, on: gpu)
    }
  }

  private mutating func addAttention(of operations: ModelOperations, _ load: Load, on gpu: GPU) {
    let fewest = promptTokens / Double(load.tokens)
    for mixer in operations.mixers {
      guard case .attention(let attention) = mixer else { continue }
      let shape = attention.prefill([]).shape
      let prefill = attention.operation(
        .prefillAttention, shape, pairs: attention.pairs(promptTokens, after: 0),
        queries: promptTokens, keys: promptTokens)
      add(prefill, share: 1, weights: 0, iterations: fewest, on: gpu)

      let keys = attention.pairs(load.decoded, after: promptTokens)
      let decode = attention.operation(
        .decodeAttention, attention.decode(sequences: 1, context: 0, contextSquares: 0).shape,
        pairs: keys, queries: load.decoded, keys: keys)
      add(decode, share: 1, weights: 0, iterations: load.decodeIterations, on: gpu)
    }
    for mixer in operations.mixers {
      switch mixer {
      case .attention: break
      case .latent(let latent): addLatent(latent, load, fewest, on: gpu)
      case .recurrent(let recurrent):
        for operation in [
          recurrent.convolution(tokens: promptTokens, sequences: 1, isDecode: false),
          recurrent.prefill(tokens: promptTokens, sequences: 1),
        ].compactMap(\.self) {
          add(operation, share: 1, weights: 0, iterations: fewest, on: gpu)
        }
        for operation in [
          recurrent.convolution(tokens: load.decoded, sequences: load.decoded, isDecode: true),
          recurrent.decode(sequences: load.decoded),
        ].compactMap(\.self) {
          add(operation, share: 1, weights: 0, iterations: load.decodeIterations, on: gpu)
        }
      case .indexer(let indexer):
        let prefill = indexer.operation(
          pairs: promptTokens * (promptTokens + 1) / 2, queries: promptTokens, keys: promptTokens,
          isDecode: false)
        add(prefill, share: 1, weights: 0, iterations: fewest, on: gpu)
        let keys = load.decoded * (promptTokens + outputTokens / 2)
        add(
          indexer.operation(pairs: keys, queries: load.decoded, keys: keys, isDecode: true),
          share: 1, weights: 0, iterations: load.decodeIterations, on: gpu)
      case .compressed(let compressed):
        add(
          compressed.prefill(tokens: promptTokens), share: 1, weights: 0, iterations: fewest,
          on: gpu)
        add(
          compressed.decode(sequences: load.decoded, context: load.decoded * promptTokens),
          share: 1, weights: 0, iterations: load.decodeIterations, on: gpu)
      }
    }
  }

  /// Latent attention: a prompt's latents are expanded once, in no less than `fewest` iterations.
  private mutating func addLatent(
    _ attention: ShardLatent, _ load: Load, _ fewest: Double, on gpu: GPU
  ) {
    func addProduct(_ product: Operation, rows: Double, iterations: Double) {
      let weights = product.weightBytes * iterations
      add(product, share: rows, weights: weights, iterations: iterations, on: gpu)
    }
    let shape = attention.prefill([]).shape
    let prefill = attention.prefill(
      shape: shape, pairs: attention.pairs(promptTokens, after: 0), queries: promptTokens,
      keys: promptTokens)
    addProduct(attention.expand(rows: 1), rows: promptTokens, iterations: fewest)
    add(prefill, share: 1, weights: 0, iterations: fewest, on: gpu)

    let decode = attention.decode(
      shape: attention.decode(sequences: 1, context: 0, contextSquares: 0).shape,
      queries: load.decoded, keys: attention.pairs(load.decoded, after: promptTokens))
    for product in [attention.absorbQuery(rows: 1), attention.absorbValue(rows: 1)] {
      addProduct(product, rows: load.decoded, iterations: load.decodeIterations)
    }
    add(decode, share: 1, weights: 0, iterations: load.decodeIterations, on: gpu)
  }

  /// Adds the `share` of `operation` that one request causes, with `weights` bytes of weights, in
  /// its part of `iterations`.
  private mutating func add(
    _ operation: Operation, share: Double, weights: Double, iterations: Double, on gpu: GPU
  ) {
    let roofline = Roofline()
    var part = operation
    part.flops *= share
    part.wireBytes *= share
    part.memoryBytes = (operation.memoryBytes - operation.weightBytes) * share + weights
    let seconds = roofline.parts(of: part, on: gpu)
    let repeats = Double(operation.repeats)
    computeSeconds += seconds.compute * repeats
    memorySeconds += seconds.memory * repeats
    networkSeconds += seconds.network * repeats
    let launches = roofline.launchSeconds(operation, on: gpu) * iterations
    sequentialSeconds +=
      (max(seconds.compute, seconds.memory, seconds.network) + launches) * repeats
  }
}
