import Foundation

extension Kernel {
  /// The routed experts of a layer, `divided` among GPUs, each of which `tokens` reach.
  static func experts(
    tokens: Double, intermediate: Double, hidden: Double, experts: Double, perToken: Double,
    divided: Double, _ format: NumberFormat
  ) -> Kernel {
    let local = experts / divided
    let pairs = tokens * perToken / divided
    let distinct = local * (1 - pow(1 - perToken / experts, tokens))
    let matrix = intermediate * hidden
    return Kernel(
      operation: .experts, format: format, flops: 6 * pairs * matrix,
      memoryBytes: 3 * distinct * matrix * format.bytesPerWeight
        + pairs * (2 * hidden + 3 * intermediate) * 2,
      point: SIMD4(log2(local), log2(pairs / local), log2(intermediate), 0))
  }
}
