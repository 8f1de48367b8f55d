/// Ways to overlap that are described by costs alone, for layers that no plan covers.
extension OverlapPipeline {
  /// Two batches around the all-to-all of experts that are divided among GPUs: what one sends and
  /// receives runs beside what the other computes, as DeepSeek, SGLang and vLLM (`--enable-dbo`)
  /// do it.
  ///
  /// - Parameters:
  ///   - batches: what either does in a layer.
  ///   - share: what the all-to-all holds of a GPU beside products.
  public static func twoBatches(
    _ batches: (first: ExpertLayerCosts, second: ExpertLayerCosts), share: Double
  ) -> OverlapPipeline {
    let pair = [batches.first, batches.second]
    var operations: [NanoOperation] = []
    for (index, costs) in pair.enumerated() {
      operations += costs.attention(index, share, after: .combine, layersAgo: 1)
    }
    for (index, costs) in pair.enumerated() { operations += costs.experts(index, share) }
    return OverlapPipeline(operations)
  }

  /// One batch whose experts are connected by a shortcut: they, and the all-to-all around them, run
  /// beside a dense MLP, a second attention and a second dense MLP (LongCat-Flash).
  ///
  /// - Parameters:
  ///   - costs: what the first attention and the experts do.
  ///   - dense: the first dense MLP, the second attention with all that belongs to it, and the
  ///     second dense MLP.
  ///   - share: what the all-to-all holds of a GPU beside products.
  public static func shortcut(
    _ costs: ExpertLayerCosts, dense: [StepCost], share: Double
  ) -> OverlapPipeline {
    precondition(!dense.isEmpty, "there is something beside the experts")
    let last = "dense \(dense.count)"
    var operations = costs.attention(0, share, after: .combine, layersAgo: 1)
    operations[0].inputs.append(.init(named: last, layersAgo: 1))
    for (index, cost) in dense.enumerated() {
      operations.append(
        NanoOperation(
          "dense \(index + 1)", .up, nanoBatch: 1, tokens: 0..<1, cost: cost,
          after: [.init(named: index == 0 ? "attention 1" : "dense \(index)")]))
      // The experts compute when what is sent beside the first dense MLP has come.
      if index == 0 { operations += costs.experts(0, share) }
    }
    return OverlapPipeline(operations)
  }

  /// Prefill attention, which computes, and decode attention, which reads, in one kernel that puts
  /// both on each multiprocessor (POD-Attention, ASPLOS 2025).
  ///
  /// - Parameter share: what decode attention holds of the GPU beside prefill attention.
  public static func attentionPair(
    prefill: StepCost, decode: StepCost, share: Double
  ) -> OverlapPipeline {
    let both: [NanoOperation.Input] = [
      .init(.prefillAttention, layersAgo: 1), .init(.decodeAttention, layersAgo: 1),
    ]
    return OverlapPipeline([
      NanoOperation(
        "prefill attention", .prefillAttention, nanoBatch: 0, tokens: 0..<1, cost: prefill,
        queue: .compute, after: both),
      NanoOperation(
        "decode attention", .decodeAttention, nanoBatch: 1, tokens: 0..<1, cost: decode,
        share: share, after: both),
    ])
  }
}

/// What one batch does in a layer with experts that are divided among GPUs.
public struct ExpertLayerCosts: Sendable, Equatable {
  /// Attention with its products, and the router.
  public var attention: StepCost
  /// Sending tokens to their experts, computing, and bringing the results back.
  public var dispatch: StepCost
  public var experts: StepCost
  public var combine: StepCost

  public init(attention: StepCost, dispatch: StepCost, experts: StepCost, combine: StepCost) {
    self.attention = attention
    self.dispatch = dispatch
    self.experts = experts
    self.combine = combine
  }

  /// The attention of batch `index`, and sending its tokens.
  fileprivate func attention(
    _ index: Int, _ share: Double, after step: LayerStep, layersAgo: Int
  ) -> [NanoOperation] {
    let tokens = index..<(index + 1)
    return [
      NanoOperation(
        "attention \(index + 1)", .queryKeyValue, nanoBatch: index, tokens: tokens,
        cost: attention, after: [.init(step, layersAgo: layersAgo)]),
      NanoOperation(
        "dispatch \(index + 1)", .dispatch, nanoBatch: index, tokens: tokens, cost: dispatch,
        share: share, after: [.init(.queryKeyValue)]),
    ]
  }

  /// The experts of batch `index`, and bringing their results back.
  fileprivate func experts(_ index: Int, _ share: Double) -> [NanoOperation] {
    let tokens = index..<(index + 1)
    return [
      NanoOperation(
        "experts \(index + 1)", .experts, nanoBatch: index, tokens: tokens, cost: experts,
        after: [.init(.dispatch)]),
      NanoOperation(
        "combine \(index + 1)", .combine, nanoBatch: index, tokens: tokens, cost: combine,
        share: share, after: [.init(.experts)]),
    ]
  }
}
