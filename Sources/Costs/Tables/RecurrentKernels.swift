import Foundation

/// The sizes of a recurrence by the gated delta rule: a state of values by keys in each head, in
/// 4-byte floats.
struct RecurrentStates: Sendable, Equatable {
  let heads: Double
  /// Heads of keys, which heads of values share.
  let keyHeads: Double
  /// Elements of a head of values, and of one of keys.
  let valueSize: Double
  let keySize: Double
  /// Whether each channel has a decay of its own (Kimi), which kernels of their own compute.
  var isKimi = false

  /// Tokens that are computed together, as attention among themselves.
  static let block = 64.0

  /// Floating-point operations of `tokens` of a prompt (arXiv 2412.06464, section 3).
  func flops(ofPrompt tokens: Double) -> Double {
    2 * tokens * heads * (Self.block * (valueSize + keySize) + 4 * keySize * valueSize)
  }

  /// Floating-point operations of one new token of each of `sequences`.
  func flops(ofDecodes sequences: Double) -> Double {
    2 * 3 * sequences * heads * keySize * valueSize
  }

  /// Bytes of queries, keys, values and results of `tokens`, and of the states of `sequences`,
  /// which are read and written.
  func bytes(tokens: Double, sequences: Double) -> Double {
    let elements = 2 * keyHeads * keySize + 2 * heads * valueSize
    return tokens * elements * 2 + sequences * 2 * 4 * heads * keySize * valueSize
  }
}

extension Kernel {
  /// The recurrence of `sequences` of `tokens` each.
  static func recurrence(
    _ states: RecurrentStates, sequences: Double, tokens: Double, isDecode: Bool
  ) -> Kernel {
    let all = sequences * tokens
    return Kernel(
      operation: isDecode
        ? states.isKimi ? .kimiDecode : .recurrentDecode
        : states.isKimi ? .kimiPrefill : .recurrentPrefill,
      format: .bf16,
      flops: isDecode ? states.flops(ofDecodes: sequences) : states.flops(ofPrompt: all),
      memoryBytes: states.bytes(tokens: all, sequences: sequences),
      point: SIMD4(log2(states.heads * sequences), isDecode ? 0 : log2(tokens), 0, 0))
  }

  /// The convolution before it, over `length` tokens of each of `channels`.
  static func convolution(
    sequences: Double, tokens: Double, channels: Double, length: Double, isDecode: Bool
  ) -> Kernel {
    Kernel(
      operation: isDecode ? .convolutionDecode : .convolutionPrefill, format: .bf16,
      memoryBytes: 2 * channels * sequences * (2 * tokens + 2 * (length - 1)),
      point: SIMD4(log2(channels * sequences), isDecode ? 0 : log2(tokens), 0, 0))
  }

  /// Attention of `sequences` of `tokens` each, to all of their own.
  static func encoder(
    sequences: Double, tokens: Double, heads: Double, headSize: Double, _ format: NumberFormat
  ) -> Kernel {
    let tile = PrefillWork.rowsPerTile
    let padded = (tokens / tile).rounded(.up) * tile
    return Kernel(
      operation: .encoderAttention, format: format, variant: Int(headSize),
      flops: 4 * sequences * heads * headSize * padded * (tokens + Self.keysInFlight),
      memoryBytes: 8 * sequences * heads * headSize * tokens,
      serialFlops: 4 * tile * headSize * tokens,
      point: SIMD4(log2(heads * sequences), log2(tokens), 0, 0))
  }
}
