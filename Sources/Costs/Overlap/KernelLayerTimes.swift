import Serving

/// Times of layers by the operations of a model and the GPU's measured kernels.
public struct KernelLayerTimes: LayerTimes, Equatable {
  public let shard: Shard
  private let operations: ModelOperations
  private let gpu: GPU
  private let times: OperationTimes

  /// The times of `shard` on `gpu`.
  public init(of shard: Shard, on gpu: GPU, times: OperationTimes = .measured) {
    self.shard = shard
    self.gpu = gpu
    self.times = times
    operations = ModelOperations(of: shard)
  }

  /// One layer's `step`; of MLPs and experts, in a layer that has them.
  public func cost(of step: LayerStep, tokens: Int) -> StepCost {
    switch step {
    case .gatherAttention, .gatherOutput: gather(tokens)
    case .reduceOutput, .reduceDown: reduce(tokens)
    case .dispatch, .combine: exchange(tokens)
    case .decodeAttention, .prefillAttention: .none
    case .copyOut, .copyIn: copy(tokens)
    case .gatherCache, .scatterCache: move(tokens)
    default: sum(of: step, tokens)
    }
  }

  /// One layer's attention of decodes, on average over layers that attend to more or less.
  public func decodeAttention(requests: Int, context: Double) -> StepCost {
    let sum = Int((Double(requests) * context).rounded())
    // Beyond what any memory holds, squares that do not fit are as many as do.
    let squares = min(Double(sum) * context, 0x1p62)
    let batch = Batch(
      decodes: requests, decodeContext: sum, decodeContextSquares: Int(squares))
    var cost = StepCost.none
    operations.forEachDecodeOperation(batch) { cost = cost + inOneLayer($0, of: layers) }
    return cost
  }

  /// One layer's attention of prompts, likewise.
  public func prefillAttention(_ chunks: [Chunk]) -> StepCost {
    let batch = Batch(chunks: chunks)
    var cost = StepCost.none
    operations.forEachPrefillOperation(batch) { cost = cost + inOneLayer($0, of: layers) }
    return cost
  }

  /// Seconds of embedding, last normalisation, head and sampling.
  public func secondsOutsideLayers(tokens: Int, rows: Int) -> Double {
    var seconds = 0.0
    operations.forEachTokenOperation(tokens) { operation in
      if operation.part == .head { seconds += times.seconds(operation, on: gpu) }
    }
    operations.forEachRowOperation(rows) { seconds += times.seconds($0, on: gpu) }
    return seconds
  }

  private var layers: Int { shard.model.layers }

  private var denseLayers: Int { shard.model.blocks.layers { !$0.denses.isEmpty } }

  /// MLPs and experts are of the layers that have them. What is between an MLP's products is spread
  /// over all layers, since the step that it is a part of is of layers of both kinds.
  private func sum(of step: LayerStep, _ tokens: Int) -> StepCost {
    var cost = StepCost.none
    func add(_ operation: Operation, to own: LayerStep?, of count: Int) {
      if own == step { cost = cost + inOneLayer(operation, of: count) }
    }
    operations.forEachOperationBesideMLPs(tokens) { operation in
      let halves = operation.name == .normalization && step.isElementwise
      if halves { cost = cost + inOneLayer(operation, of: layers) * 0.5 }
      add(operation, to: LayerStep(beside: operation.name), of: layers)
    }
    operations.forEachDenseOperation(tokens) { operation in
      let isBetween = operation.name == .activation
      let own: LayerStep =
        isBetween ? .feedForwardElements : operation.name == .up ? .up : .down
      add(operation, to: own, of: isBetween ? layers : denseLayers)
    }
    operations.forEachExpertOperation(tokens) { operation in
      let own: LayerStep = operation.name == .router ? .router : .experts
      add(operation, to: own, of: shard.model.expertLayers)
    }
    return cost
  }

  /// The runs of `operation` in one of `layers` layers, on average.
  private func inOneLayer(_ operation: Operation, of layers: Int) -> StepCost {
    cost(operation) * (Double(operation.repeats) / Double(layers))
  }

  /// One run.
  ///
  /// A collective is taken to move in memory what it sends (NanoFlow, OSDI 2025, Table 2), and an
  /// all-reduce to add up each number that it sends half of the time.
  private func cost(_ operation: Operation) -> StepCost {
    let rate = gpu.peaks.rate(operation.format.arithmetic)
    let isCollective = operation.kind == .collective
    let sums = operation.name == .allReduce ? operation.wireBytes / 2 / 2 : 0
    return StepCost(
      seconds: times.seconds(operation, on: gpu),
      computeSeconds: (operation.flops + sums) / rate,
      memorySeconds: (isCollective ? operation.wireBytes : operation.memoryBytes)
        / gpu.memoryBytesPerSecond,
      networkSeconds: operation.wireBytes / gpu.link(among: operation.ranks).bytesPerSecond)
  }

  /// Bytes a second between the memory of the GPU and the host's.
  public var hostBytesPerSecond: Double { gpu.hostBytesPerSecond }

  private func copy(_ tokens: Int) -> StepCost {
    let seconds = copySeconds(tokens: tokens)
    let bytes = keyValueBytes(tokens: tokens)
    return StepCost(
      seconds: seconds, memorySeconds: bytes / gpu.memoryBytesPerSecond, hostSeconds: seconds)
  }

  /// Reads and writes keys and values once, as work on single elements does.
  private func move(_ tokens: Int) -> StepCost {
    let seconds = 2 * keyValueBytes(tokens: tokens) / gpu.memoryBytesPerSecond
    return StepCost(
      seconds: seconds / gpu.efficiencies.elementwise + gpu.efficiencies.launchSeconds,
      memorySeconds: seconds)
  }

  private func gather(_ tokens: Int) -> StepCost {
    cost(
      .allGather(
        .gatherLogits, rows: tokens, width: shard.model.hidden, ranks: shard.tensorParallel))
  }

  private func reduce(_ tokens: Int) -> StepCost {
    cost(
      .allReduce(
        .allReduce, rows: tokens, width: shard.model.hidden, ranks: shard.tensorParallel,
        repeats: 1))
  }

  /// Each token goes to as many GPUs as it has experts there, or comes back from them, if the
  /// experts of a layer are divided among the GPUs of the group and chosen evenly.
  private func exchange(_ tokens: Int) -> StepCost {
    guard let mixture = shard.mixture else { return .none }
    let gpus = Double(shard.tensorParallel)
    let others = mixture.computedPerToken * (gpus - 1) / gpus
    let bytes = Double(tokens * shard.model.hidden) * Model.bytesPerActivation * others
    let link = gpu.link(among: shard.tensorParallel).bytesPerSecond
    return StepCost(
      seconds: bytes / (link * gpu.efficiencies.collective) + gpu.efficiencies.collectiveSeconds,
      memorySeconds: 2 * bytes / gpu.memoryBytesPerSecond, networkSeconds: bytes / link)
  }
}

extension LayerStep {
  /// The step that operations called `name`, of layers of all kinds, are wholly part of.
  fileprivate init?(beside name: Operation.Name) {
    switch name {
    case .rotaryAndCache: self = .attentionElements
    case .queryKeyValue, .queryKeyValueDown, .queryUp: self = .queryKeyValue
    case .attentionOutput: self = .attentionOutput
    default: return nil
    }
  }
}
