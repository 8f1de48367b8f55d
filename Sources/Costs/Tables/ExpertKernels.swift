import Foundation

extension Kernel {
  /// The routed experts of a layer, computed by kernels that follow one another: the products, with
  /// the weights of the experts that a token reaches; and those that sort, apply the function
  /// between the products and add up.
  ///
  /// The products compute in tiles of rows of one expert. The others move the rows of this GPU's
  /// pairs; but what is added up has a row for every pair, of other GPUs' experts too, where
  /// experts are divided and tokens are not.
  static func experts(_ work: ExpertWork, _ format: NumberFormat) -> Kernel {
    let weights = work.matrices * work.hidden * work.intermediate
    let rows = work.pairs + work.distinct * Experts.rowsPerTile / 2
    let elementsPerPair = 3 * work.hidden + 2 * work.matrices * work.intermediate
    let added = work.tokens * work.perToken * work.hidden
    let isLoadedInPieces =
      work.intermediate.truncatingRemainder(dividingBy: Experts.elementsPerLoad) != 0
    let operation: MeasuredOperation =
      switch work.layout {
      case .contiguous?: .contiguousExperts
      case .masked?: .maskedExperts
      case nil: work.isMarlin ? .marlinExperts : .experts
      }
    return Kernel(
      operation: operation, format: format,
      variant: (isLoadedInPieces ? 1 : 0) + (work.divided > 1 ? 2 : 0),
      flops: 2 * rows * weights,
      memoryBytes: work.distinct * weights * format.bytesPerWeight,
      otherBytes: (work.pairs * elementsPerPair + added) * 2,
      kernels: Experts.kernels,
      point: SIMD4(
        log2(work.tokens), log2(work.distinct), log2(work.intermediate),
        log2(work.pairs / max(work.tokens, 1))))
  }

  private enum Experts {
    /// Rows of a tile, of which half are empty in each expert's last one, on average.
    static let rowsPerTile = 64.0
    /// Elements of a matrix's row that are loaded at once: kernels are slower, by half or more,
    /// where the width is not a multiple of them.
    static let elementsPerLoad = 16.0
    /// Sorting in two steps, quantising twice, two products, the function between, adding up.
    static let kernels = 8.0
  }
}
