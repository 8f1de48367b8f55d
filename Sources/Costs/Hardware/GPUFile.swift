import Formats
import Foundation
import Serving

/// A GPU as JSON: what `--gpu file.json` reads and `servesim calibrate` writes.
///
/// A file with the key `like`, the name of a GPU or a list of them, has no more than a data sheet:
/// name, source, memory, its bandwidth, rates of arithmetic, and links where they differ. All else
/// is that GPU's, times as shares of the data sheets.
struct GPUFile: Encodable {
  var name: String
  var source: String
  var memoryBytes: Int
  var memoryBytesPerSecond: Double
  var hostBytesPerSecond: Double
  var flopsPerSecond: Peaks
  var sustainedFlopsPerSecond: Double?
  var multiprocessors: Double
  var links: [Link]
  var efficiencies: Efficiencies
  var tables: [Table]?
  var lent: GPU.Lent?

  struct Peaks: Encodable {
    var bf16: Double
    var fp8: Double?
    var int8: Double?
    var fp4: Double?
  }

  struct Link: Encodable {
    var kind: GPU.Link.Kind
    var gpus: Int
    var bytesPerSecond: Double

    init(kind: GPU.Link.Kind, gpus: Int, bytesPerSecond: Double) {
      self.kind = kind
      self.gpus = gpus
      self.bytesPerSecond = bytesPerSecond
    }

    init(_ link: GPU.Link) {
      self.init(kind: link.kind, gpus: link.gpus, bytesPerSecond: link.bytesPerSecond)
    }
  }

  /// A table; knots are in their own units, values are packed two characters a cell.
  struct Table: Encodable {
    /// The GPU that the kernels were measured on; left out where they are this one's.
    var borrowedFrom: String?
    var operation: MeasuredOperation
    var format: NumberFormat
    var variant: Int?
    var source: String
    var measurements: Int
    /// Whether chunks behind a prefix are among them; left out where not.
    var chunks: Bool?
    var knots: [Knots]
    var octaves: String
  }

  /// The knots of one axis.
  struct Knots: Encodable {
    var axis: String
    var values: [Double]
  }
}

extension GPUFile {
  init(_ gpu: GPU) {
    name = gpu.name
    source = gpu.source
    memoryBytes = gpu.memoryBytes
    memoryBytesPerSecond = gpu.memoryBytesPerSecond
    hostBytesPerSecond = gpu.hostBytesPerSecond
    flopsPerSecond = Peaks(
      bf16: gpu.peaks.bf16, fp8: gpu.peaks.fp8, int8: gpu.peaks.int8, fp4: gpu.peaks.fp4)
    sustainedFlopsPerSecond = gpu.sustainedRate
    multiprocessors = gpu.multiprocessors
    links = gpu.links.map(Link.init)
    efficiencies = gpu.efficiencies
    tables = gpu.tables.all.map(Table.init)
    lent = gpu.lent
  }
}

extension GPUFile.Table {
  init(_ table: KernelTable) {
    borrowedFrom = table.borrowedFrom
    operation = table.operation
    format = table.format
    variant = table.variant == 0 ? nil : table.variant
    source = table.source
    measurements = table.measurements
    chunks = table.times.hasChunks ? true : nil
    knots = zip(table.operation.axes(table.format), table.times.grid.axes).map { axis, knots in
      GPUFile.Knots(axis: axis.rawValue, values: knots.map { GPUFile.rounded(exp2($0)) })
    }
    octaves = TimeTableCode.text(table.times.octaves)
  }

  /// The table, or what is wrong with it.
  func table(in source: String) throws(InputError) -> KernelTable {
    let place = "tables[\(operation.rawValue), \(format.rawValue)]"
    guard knots.map(\.axis) == operation.axes(format).map(\.rawValue) else {
      throw InputError(
        source, column: place, problem: "its axes are not those of \(operation.rawValue)",
        remedy: "give \(operation.axes(format).map(\.rawValue).joined(separator: ", "))")
    }
    let measurementsAreCounted = (1...Int(Int32.max)).contains(measurements)
    guard measurementsAreCounted, (0...1 << 20).contains(variant ?? 0) else {
      throw InputError(
        source, column: place, problem: "its measurements or its variant are out of range",
        remedy: "give at least one measurement, and a variant from 0 to \(1 << 20)")
    }
    var axes: [[Double]] = []
    for axis in knots { axes.append(try logarithms(of: axis, place, in: source)) }
    let cells = axes.reduce(1.0) { $0 * Double($1.count) }
    guard let values = TimeTableCode.octaves(octaves), Double(values.count) == cells else {
      throw InputError(
        source, column: place, problem: "its octaves are not \(GPUFigure.text(cells)) cells",
        remedy: "give two base64 digits for each combination of knots, as calibrate writes them")
    }
    let grid = Grid(axes: axes)
    return KernelTable(
      operation: operation, format: format, variant: variant ?? 0, source: self.source,
      borrowedFrom: borrowedFrom, measurements: measurements,
      times: TimeTable(grid: grid, octaves: values, hasChunks: chunks ?? false))
  }

  /// The knots of `axis` as tables have them, to base two.
  private func logarithms(
    of axis: GPUFile.Knots, _ place: String, in source: String
  ) throws(InputError) -> [Double] {
    let values = axis.values.map { log2($0) }
    let ascends = zip(values, values.dropFirst()).allSatisfy(<)
    guard let least = axis.values.first, least > 0, ascends else {
      throw InputError(
        source, column: place, problem: "the knots of \(axis.axis) do not ascend from above 0",
        remedy: "list them in order, each once")
    }
    guard let first = values.first, let last = values.last, first >= -64, last <= 64 else {
      throw InputError(
        source, column: place, problem: "the knots of \(axis.axis) are beyond all sizes",
        remedy: "give numbers from 2^-64 to 2^64")
    }
    return values
  }
}

extension GPUFile {
  /// A number with at most six significant digits, as files show it.
  static func rounded(_ value: Double) -> Double {
    let scale = pow(10, 5 - floor(log10(value)))
    return (value * scale).rounded() / scale
  }
}
