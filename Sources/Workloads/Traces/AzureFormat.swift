import Formats
import Serving

/// The traces of Azure's LLM inference services, 2023 and 2024.
///
/// Patel et al., Splitwise, ISCA 2024; github.com/Azure/AzurePublicDataset. Times count from the
/// earliest row; one without a zone is taken for UTC; a bare number counts
/// seconds, or thousandths, millionths or billionths of them, since 1970, which its size tells.
struct AzureFormat: TraceFormat {
  let name = "azure"
  let summary = "the CSV of Azure's public LLM inference traces, 2023 and 2024"
  let header = "TIMESTAMP,ContextTokens,GeneratedTokens"

  let required = ["TIMESTAMP", "ContextTokens", "GeneratedTokens"]

  func recognises(_ firstLine: FirstLine) -> Bool {
    guard case .columns(let columns) = firstLine else { return false }
    return columns.contains("TIMESTAMP")
      && (columns.contains("ContextTokens") || columns.contains("GeneratedTokens"))
  }

  func parse(
    _ bytes: [UInt8], source: String, _ reading: TraceReading
  ) throws(InputError) -> LoadedTrace {
    var reader = try CSVReader(bytes, source: source)
    let timestamp = try reader.column("TIMESTAMP", of: header)
    let context = try reader.column("ContextTokens", of: header)
    let generated = try reader.column("GeneratedTokens", of: header)
    var builder = TraceBuilder(reading)
    builder.ignored = try reader.columns(
      besides: ["TIMESTAMP", "ContextTokens", "GeneratedTokens"])
    var earliest = Nanoseconds.max
    var times = CivilTimes()
    while try reader.nextRow() {
      if reader.rows == 1 { builder.hasArrivals = !isBlankedOut(timestamp, of: reader) }
      let time =
        try builder.hasArrivals
        ? Self.time(timestamp, of: reader, &times) : blank(timestamp, reader)
      earliest = min(earliest, time)
      _ = builder.add(
        arrival: time, promptTokens: try reader.tokens(context),
        outputTokens: try reader.tokens(generated))
    }
    return try builder.finish(source: source, formatName: name, origin: earliest)
  }

  /// Whether `XXX` stands where a time should be, as in copies that hold lengths only.
  private func isBlankedOut(_ column: Column, of reader: borrowing CSVReader) -> Bool {
    let bytes = reader.bytes.span
    return bytes.extracting(bytes.trimmed(reader.range(of: column))).isWord("xxx")
  }

  /// The time of a row that has none, as all rows before it.
  private func blank(
    _ column: Column, _ reader: borrowing CSVReader
  ) throws(InputError) -> Nanoseconds {
    if isBlankedOut(column, of: reader) { return 0 }
    throw reader.error(
      in: column, "\(reader.excerpt(of: column)) stands below rows without a time",
      "give every row a time, or XXX to none")
  }

  /// Nanoseconds since 1970.
  static func time(
    _ column: Column, of reader: borrowing CSVReader
  ) throws(InputError) -> Nanoseconds {
    var times = CivilTimes()
    return try time(column, of: reader, &times)
  }

  /// Likewise, of rows that are read by `times` one after the other.
  @inline(__always)
  private static func time(
    _ column: Column, of reader: borrowing CSVReader, _ times: inout CivilTimes
  ) throws(InputError) -> Nanoseconds {
    let field = reader.range(of: column)
    let text = reader.bytes.span.extracting(reader.bytes.span.trimmed(field))
    do throws(TimeProblem) {
      return try times.nanoseconds(text)
    } catch {
      throw reader.error(in: column, describe(error, in: column, of: reader), remedy(for: error))
    }
  }

  private static func describe(
    _ problem: TimeProblem, in column: Column, of reader: borrowing CSVReader
  ) -> String {
    switch problem {
    case .empty: "the field is empty"
    case .blankedOut: "XXX stands where a time should be"
    case .unknownUnit: "\(reader.excerpt(of: column)) is no time since 1970 in any unit"
    case .notATime: "\(reader.excerpt(of: column)) is not a time"
    case .impossible(let part): "\(reader.excerpt(of: column)) cannot be: \(part)"
    }
  }

  private static func remedy(for problem: TimeProblem) -> String {
    switch problem {
    case .blankedOut: "give every row a time, or XXX to all of them"
    case .impossible: "a time that was on the calendar and the clock, from 1970 to 2199"
    default:
      "a time such as 2023-11-16 18:15:46.6805900, or seconds or milliseconds since 1970; "
        + "times since the start of the trace go into arrival_s of a native CSV"
    }
  }
}
