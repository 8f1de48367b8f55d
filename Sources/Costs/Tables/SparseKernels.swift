import Foundation

extension Kernel {
  /// Attention of `tokens` to `chosen` cached latents each, on the latents themselves: as many are
  /// read where fewer were there to choose from, and fewer heads take as long as 64.
  static func sparseLatent(
    tokens: Double, chosen: Double, heads: Double, _ format: NumberFormat
  ) -> Kernel {
    let rows = max(heads, leastHeads)
    let sizes = LatentSizes.self
    return Kernel(
      operation: .sparseAttention, format: format,
      flops: 2 * tokens * chosen * rows * (sizes.cache + sizes.rank),
      memoryBytes: 2 * tokens * rows * (sizes.cache + sizes.rank),
      point: SIMD4(log2(tokens * rows / leastHeads), 0, 0, 0))
  }

  /// Heads of a tile of FlashMLA's sparse kernels.
  private static let leastHeads = 64.0

  /// An indexer's scores of `queries` against `keys` each, without the choice among them.
  static func indexer(
    queries: Double, keys: Double, heads: Double, headSize: Double
  ) -> Kernel {
    Kernel(
      operation: .indexer, format: .fp8, flops: 2 * queries * keys * heads * headSize,
      memoryBytes: queries * heads * headSize + 4 * queries * keys,
      point: SIMD4(log2(queries), log2(max(keys, 1)), 0, 0))
  }
}
