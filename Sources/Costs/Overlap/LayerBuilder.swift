/// What stands in the place of a layer's MLP.
public enum LayerKind: Sendable, Equatable, CaseIterable {
  case dense
  case experts
}

/// Makes the operations of a layer, from the steps and the tokens that they are of.
struct LayerBuilder {
  let batch: DenseBatch
  let times: any LayerTimes
  let kind: LayerKind
  /// Shares of the GPU beside products.
  var shares: NanoShares
  private(set) var operations: [NanoOperation] = []

  init(_ batch: DenseBatch, _ times: any LayerTimes, _ kind: LayerKind, _ shares: NanoShares) {
    self.batch = batch
    self.times = times
    self.kind = kind
    self.shares = shares
  }

  /// Whether results must be brought together from several GPUs.
  var isDivided: Bool { times.shard.tensorParallel > 1 }

  /// The step whose results the MLP's output is whole with.
  var last: LayerStep { isDivided ? .reduceDown : kind == .dense ? .down : .experts }

  /// Adds `step` for `tokens` of a nano-batch.
  mutating func add(
    _ step: LayerStep, _ nanoBatch: Int, _ tokens: Range<Int>, piece: String? = nil,
    after inputs: NanoOperation.Input...
  ) {
    guard !tokens.isEmpty else { return }
    operations.append(
      NanoOperation(
        "\(step.rawValue)\(piece ?? " \(nanoBatch + 1)")", step, nanoBatch: nanoBatch,
        tokens: tokens, cost: cost(of: step, tokens), share: shares.share(of: step, nanoBatch),
        after: inputs))
  }

  /// Adds the attention of those of `tokens` that decode.
  mutating func addDecodes(_ nanoBatch: Int, _ tokens: Range<Int>, piece: String? = nil) {
    add(
      .decodeAttention, nanoBatch, tokens.clamped(to: 0..<batch.decodes), piece: piece,
      after: .init(.queryKeyValue))
  }

  /// Adds the attention of those of `tokens` that are of prompts.
  mutating func addPrompts(_ nanoBatch: Int, _ tokens: Range<Int>, piece: String? = nil) {
    add(
      .prefillAttention, nanoBatch, tokens.clamped(to: batch.decodes..<batch.tokens), piece: piece,
      after: .init(.queryKeyValue))
  }

  /// Adds the MLP, or the experts, of a nano-batch, and what brings the results together.
  mutating func addFeedForward(_ nanoBatch: Int, _ tokens: Range<Int>) {
    switch kind {
    case .dense:
      add(.up, nanoBatch, tokens, after: .init(.feedForwardElements))
      add(.down, nanoBatch, tokens, after: .init(.up))
    case .experts:
      add(.router, nanoBatch, tokens, after: .init(.feedForwardElements))
      add(.experts, nanoBatch, tokens, after: .init(.router))
    }
  }

  /// Adds the offload of the layer's keys and values, if the batch has one: while its MLP runs, and
  /// one copy after the other, as `pipeline.cu` of the release does.
  mutating func addOffload() {
    guard batch.offloads else { return }
    let all = 0..<batch.tokens
    add(.gatherCache, 0, all, piece: "", after: .init(.attentionOutput))
    add(.copyOut, 0, all, piece: "", after: .init(.gatherCache))
    add(.copyIn, 0, all, piece: "", after: .init(.copyOut))
    add(.scatterCache, 0, all, piece: "", after: .init(.copyIn))
  }

  /// Adds what sums up the MLP's results over the GPUs, if there are several, and the
  /// normalisation that follows.
  mutating func addEnd(_ nanoBatch: Int, _ tokens: Range<Int>, piece: String? = nil) {
    if isDivided {
      add(
        .reduceDown, nanoBatch, tokens, piece: piece,
        after: .init(kind == .dense ? .down : .experts))
    }
    add(.attentionElements, nanoBatch, tokens, piece: piece, after: .init(last))
  }

  /// Adds what sums up the attention's output over the GPUs, if there are several, and the
  /// normalisation that follows.
  mutating func addMiddle(_ nanoBatch: Int, _ tokens: Range<Int>) {
    if isDivided { add(.reduceOutput, nanoBatch, tokens, after: .init(.attentionOutput)) }
    add(
      .feedForwardElements, nanoBatch, tokens,
      after: .init(isDivided ? .reduceOutput : .attentionOutput))
  }

  private func cost(of step: LayerStep, _ tokens: Range<Int>) -> StepCost {
    switch step {
    case .decodeAttention:
      return times.decodeAttention(requests: tokens.count, context: batch.context)
    case .prefillAttention:
      let prompts = batch.tokens - batch.decodes
      return batch.prefillAttention * (Double(tokens.count) / Double(prompts))
    default: return times.cost(of: step, tokens: tokens.count)
    }
  }
}

/// The shares R of the GPU that operations hold beside matrix products, between 0 and 1.
public struct NanoShares: Sendable, Equatable {
  /// Attention, collectives, and work on single elements.
  public var attention: Double
  public var network: Double
  public var elements: Double
  /// Collectives that run while the other nano-batch's MLP does, in NanoFlow's pipeline: the sum of
  /// the second's attention output and that of the first's MLP.
  public var networkBesideMLP: Double

  /// - Parameter networkBesideMLP: as other collectives where nil.
  public init(
    attention: Double = 0.4, network: Double = 0.2, elements: Double = 0.2,
    networkBesideMLP: Double? = nil
  ) {
    self.attention = attention
    self.network = network
    self.elements = elements
    self.networkBesideMLP = networkBesideMLP ?? network
  }

  /// What gathers and lays out keys and values that are copied: 8 of an A100's 108 multiprocessors
  /// (`PageAggregator` in github.com/efeslab/Nanoflow at 01b2ebe), in tenths.
  private static let ofCopies = 0.1

  func share(of step: LayerStep, _ nanoBatch: Int) -> Double {
    if step.isElementwise { return elements }
    switch (step, nanoBatch) {
    case (.reduceOutput, 1), (.reduceDown, 0): return networkBesideMLP
    default: break
    }
    switch step.queue {
    case .compute: return 0
    case .memory: return attention
    case .network: return network
    case .host: return step.isCopy ? 0 : Self.ofCopies
    }
  }
}
