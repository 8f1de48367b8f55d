import Foundation
import Serving

/// A GPU as JSON: what `--gpu file.json` reads and `servesim calibrate` writes.
struct GPUFile: Codable {
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

  struct Peaks: Codable {
    var bf16: Double
    var fp8: Double?
    var int8: Double?
    var fp4: Double?
  }

  struct Link: Codable {
    var kind: GPU.Link.Kind
    var gpus: Int
    var bytesPerSecond: Double
  }

  /// A table; knots are in their own units, values are packed two characters a cell.
  struct Table: Codable {
    var operation: MeasuredOperation
    var format: NumberFormat
    var variant: Int?
    var source: String
    var measurements: Int
    var knots: [Knots]
    var octaves: String
  }

  /// The knots of one axis.
  struct Knots: Codable {
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
    links = gpu.links.map { Link(kind: $0.kind, gpus: $0.gpus, bytesPerSecond: $0.bytesPerSecond) }
    efficiencies = gpu.efficiencies
    tables = gpu.tables.all.map(Table.init)
  }
}

extension GPUFile.Table {
  init(_ table: KernelTable) {
    operation = table.operation
    format = table.format
    variant = table.variant == 0 ? nil : table.variant
    source = table.source
    measurements = table.measurements
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
    for axis in knots {
      let ascends = zip(axis.values, axis.values.dropFirst()).allSatisfy(<)
      guard let first = axis.values.first, first > 0, ascends else {
        throw InputError(
          source, column: place, problem: "the knots of \(axis.axis) do not ascend from above 0",
          remedy: "list them in order, each once")
      }
    }
    let grid = Grid(axes: knots.map { $0.values.map { log2($0) } })
    guard let values = TimeTableCode.octaves(octaves), values.count == grid.cells else {
      throw InputError(
        source, column: place, problem: "its octaves are not \(grid.cells) cells",
        remedy: "give two base64 digits for each combination of knots, as calibrate writes them")
    }
    return KernelTable(
      operation: operation, format: format, variant: variant ?? 0, source: self.source,
      measurements: measurements, times: TimeTable(grid: grid, octaves: values))
  }
}

extension GPUFile {
  /// What is above 0, by the keys of the file.
  var figures: [(key: String, value: Double)] {
    let peaks = flopsPerSecond
    let shares = efficiencies
    return [
      ("memory_bytes", Double(memoryBytes)), ("memory_bytes_per_second", memoryBytesPerSecond),
      ("host_bytes_per_second", hostBytesPerSecond), ("flops_per_second.bf16", peaks.bf16),
      ("flops_per_second.fp8", peaks.fp8 ?? 1), ("flops_per_second.int8", peaks.int8 ?? 1),
      ("flops_per_second.fp4", peaks.fp4 ?? 1), ("multiprocessors", multiprocessors),
      ("sustained_flops_per_second", sustainedFlopsPerSecond ?? 1),
      ("links", links.map { min($0.bytesPerSecond, Double($0.gpus)) }.min() ?? 0),
      ("efficiencies.matrix_compute", shares.matrixCompute),
      ("efficiencies.matrix_memory", shares.matrixMemory),
      ("efficiencies.prefill_attention", shares.prefillAttention),
      ("efficiencies.decode_attention", shares.decodeAttention),
      ("efficiencies.elementwise", shares.elementwise),
      ("efficiencies.collective", shares.collective),
      ("efficiencies.launch_seconds", shares.launchSeconds),
      ("efficiencies.collective_seconds", shares.collectiveSeconds),
    ]
  }

  /// A number with at most six significant digits, as files show it.
  static func rounded(_ value: Double) -> Double {
    let scale = pow(10, 5 - floor(log10(value)))
    return (value * scale).rounded() / scale
  }
}
