import Costs
import Formats
import Serving
import Workloads

/// A table of measured kernels as CSV: one kernel a row, sizes that it does not have left empty.
public struct MeasurementsFile: Sendable {
  /// The file, as the user named it.
  public let source: String
  public private(set) var measurements: [Measurement] = []

  /// The header as it is written; `window` may be left out, and columns may stand in any order.
  public static let header =
    "operation,format,"
    + Measurement.Size.allCases.map(\.rawValue).joined(separator: ",") + ",seconds"

  /// Reads `bytes`.
  public init(_ bytes: [UInt8], source: String) throws(InputError) {
    self.source = source
    var reader = try CSVReader(bytes, source: source, rowMeaning: "a measured kernel")
    let columns = try Columns(reader)
    while try reader.nextRow() { measurements.append(try columns.measurement(reader)) }
  }
}

/// The columns of a table of measurements.
private struct Columns {
  var operation: Column
  var format: Column
  var sizes: [(size: Measurement.Size, column: Column)] = []
  var seconds: Column

  init(_ reader: CSVReader) throws(InputError) {
    operation = try reader.column("operation", of: MeasurementsFile.header)
    format = try reader.column("format", of: MeasurementsFile.header)
    seconds = try reader.column("seconds", of: MeasurementsFile.header)
    try reader.refuseSlips(
      of: ["operation", "format", "seconds"] + Measurement.Size.allCases.map(\.rawValue))
    for size in Measurement.Size.allCases {
      if let column = try reader.optionalColumn(size.rawValue) { sizes.append((size, column)) }
    }
  }

  /// The measurement in the row last read.
  func measurement(_ reader: CSVReader) throws(InputError) -> Measurement {
    let name = try reader.text(operation)
    guard let kind = MeasuredOperation(rawValue: name) else {
      let names = MeasuredOperation.allCases.map(\.rawValue)
      throw reader.error(
        in: operation, "there is no operation \(shortened(name))",
        "use one of \(names.joined(separator: ", "))")
    }
    guard let time = try reader.number(seconds), time > 0 else {
      throw reader.error(in: seconds, "a kernel takes time", "give the seconds that it took")
    }
    guard Self.times.contains(time) else {
      throw reader.error(
        in: seconds, "no kernel takes \(time) s",
        "give seconds, from 1e-7 to 100: microseconds times 1e-6, milliseconds times 1e-3")
    }
    var given: [Measurement.Size: Double] = [:]
    for (size, column) in sizes {
      guard let value = try reader.number(column) else { continue }
      guard value.rounded() == value, value <= Self.mostOfASize else {
        throw reader.error(
          in: column, "no kernel has a \(size.rawValue) of \(try reader.text(column))",
          "give a whole number of at most 2^48")
      }
      given[size] = value
    }
    try check(given, of: kind, reader)
    return Measurement(kind, format: try reader.text(format), sizes: given, seconds: time)
  }

  /// Seconds that a kernel may take.
  private static let times = 1e-7...100

  /// Counts of anything that a GPU holds are exact below it.
  private static let mostOfASize = 281_474_976_710_656.0

  private func check(
    _ given: [Measurement.Size: Double], of kind: MeasuredOperation, _ reader: CSVReader
  ) throws(InputError) {
    for size in Measurement.required(kind) {
      if let value = given[size], value > 0 { continue }
      guard let column = sizes.first(where: { $0.size == size })?.column else {
        _ = try reader.column(size.rawValue, of: MeasurementsFile.header)
        continue
      }
      throw reader.error(
        in: column, "\(kind.rawValue) has no \(size.rawValue)", "give a number above 0")
    }
    for size in [Measurement.Size.gpus, .matrices, .distinct, .pairs] where given[size] == 0 {
      throw InputError(
        reader.source, line: reader.line, column: size.rawValue,
        problem: "\(kind.rawValue) has no \(size.rawValue)",
        remedy: "give a number above 0, or nothing")
    }
    if let chosen = given[.topk], let all = given[.experts], chosen > all {
      throw InputError(
        reader.source, line: reader.line, column: Measurement.Size.topk.rawValue,
        problem: "a token goes through more experts than there are",
        remedy: "give at most \(Int(all))")
    }
  }
}
