import Formats
import Serving

/// Trace files, as a user names them.
public enum TraceFile {
  /// Reads the trace that `specification` names: `FILE`, whose first line tells its format,
  /// or `FORMAT:FILE`. A file whose own name has a colon in it comes first.
  ///
  /// - Parameter checksums: whether the bytes are summed up too.
  public static func read(
    _ specification: String, checksums: Bool = false
  ) throws(InputError) -> LoadedTrace {
    let (bytes, format, source) = try file(specification)
    var loaded =
      if let format {
        try format.parse(bytes, source: source)
      } else {
        try parse(bytes, source: source)
      }
    if let note = Self.note(on: loaded.trace) { loaded.notes.append(note) }
    if checksums { loaded.checksum = SHA256.hexadecimal(bytes) }
    return loaded
  }

  /// The bytes of the file, its format if that is named, and its path.
  private static func file(
    _ specification: String
  ) throws(InputError) -> ([UInt8], (any TraceFormat)?, String) {
    if let colon = specification.firstIndex(of: ":"), !InputFile.exists(specification) {
      let prefix = String(specification[..<colon])
      let path = String(specification[specification.index(after: colon)...])
      if let format = TraceFormats.named(prefix) {
        return (try InputFile.read(path), format, path)
      }
      if !prefix.contains("/") { throw unknownFormat(prefix, in: specification) }
    }
    return (try InputFile.read(specification), nil, specification)
  }

  /// Reads the bytes of a trace whose first line tells its format; `source` is what messages call
  /// it.
  public static func parse(_ bytes: [UInt8], source: String) throws(InputError) -> LoadedTrace {
    let (firstLine, line) = try FirstLine.read(bytes, source: source)
    if let format = TraceFormats.recognising(firstLine) {
      let loaded = try format.parse(bytes, source: source)
      try format.checkUnits(of: loaded.trace, source: source)
      return loaded
    }
    if let separator = firstLine.otherSeparator {
      throw InputError(
        source, line: line, problem: "\(firstLine.excerpt), parted by \(separator)",
        remedy: "save the table with commas between its columns")
    }
    throw InputError(
      source, line: line, problem: "\(firstLine.excerpt) of no known format",
      remedy: "the formats are \(TraceFormats.headers)")
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
