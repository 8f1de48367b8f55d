import Foundation

/// Measurements that belong into one table.
public struct TableMeasurements: Sendable {
  public let operation: MeasuredOperation
  public let format: NumberFormat
  public let variant: Int
  /// Where each stands in the list it was taken from.
  public private(set) var rows: [Int] = []
  private var kernels: [Kernel] = []
  private var seconds: [Double] = []
  private var hasChunks = false

  /// The tables that `measurements` belong into, in the order of operations, formats and variants,
  /// and the measurements whose format is not known.
  public static func divided(
    _ measurements: [Measurement]
  ) -> (tables: [TableMeasurements], unknown: [Measurement]) {
    var tables: [TableMeasurements] = []
    var places: [Key: Int] = [:]
    var unknown: [Measurement] = []
    for (row, measurement) in measurements.enumerated() {
      guard let kernel = measurement.kernel else {
        unknown.append(measurement)
        continue
      }
      let key = Key(kernel, measured: measurement.operation)
      let place = places[key] ?? tables.count
      if place == tables.count {
        places[key] = place
        tables.append(
          TableMeasurements(
            operation: measurement.operation, format: kernel.format, variant: kernel.variant))
      }
      tables[place].append(kernel, measurement, row: row)
    }
    return (tables.sorted { $0.order < $1.order }, unknown)
  }

  private struct Key: Hashable {
    var operation: MeasuredOperation
    var format: NumberFormat
    var variant: Int
    var measured: MeasuredOperation

    init(_ kernel: Kernel, measured: MeasuredOperation) {
      self.measured = measured
      operation = kernel.operation
      format = kernel.format
      variant = kernel.variant
    }
  }

  private init(operation: MeasuredOperation, format: NumberFormat, variant: Int) {
    self.operation = operation
    self.format = format
    self.variant = variant
  }

  private mutating func append(_ kernel: Kernel, _ measurement: Measurement, row: Int) {
    kernels.append(kernel)
    seconds.append(measurement.seconds)
    rows.append(row)
    if measurement.isOfChunks { hasChunks = true }
  }

  private var order: (Int, Int, Int) {
    (
      MeasuredOperation.allCases.firstIndex(of: operation) ?? 0,
      NumberFormat.allCases.firstIndex(of: format) ?? 0, variant
    )
  }

  /// The table that comes closest to them on `gpu`.
  ///
  /// - Parameters:
  ///   - source: who measured, and with which software.
  ///   - kept: whether the measurement at a place in the list counts.
  public func table(on gpu: GPU, source: String, where kept: (Int) -> Bool) -> KernelTable? {
    // Rows that another operation's kernel runs are predicted by its table and add nothing to it.
    let chosen = rows.indices.filter { kept(rows[$0]) && kernels[$0].operation == operation }
    let points = chosen.map { point($0, on: gpu) }
    guard !points.isEmpty else { return nil }
    let grid = Knots.grid(for: operation, format, points)
    let smoothness = bestSmoothness(points, on: grid)
    let times = TableFit(points, on: grid, smoothness: smoothness).table()
    // What is stored is what is used: values are rounded as files hold them.
    let octaves = TimeTableCode.octaves(TimeTableCode.text(times.octaves)) ?? times.octaves
    return KernelTable(
      operation: operation, format: format, variant: variant, source: source,
      measurements: points.count,
      times: TimeTable(grid: grid, octaves: octaves, hasChunks: hasChunks))
  }

  /// The seconds that `gpu` predicts for each measurement, beside those measured, and its place in
  /// the list; nothing where the GPU has no table for them.
  public func predictions(
    on gpu: GPU, where kept: (Int) -> Bool
  ) -> [(predicted: Double, measured: Double)] {
    rows.indices.compactMap { index in
      guard kept(rows[index]), let time = gpu.tables.seconds(kernels[index], on: gpu) else {
        return nil
      }
      return (time, seconds[index])
    }
  }

  private func point(_ index: Int, on gpu: GPU) -> TableFit.Point {
    let kernel = kernels[index]
    return TableFit.Point(
      coordinates: kernel.point, octaves: log2(seconds[index] / kernel.estimate(on: gpu)))
  }

  /// The smoothness that predicts every fifth point best from the others.
  private func bestSmoothness(_ points: [TableFit.Point], on grid: Grid) -> Double {
    guard points.count >= 50 else { return 0.1 }
    // Every fifth in a scattered order, so that no regular grid is hit regularly.
    let isLeftOut = points.indices.map { ($0 &* 2_654_435_761) >> 7 % 5 == 0 }
    let rest = points.indices.filter { !isLeftOut[$0] }.map { points[$0] }
    let leftOut = points.indices.filter { isLeftOut[$0] }.map { points[$0] }
    let errors = Self.smoothnesses.map { smoothness in
      let table = TableFit(rest, on: grid, smoothness: smoothness).table()
      let sum = leftOut.reduce(0.0) { $0 + abs(table.octaves(at: $1.coordinates) - $1.octaves) }
      return (sum, smoothness)
    }
    return errors.min { $0.0 < $1.0 }?.1 ?? 0.1
  }

  private static let smoothnesses = [0.02, 0.05, 0.1, 0.2]
}
