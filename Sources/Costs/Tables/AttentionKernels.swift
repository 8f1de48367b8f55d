import Foundation

extension Kernel {
  /// Causal attention of `tokens` new tokens of each of `sequences` after `context` cached ones.
  static func prefill(
    sequences: Double, tokens: Double, context: Double, heads: Double, keyValueHeads: Double,
    headSize: Double, window: Double, _ format: NumberFormat
  ) -> Kernel {
    let keys = keysPerQuery(tokens: tokens, context: context, window: window)
    let queries = sequences * tokens
    let read = sequences * (window > 0 ? min(context, window) + tokens : context + tokens)
    return Kernel(
      operation: .attentionPrefill, format: format, variant: Int(headSize),
      flops: 4 * queries * keys * heads * headSize,
      memoryBytes: 4 * queries * heads * headSize
        + 2 * read * keyValueHeads * headSize * format.bytesPerInput,
      point: SIMD4(log2(sequences * heads * tokens), log2(keys), 0, 0))
  }

  /// The tokens that each of `tokens` after `context` attends to, on average.
  static func keysPerQuery(tokens: Double, context: Double, window: Double) -> Double {
    guard window > 0 else { return context + (tokens + 1) / 2 }
    // The first tokens see fewer than a window; the rest see a window.
    let growing = min(tokens, max(0, window - context))
    let partial = growing * (context + (growing + 1) / 2)
    return (partial + (tokens - growing) * window) / tokens
  }

  /// Attention of one new token of each of `sequences` to `context` tokens.
  static func decode(
    sequences: Double, context: Double, heads: Double, keyValueHeads: Double, headSize: Double,
    window: Double, _ format: NumberFormat
  ) -> Kernel {
    let keys = window > 0 ? min(context, window) : context
    return Kernel(
      operation: .attentionDecode, format: format, variant: Int(headSize),
      flops: 4 * sequences * keys * heads * headSize,
      memoryBytes: 4 * sequences * heads * headSize
        + 2 * sequences * keys * keyValueHeads * headSize * format.bytesPerInput,
      point: SIMD4(
        log2(heads / keyValueHeads), log2(sequences * keyValueHeads), log2(max(keys, 1)), 0))
  }

  /// The same with multi-head latent attention: keys and values made from the latent cache.
  static func latentPrefill(
    sequences: Double, tokens: Double, context: Double, heads: Double, _ format: NumberFormat
  ) -> Kernel {
    let keys = keysPerQuery(tokens: tokens, context: context, window: 0)
    let queries = sequences * tokens
    return Kernel(
      operation: .latentPrefill, format: format,
      flops: 2 * queries * keys * heads * (latentHead + latentValue),
      memoryBytes: 2 * heads * (latentHead + latentValue)
        * (queries + sequences * (context + tokens)),
      point: SIMD4(log2(sequences * heads * tokens), log2(keys), 0, 0))
  }

  /// Multi-head latent attention of decodes, on the latent cache itself.
  static func latentDecode(
    sequences: Double, context: Double, heads: Double, _ format: NumberFormat
  ) -> Kernel {
    Kernel(
      operation: .latentDecode, format: format,
      flops: 2 * sequences * context * heads * (latentCache + latentRank),
      memoryBytes: sequences * context * latentCache * format.bytesPerInput
        + 2 * sequences * heads * (latentCache + latentRank),
      point: SIMD4(log2(heads), log2(sequences), log2(max(context, 1)), 0))
  }

  /// DeepSeek-V2's and V3's sizes, the only ones measured: a head of 128 and 64 that carry the
  /// position, values of 128, a latent vector of 512.
  private static let latentHead = 192.0
  private static let latentValue = 128.0
  private static let latentRank = 512.0
  private static let latentCache = 576.0
}
