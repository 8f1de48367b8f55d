/// One of the parts that the time of an iteration is cut into; none overlaps another.
///
/// The first five are what the layers take, by group of operations.
public enum CostPart: String, CaseIterable, Sendable {
  case linear
  case prefillAttention = "attention_prefill"
  case decodeAttention = "attention_decode"
  case collective
  case other
  /// What runs once, before and after the layers: embedding, last normalisation, head, sampling.
  case head
  /// What the engine's own program adds, and copies between the GPU and the host's memory.
  case host

  /// The parts that are of the layers.
  public static let layers: [CostPart] = [
    .linear, .prefillAttention, .decodeAttention, .collective, .other,
  ]

  fileprivate var index: Int {
    switch self {
    case .linear: 0
    case .prefillAttention: 1
    case .decodeAttention: 2
    case .collective: 3
    case .other: 4
    case .head: 5
    case .host: 6
    }
  }
}

extension Operation {
  /// The part of an iteration's time that the operation counts to.
  public var costPart: CostPart {
    switch (part, group) {
    case (.head, _): .head
    case (.layers, .linear): .linear
    case (.layers, .prefillAttention): .prefillAttention
    case (.layers, .decodeAttention): .decodeAttention
    case (.layers, .collective): .collective
    case (.layers, .other): .other
    }
  }
}

/// The seconds of an iteration, part by part.
public struct CostParts: Sendable, Equatable {
  private var seconds = SIMD8<Double>()

  /// No time at all.
  public init() {}

  /// The seconds of one part.
  public subscript(part: CostPart) -> Double {
    get { seconds[part.index] }
    set { seconds[part.index] = newValue }
  }

  /// The seconds of all layers: the sum of their parts, added in their order.
  public var layerSeconds: Double { CostPart.layers.reduce(0) { $0 + self[$1] } }

  /// The seconds of the whole iteration: layers, head and host, added in this order.
  public var totalSeconds: Double { layerSeconds + self[.head] + self[.host] }

  /// Adds all runs of `operation`, each of which takes `seconds`.
  mutating func add(_ operation: Operation, seconds: Double) {
    self[operation.costPart] += seconds * Double(operation.repeats)
  }
}
