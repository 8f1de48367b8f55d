import Serving

/// Times of layers by the operations of a model and the GPU's measured kernels.
public struct KernelLayerTimes: LayerTimes {
  public let shard: Shard
  private let operations: ModelOperations
  private let gpu: GPU
  private let times: any OperationTimes

  /// The times of `shard` on `gpu`.
  public init(of shard: Shard, on gpu: GPU, times: any OperationTimes = KernelTimes()) {
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
    let batch = Batch(
      decodes: requests, decodeContext: sum, decodeContextSquares: sum * Int(context.rounded()),
      chunks: [])
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

  private func sum(of step: LayerStep, _ tokens: Int) -> StepCost {
    let mixed = shard.model.mixture?.layers ?? 0
    var cost = StepCost.none
    operations.forEachTokenOperation(tokens) { operation in
      guard let part = LayerStep.parts(of: operation.name)[step] else { return }
      let ofMixture = LayerStep.inMixtures.contains(operation.name)
      let ofDense = LayerStep.inDenseLayers.contains(operation.name)
      let count = ofMixture ? mixed : ofDense ? shard.model.denseLayers : layers
      cost = cost + inOneLayer(operation, of: count) * part
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
    guard let mixture = shard.model.mixture else { return .none }
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
  /// Operations that only layers with experts have, and those that only layers without have.
  static let inMixtures: [Operation.Name] = [.router, .experts, .sharedUp, .sharedDown, .combine]
  static let inDenseLayers: [Operation.Name] = [.up, .activation, .down]

  /// The steps that have a part of the operations called `name`, and how large a part.
  static func parts(of name: Operation.Name) -> [LayerStep: Double] {
    switch name {
    case .normalization: [.attentionElements: 0.5, .feedForwardElements: 0.5]
    case .rotaryAndCache: [.attentionElements: 1]
    case .queryKeyValue, .queryKeyValueDown, .queryUp: [.queryKeyValue: 1]
    case .attentionOutput: [.attentionOutput: 1]
    case .up: [.up: 1]
    case .activation: [.feedForwardElements: 1]
    case .down: [.down: 1]
    case .router: [.router: 1]
    case .experts, .sharedUp, .sharedDown, .combine: [.experts: 1]
    default: [:]
    }
  }
}
