import Formats
import Serving

/// A run as a table of requests whose columns a user has named.
enum NamedColumns {
  static func run(_ table: CSVReader, _ meanings: ColumnMeanings) throws(InputError) -> MeasuredRun
  {
    var reader = table
    func column(_ meaning: String) throws(InputError) -> Column {
      guard let name = meanings.name(of: meaning) else {
        throw InputError(
          meanings.source, problem: "nothing says which column is the \(meaning)",
          remedy: "add \(meaning)=NAME")
      }
      return try reader.column(name, of: meanings.names.map(\.name).joined(separator: ","))
    }
    let (arrival, prompt, output) = (
      try column("arrival"), try column("prompt"), try column("output")
    )
    let (first, whole) = (try column("ttft"), try column("e2e"))
    var rows = MeasuredRows()
    while try reader.nextRow() {
      rows.add(
        arrival: try meanings.arrival(arrival, of: reader),
        promptTokens: try reader.tokens(prompt), outputTokens: try reader.tokens(output),
        MeasuredRun.Latency(
          firstToken: try time(first, of: reader, meanings),
          whole: try time(whole, of: reader, meanings)))
    }
    return rows.run(reader.source, source: reader.source)
  }

  private static func time(
    _ column: Column, of reader: borrowing CSVReader, _ meanings: ColumnMeanings
  ) throws(InputError) -> Nanoseconds {
    let seconds = try reader.amount(column) / meanings.latencyUnitsPerSecond
    guard seconds <= EngineRange.time.upperBound.seconds else {
      throw reader.error(in: column, "the time is too long", "check its unit")
    }
    return Nanoseconds(seconds: seconds)
  }
}
