import Formats
import Serving

/// Trace files, as a user names them.
public enum TraceFile {
  /// Reads the trace that `specification` names: `FILE`, whose first line tells its format,
  /// `FORMAT:FILE`, a folder of sessions, or `-` for the standard input. A file whose own name has
  /// a colon in it comes first.
  ///
  /// - Parameters:
  ///   - reading: what is said of how it is to be read.
  ///   - checksums: whether the bytes are summed up too.
  public static func read(
    _ specification: String, _ reading: TraceReading = TraceReading(), checksums: Bool = false
  ) throws(InputError) -> LoadedTrace {
    let (path, named) = try parts(of: specification)
    if let named, let columns = reading.columns {
      throw InputError(
        columns.source, problem: "the trace is named to be of the format \(named.name)",
        remedy: "leave out one of both")
    }
    if TraceFolder.isAt(path) {
      return try TraceFolder(path).read(named, reading, checksums: checksums)
    }
    let bytes = try InputFile.read(path == "-" ? "/dev/stdin" : path)
    var loaded = try parse(bytes, source: path, as: named, reading)
    if let note = Self.note(on: loaded.trace) { loaded.notes.append(note) }
    if checksums { loaded.checksum = SHA256.hexadecimal(bytes) }
    return loaded
  }

  /// The path of the file, and its format if that is named.
  private static func parts(
    of specification: String
  ) throws(InputError) -> (path: String, format: (any TraceFormat)?) {
    guard let colon = specification.firstIndex(of: ":"), !InputFile.exists(specification) else {
      return (specification, nil)
    }
    let prefix = String(specification[..<colon])
    if let format = TraceFormats.named(prefix) {
      return (String(specification[specification.index(after: colon)...]), format)
    }
    if !prefix.contains("/") { throw unknownFormat(prefix, in: specification) }
    return (specification, nil)
  }

  /// Reads the bytes of a trace whose first line tells its format; `source` is what messages call
  /// it.
  public static func parse(_ bytes: [UInt8], source: String) throws(InputError) -> LoadedTrace {
    try parse(bytes, source: source, as: nil, TraceReading())
  }

  /// Likewise, in a format that is named if it is, and as `reading` says.
  static func parse(
    _ bytes: [UInt8], source: String, as named: (any TraceFormat)?, _ reading: TraceReading
  ) throws(InputError) -> LoadedTrace {
    let format: any TraceFormat
    if let named {
      format = named
    } else {
      format = try self.format(of: bytes, source: source, reading.columns)
    }
    if reading.leavesOutSubAgents && !format.hasSubAgents {
      let others = TraceFormats.all.filter(\.hasSubAgents).map(\.name).joined(separator: ", ")
      throw InputError(
        TraceReading.subAgents.option, problem: "the format \(format.name) tells of no sub-agents",
        remedy: "leave it out; \(others) does")
    }
    var loaded = try format.parse(bytes, source: source, reading)
    if named == nil { try format.settleUnits(of: &loaded, source: source) }
    return loaded
  }

  /// The format that the first line of `bytes` tells, or that `columns` makes.
  private static func format(
    of bytes: [UInt8], source: String, _ columns: ColumnMeanings?
  ) throws(InputError) -> any TraceFormat {
    if let columns { return columns.format(ofObjects: JSONObjects.areIn(bytes)) }
    let (firstLine, line) = try FirstLine.read(bytes, source: source)
    if let format = TraceFormats.recognising(firstLine) { return format }
    throw TraceRefusals.error(firstLine, source: source, line: line)
  }

  /// What to say of arrivals that come faster or more slowly than at any service, so that the unit
  /// of their times may be another.
  private static func note(on trace: Trace) -> String? {
    guard let rate = trace.meanRate, rate >= 500 || rate < 1e-4 else { return nil }
    let text = rate >= 1 ? String(Int(min(rate, 0x1p62))) : "\(rate)"
    return "requests arrive at \(text) per second on average; check the unit of the file's times"
  }

  private static func unknownFormat(_ name: String, in specification: String) -> InputError {
    InputError(
      specification,
      problem: "there is neither a file of this name nor a format `\(shortened(name))`",
      remedy: "FILE or FORMAT:FILE, where FORMAT is one of \(TraceFormats.names)")
  }
}
