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
        return (try contents(of: path), format, path)
      }
      if !prefix.contains("/") { throw unknownFormat(prefix, in: specification) }
    }
    return (try contents(of: specification), nil, specification)
  }

  /// Reads the bytes of a trace whose first line tells its format; `source` is what messages call
  /// it.
  public static func parse(_ bytes: [UInt8], source: String) throws(InputError) -> LoadedTrace {
    let (firstLine, line) = try FirstLine.read(bytes, source: source)
    if let format = TraceFormats.recognising(firstLine) {
      return try format.parse(bytes, source: source)
    }
    throw InputError(
      source, line: line, problem: "\(firstLine.excerpt) of no known format",
      remedy: "the formats are \(TraceFormats.headers)")
  }

  private static func contents(of path: String) throws(InputError) -> [UInt8] {
    let bytes = try InputFile.read(path)
    if bytes.starts(with: [0x1F, 0x8B]) {
      throw InputError(path, problem: "the file is compressed", remedy: "unpack it with gunzip")
    }
    return bytes
  }

  private static func unknownFormat(_ name: String, in specification: String) -> InputError {
    InputError(
      specification,
      problem: "there is neither a file of this name nor a format `\(shortened(name))`",
      remedy: "FILE or FORMAT:FILE, where FORMAT is one of \(TraceFormats.names)")
  }
}
