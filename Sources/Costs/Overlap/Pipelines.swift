/// Ways to run the layers of a dense batch.
public enum PipelinePlan: Sendable, Equatable {
  /// One operation after the other, on all tokens.
  case sequential
  /// NanoFlow's pipeline for several GPUs.
  case nanoFlow(NanoFlowPlan)
  /// Two nano-batches in turns: the attention of one beside the other's MLP.
  case alternating(AlternatingPlan)
  /// The operations of a plan, one after the other: what splitting costs by itself.
  indirect case inSequence(PipelinePlan)
}

/// NanoFlow's pipeline for several GPUs (OSDI 2025, Figure 6; order and streams as in
/// `pipeline.cu` of github.com/efeslab/Nanoflow, Sept. 2024).
///
/// Two nano-batches; the products of queries, keys and values, and decode attention, are cut in two
/// once more. The first nano-batch's attention output is split by columns, with an all-gather on
/// either side of it; the second's by rows, with an all-reduce behind it.
public struct NanoFlowPlan: Sendable, Equatable {
  /// Tokens of the first nano-batch, and of the first part of either nano-batch.
  public var first: Int
  public var firstPart: Int
  public var secondPart: Int
  public var shares: NanoShares

  /// - Parameters:
  ///   - first: the tokens of the first nano-batch.
  ///   - firstPart: those of them whose queries, keys and values are made first.
  ///   - secondPart: likewise of the second nano-batch.
  public init(first: Int, firstPart: Int, secondPart: Int, shares: NanoShares = NanoShares()) {
    self.first = first
    self.firstPart = firstPart
    self.secondPart = secondPart
    self.shares = shares
  }

  /// The parts of `tokens`.
  func parts(of tokens: Int) -> [Range<Int>] {
    [
      0..<firstPart, firstPart..<first, first..<(first + secondPart),
      (first + secondPart)..<tokens,
    ]
  }
}

/// Two nano-batches that take turns, so that the attention of one runs beside the MLP of the other
/// (NanoFlow's pipeline for an 8B model on one GPU, OSDI 2025, section 4.1.4).
public struct AlternatingPlan: Sendable, Equatable {
  /// Tokens of the first nano-batch.
  public var first: Int
  public var shares: NanoShares

  public init(first: Int, shares: NanoShares = NanoShares()) {
    self.first = first
    self.shares = shares
  }
}

extension PipelinePlan {
  /// The pipeline of a layer with this plan.
  ///
  /// - Parameters:
  ///   - batch: what an iteration computes.
  ///   - times: how long it takes.
  ///   - kind: what the layer has in place of its MLP.
  public func pipeline(
    for batch: DenseBatch, times: any LayerTimes, kind: LayerKind
  ) -> OverlapPipeline {
    switch self {
    case .sequential: Self.sequential(batch, times, kind)
    case .nanoFlow(let plan): Self.nanoFlow(plan, batch, times, kind)
    case .alternating(let plan): Self.alternating(plan, batch, times, kind)
    case .inSequence(let plan):
      plan.pipeline(for: batch, times: times.limited, kind: kind).inSequence
    }
  }

  private static func sequential(
    _ batch: DenseBatch, _ times: any LayerTimes, _ kind: LayerKind
  ) -> OverlapPipeline {
    var layer = LayerBuilder(batch, times, kind, NanoShares())
    let all = 0..<batch.tokens
    layer.add(.queryKeyValue, 0, all, after: .init(.attentionElements, layersAgo: 1))
    layer.addDecodes(0, all)
    layer.addPrompts(0, all)
    layer.add(
      .attentionOutput, 0, all, after: .init(.decodeAttention), .init(.prefillAttention))
    layer.addMiddle(0, all)
    layer.addFeedForward(0, all)
    layer.addEnd(0, all)
    layer.addOffload()
    return OverlapPipeline(layer.operations).inSequence
  }

  private static func nanoFlow(
    _ plan: NanoFlowPlan, _ batch: DenseBatch, _ times: any LayerTimes, _ kind: LayerKind
  ) -> OverlapPipeline {
    let parts = plan.parts(of: batch.tokens)
    let (first, second) = (0..<plan.first, plan.first..<batch.tokens)
    var layer = LayerBuilder(batch, times, kind, plan.shares)
    for (index, part) in parts.enumerated() {
      layer.add(
        .queryKeyValue, index / 2, part, piece: " \(index + 1)",
        after: .init(.attentionElements, layersAgo: 1))
    }
    for (index, part) in parts.enumerated() {
      layer.addDecodes(index / 2, part, piece: " \(index + 1)")
    }
    layer.addPrompts(batch.decodes < plan.first ? 0 : 1, 0..<batch.tokens, piece: "")
    layer.add(
      .gatherAttention, 0, first, after: .init(.decodeAttention), .init(.prefillAttention))
    layer.add(.attentionOutput, 0, first, after: .init(.gatherAttention))
    layer.add(.gatherOutput, 0, first, after: .init(.attentionOutput))
    layer.add(.feedForwardElements, 0, first, after: .init(.gatherOutput))
    layer.add(
      .attentionOutput, 1, second, after: .init(.decodeAttention), .init(.prefillAttention))
    layer.addMiddle(1, second)
    layer.addFeedForward(0, first)
    layer.addEnd(0, first)
    layer.addFeedForward(1, second)
    layer.addEnd(1, parts[2], piece: " 2a")
    layer.addEnd(1, parts[3], piece: " 2b")
    layer.addOffload()
    return OverlapPipeline(layer.operations)
  }

  /// The first nano-batch is half a layer ahead: queries, keys and values that are made in a period
  /// are those of its next layer.
  private static func alternating(
    _ plan: AlternatingPlan, _ batch: DenseBatch, _ times: any LayerTimes, _ kind: LayerKind
  ) -> OverlapPipeline {
    let (first, second) = (0..<plan.first, plan.first..<batch.tokens)
    var shares = plan.shares
    shares.networkBesideMLP = shares.network
    var layer = LayerBuilder(batch, times, kind, shares)
    layer.add(
      .attentionOutput, 0, first, after: .init(.decodeAttention, layersAgo: 1),
      .init(.prefillAttention, layersAgo: 1))
    layer.addMiddle(0, first)
    layer.add(.queryKeyValue, 1, second, after: .init(.attentionElements, layersAgo: 1))
    layer.addDecodes(1, second)
    layer.addPrompts(1, second)
    layer.addFeedForward(0, first)
    layer.addEnd(0, first)
    layer.add(
      .attentionOutput, 1, second, after: .init(.decodeAttention), .init(.prefillAttention))
    layer.addMiddle(1, second)
    layer.add(.queryKeyValue, 0, first, after: .init(.attentionElements))
    layer.addDecodes(0, first)
    layer.addPrompts(0, first)
    layer.addFeedForward(1, second)
    layer.addEnd(1, second)
    layer.addOffload()
    return OverlapPipeline(layer.operations)
  }
}
