import Costs
import Metrics

/// How far a GPU's tables are from measured kernels.
public struct CalibrationScore: Sendable, Equatable {
  /// One row an operation and format.
  public private(set) var rows: [Row] = []
  /// Measurements that nothing could be said of: of unknown formats, or of operations that the GPU
  /// has no table for.
  public private(set) var unscored = 0

  /// The errors of one operation in one format, as shares of the measured times.
  public struct Row: Sendable, Equatable {
    public var operation: MeasuredOperation
    public var format: NumberFormat
    /// Measurements.
    public var count: Int
    /// The median, the 90th percentile and the greatest of the errors' sizes.
    public var median: Double
    public var percentile90: Double
    public var worst: Double
    /// The mean of the errors with their signs: above 0 where predictions are too long.
    public var bias: Double
    /// Predicted and measured seconds.
    public var times: [Pair]
  }

  /// A predicted time beside the measured one, in seconds.
  public struct Pair: Sendable, Equatable {
    public var predicted: Double
    public var measured: Double
  }

  /// Scores `measurements` on `gpu`.
  public init(of measurements: [Measurement], on gpu: GPU) {
    self.init(TableMeasurements.divided(measurements), on: gpu) { _ in true }
  }

  init(
    _ divided: (tables: [TableMeasurements], unknown: [Measurement]), on gpu: GPU,
    where kept: (Int) -> Bool
  ) {
    unscored = divided.unknown.count
    var groups: [(MeasuredOperation, NumberFormat, [Pair])] = []
    for part in divided.tables {
      let pairs = part.predictions(on: gpu, where: kept)
        .map { Pair(predicted: $0.predicted, measured: $0.measured) }
      unscored += part.rows.count(where: kept) - pairs.count
      if let last = groups.last, last.0 == part.operation, last.1 == part.format {
        groups[groups.count - 1].2 += pairs
      } else {
        groups.append((part.operation, part.format, pairs))
      }
    }
    rows = groups.filter { !$0.2.isEmpty }.map { Row($0.0, $0.1, $0.2) }
  }
}

extension CalibrationScore.Row {
  init(
    _ operation: MeasuredOperation, _ format: NumberFormat, _ times: [CalibrationScore.Pair]
  ) {
    self.operation = operation
    self.format = format
    self.times = times
    count = times.count
    let errors = times.map { $0.predicted / $0.measured - 1 }
    let sizes = errors.map(abs).sorted()
    median = Self.percentile(50, of: sizes)
    percentile90 = Self.percentile(90, of: sizes)
    worst = sizes.last ?? 0
    bias = errors.reduce(0, +) / Double(errors.count)
  }

  private static func percentile(_ percent: Double, of sorted: [Double]) -> Double {
    let rank = PercentileRank(percent, of: sorted.count)
    return rank.value(sorted[rank.lower], sorted[rank.upper])
  }
}
