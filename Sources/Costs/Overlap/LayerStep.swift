/// What is done in a layer for a range of its tokens.
public enum LayerStep: String, CaseIterable, Sendable {
  /// The normalisation before the attention, and turning queries and keys by their positions.
  case attentionElements = "norm 1"
  /// All products that make queries, keys and values.
  case queryKeyValue = "KQV"
  case decodeAttention = "decode attention"
  case prefillAttention = "prefill attention"
  /// Brings the attention's results of all GPUs together, where the output's matrix is split by
  /// columns; `gatherOutput` then does so for the output.
  case gatherAttention = "gather attention"
  case attentionOutput = "O"
  case gatherOutput = "gather O"
  /// Sums up the output over the GPUs, where its matrix is split by rows.
  case reduceOutput = "reduce O"
  /// The normalisation before the MLP, and the function between its products.
  case feedForwardElements = "norm 2"
  case up = "UG"
  case down = "D"
  case reduceDown = "reduce D"
  /// Chooses experts, and sends each token to the GPUs that have them.
  case router
  case dispatch
  /// All products of routed experts, and bringing their results back.
  case experts
  case combine
  /// Offload: keys and values of the tokens that are computed are gathered from their pages, copied
  /// to the host's memory, as many of earlier rounds copied back, and laid out in pages.
  case gatherCache = "gather KV"
  case copyOut = "KV to host"
  case copyIn = "KV from host"
  case scatterCache = "scatter KV"

  /// What the step waits for when it runs beside others.
  public var queue: Queue {
    switch self {
    case .queryKeyValue, .attentionOutput, .up, .down, .router, .experts: .compute
    case .decodeAttention, .prefillAttention: .memory
    case .gatherAttention, .gatherOutput, .reduceOutput, .reduceDown, .dispatch, .combine,
      .attentionElements, .feedForwardElements:
      .network
    case .gatherCache, .copyOut, .copyIn, .scatterCache: .host
    }
  }

  /// Whether the GPU's copy engines do it, so that it holds nothing of the GPU.
  public var isCopy: Bool { self == .copyOut || self == .copyIn }

  /// Whether it is work on single elements, which runs where collectives do, since it follows them.
  public var isElementwise: Bool { self == .attentionElements || self == .feedForwardElements }
}

/// What runs one operation after another, in a fixed order, beside other such queues.
public enum Queue: Int, CaseIterable, Sendable {
  /// Matrix products.
  case compute
  /// Attention.
  case memory
  /// Collectives, and what follows them at once.
  case network
  /// Copies from and to the host's memory, with what goes before and after them.
  case host

  /// Those that wait for what the GPU itself has.
  public static let ofGPU: [Queue] = [.compute, .memory, .network]
}

/// How long a step takes when it has the GPU to itself, and what of the GPU it uses.
public struct StepCost: Sendable, Equatable {
  /// Seconds of one run.
  public var seconds: Double
  /// Seconds that its arithmetic, its bytes and what it sends would take at the data sheet's peaks.
  public var computeSeconds: Double
  public var memorySeconds: Double
  public var networkSeconds: Double
  /// Seconds that its copies from and to the host would take likewise.
  public var hostSeconds: Double

  public init(
    seconds: Double, computeSeconds: Double = 0, memorySeconds: Double = 0,
    networkSeconds: Double = 0, hostSeconds: Double = 0
  ) {
    self.seconds = seconds
    self.hostSeconds = hostSeconds
    self.computeSeconds = computeSeconds
    self.memorySeconds = memorySeconds
    self.networkSeconds = networkSeconds
  }

  /// Nothing to do.
  public static let none = StepCost(seconds: 0)

  /// One after the other.
  public static func + (a: StepCost, b: StepCost) -> StepCost {
    StepCost(
      seconds: a.seconds + b.seconds, computeSeconds: a.computeSeconds + b.computeSeconds,
      memorySeconds: a.memorySeconds + b.memorySeconds,
      networkSeconds: a.networkSeconds + b.networkSeconds,
      hostSeconds: a.hostSeconds + b.hostSeconds)
  }

  /// A part of it, or a multiple.
  public static func * (cost: StepCost, factor: Double) -> StepCost {
    StepCost(
      seconds: cost.seconds * factor, computeSeconds: cost.computeSeconds * factor,
      memorySeconds: cost.memorySeconds * factor, networkSeconds: cost.networkSeconds * factor,
      hostSeconds: cost.hostSeconds * factor)
  }
}
