import Foundation

/// Where the knots of a table's axes lie.
enum Knots {
  /// The grid for `points` of tables of `operation`: its usual knots between the least and the
  /// greatest coordinate, and those two.
  static func grid(
    for operation: MeasuredOperation, _ format: NumberFormat, _ points: [TableFit.Point]
  ) -> Grid {
    Grid(
      axes: operation.axes(format).enumerated().map { index, axis in
        let values = points.map { $0.coordinates[index] }
        guard let least = values.min(), let most = values.max(), most - least > tellable else {
          return [values.first ?? 0]
        }
        let inner = usual(operation, axis).map { log2($0) }
          .filter { $0 > least + closest && $0 < most - closest }
        return [least] + inner + [most]
      })
  }

  /// Knots closer than this many octaves to an end are left out.
  private static let closest = 0.1
  /// What differs by fewer octaves is the same to the six digits that files show.
  private static let tellable = 1e-4

  private static func usual(_ operation: MeasuredOperation, _ axis: Axis) -> [Double] {
    switch (operation, axis) {
    case (.gemm, .rows): rows
    case (.gemm, .outputs): outputs
    case (.gemm, .inputs): inputs
    case (_, .alignment): []
    case (_, .group): [2, 8]
    case (_, .keyValueHeads): [2, 8, 32]
    case (.quantize, .inputs): outputs
    case (.quantize, .rows): rows
    case (.attentionPrefill, .parallel): (0...20).map { exp2(2 * Double($0) - 10) }
    case (.experts, .rows), (.marlinExperts, .rows):
      (0...10).map { exp2(Double($0)) } + [4096, 16384]
    case (.experts, .experts), (.marlinExperts, .experts): (0...10).map { exp2(2 * Double($0)) }
    case (.experts, .outputs), (.marlinExperts, .outputs): widths
    case (_, .pairs): [1 / 64, 1 / 16, 1 / 4, 1, 2, 8, 32]
    default: (0...40).map { exp2(Double($0)) }
    }
  }

  /// Widths of experts: every octave, and beside it those of Mixtral's experts, for which vLLM
  /// tunes its kernels while it leaves their neighbours as they are.
  private static let widths: [Double] = [
    16, 32, 64, 128, 256, 512, 1024, 2048, 3584, 4096, 7168, 8192, 14336, 16384,
  ]
  /// Rows: dense where kernels change with them.
  private static let rows: [Double] = [
    8, 16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 8192, 16384,
  ]
  /// Outputs: dense where waves of tiles are few.
  private static let outputs: [Double] = [
    64, 128, 256, 512, 768, 1024, 1536, 2048, 2560, 3072, 3584, 4096, 5120, 6144, 7168, 8192,
    10240, 12288, 16384, 28672, 51200,
  ]
  /// Inner sizes: a kernel's time is close to linear in them.
  private static let inputs: [Double] = [64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384]
}
