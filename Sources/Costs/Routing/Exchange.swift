import Formats
import Foundation

/// The way in which tokens get to the GPUs of their experts and back, under vLLM's names.
public enum AllToAllBackend: String, CaseIterable, Sendable {
  /// All GPUs gather all tokens; results are added up and scattered.
  case allGather = "allgather_reducescatter"
  /// DeepEP's kernels for many tokens: each goes once to every GPU with experts of it, over one
  /// GPU of each node.
  case highThroughput = "deepep_high_throughput"
  /// DeepEP's kernels for few tokens: each goes straight to every expert of it.
  case lowLatency = "deepep_low_latency"
  /// The latter for up to as many tokens as its buffers hold, the former for more, as SGLang's
  /// `--deepep-mode auto` for decodes and prompts.
  case automatic = "deepep_auto"

  /// Tokens of a GPU that buffers of the low-latency kernels hold: the most that SGLang 0.5.23 is
  /// deployed with (`SGLANG_DEEPEP_NUM_MAX_DISPATCH_TOKENS_PER_RANK`).
  static let bufferedTokens = 256

  /// Whether `tokens` of a GPU go by the low-latency kernels; nil where they are gathered.
  func isLowLatency(_ tokens: Int) -> Bool? {
    switch self {
    case .allGather: nil
    case .highThroughput: false
    case .lowLatency: true
    case .automatic: tokens <= Self.bufferedTokens
    }
  }
}

/// Tokens on their way from one GPU to those of their experts, or results on their way back.
///
/// DeepEP, github deepseek-ai/DeepEP.
public struct Exchange: Sendable, Equatable {
  /// Tokens of the GPU, and bytes of one as it is sent.
  public var tokens: Double
  public var bytesPerToken: Double
  /// Experts of the layer, how many of them a token goes through, and GPUs that have them.
  public var experts: Double
  public var perToken: Double
  public var gpus: Double
  /// Whether results come back; otherwise tokens go out.
  public var isCombining: Bool
  public var isLowLatency: Bool
  /// Multiprocessors that the kernels take, where they take any.
  public var multiprocessors = 20.0

  /// GPUs of a node.
  private static let nodeGPUs = 8.0
  var nodes: Double { max(1, gpus / Self.nodeGPUs) }

  /// Of `groups` that have the experts among them, those that a token goes to, on average, where
  /// each choice of experts is as likely as any other.
  func reached(of groups: Double) -> Double {
    let missing = experts - experts / groups
    var chance = 1.0
    for choice in stride(from: 0, to: perToken, by: 1) {
      let part = min(1, perToken - choice)
      chance *= pow(max(0, missing - choice) / (experts - choice), part)
    }
    return groups * (1 - chance)
  }

  /// Bytes that the GPU sends to others of its node, and to other nodes.
  var sentBytes: (inNode: Double, beyond: Double) {
    let bytes = tokens * bytesPerToken
    let beyond = (nodes - 1) / nodes
    let others = 1 - 1 / min(gpus, Self.nodeGPUs)
    if isLowLatency {
      let all = bytes * perToken
      return nodes > 1 ? (0, all * beyond) : (all * others, 0)
    }
    return (bytes * reached(of: gpus) * others, bytes * reached(of: nodes) * beyond)
  }

  /// Bytes of an element in the formats of DeepEP: 8-bit floats with a scale for 128 of them on the
  /// way out where experts take such, bfloat16 otherwise and on the way back.
  static func bytesPerElement(_ format: NumberFormat, isCombining: Bool) -> Double {
    !isCombining && format.bytesPerInput < Model.bytesPerActivation
      ? 1 + 4.0 / 128 : Model.bytesPerActivation
  }
}

extension Kernel {
  /// The kernels of `exchange`.
  static func exchange(_ exchange: Exchange) -> Kernel {
    let sent = exchange.sentBytes
    let copies =
      exchange.isLowLatency ? exchange.perToken : exchange.reached(of: exchange.gpus)
    let operation: MeasuredOperation =
      switch (exchange.isLowLatency, exchange.isCombining) {
      case (true, false): .dispatchLowLatency
      case (true, true): .combineLowLatency
      case (false, false): .dispatchHighThroughput
      case (false, true): .combineHighThroughput
      }
    return Kernel(
      operation: operation, format: .bf16,
      variant: Int((64 * log2(exchange.nodes)).rounded())
        + (exchange.isLowLatency ? 0 : Int(exchange.multiprocessors)),
      wireBytes: exchange.nodes > 1 ? sent.beyond : sent.inNode,
      localBytes: exchange.nodes > 1 ? sent.inNode : 0, gpus: Int(exchange.gpus),
      point: SIMD4(
        log2(exchange.gpus), log2(max(1, exchange.tokens)), log2(exchange.bytesPerToken * copies),
        0))
  }
}
