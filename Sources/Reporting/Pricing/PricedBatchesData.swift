import Formats
import Studies

/// A table of batches with what each costs, as text, Markdown, CSV and JSON.
///
/// In CSV the columns of the file come first, as they were, then `PricedBatches.figures`; numbers
/// are written in as few digits as read back to the same number. JSON is
///
///     {"settings": {name: text, …}, "batches": [{column: text, …, "seconds": number, …}]}
public enum PricedBatchesData {
  /// Writes the table as CSV to `sink`, piece by piece.
  public static func writeCSV(
    _ batches: PricedBatches, to sink: ([UInt8]) throws -> Void
  ) rethrows {
    var writer = CSVWriter()
    for column in batches.columns + PricedBatches.figures { writer.add(column) }
    try writer.endRow(sink)
    for row in batches.rows {
      for field in row.fields { writer.add(field) }
      for seconds in row.seconds { writer.add(seconds) }
      try writer.endRow(sink)
    }
    try writer.flush(sink)
  }

  /// Writes the table as JSON to `sink`, piece by piece.
  public static func writeJSON(
    _ batches: PricedBatches, to sink: (String) throws -> Void
  ) rethrows {
    let settings = CostData.settings(batches.settings).text(depth: 1)
    try sink("{\n  \"settings\": \(settings),\n  \"batches\": [")
    for (index, row) in batches.rows.enumerated() {
      let fields = zip(batches.columns, row.fields).map { JSONValue.Member($0, .string($1)) }
      let figures = zip(PricedBatches.figures, row.seconds).map {
        JSONValue.Member($0, .number($1))
      }
      let text = JSONValue.object(fields + figures).text(depth: 2)
      try sink((index == 0 ? "\n    " : ",\n    ") + text)
    }
    try sink("\n  ]\n}\n")
  }

  /// The table as text, under what was set.
  public static func text(_ batches: PricedBatches) -> String {
    let settings = batches.settings.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
    return "\(settings)\n\n" + TextTable.text(table(batches), limit: .max)
  }

  /// The table as Markdown.
  public static func markdown(_ batches: PricedBatches) -> String {
    MarkdownTable.text(table(batches))
  }

  private static func table(_ batches: PricedBatches) -> Table {
    let figures = PricedBatches.figures.map { name in
      let words = name.split(separator: "_").dropLast().joined(separator: " ")
      return Table.Column(words.isEmpty ? "total" : words, group: "time")
    }
    return Table(
      batches.columns.map { Table.Column($0, isNumeric: false) } + figures,
      rows: batches.rows.map { row in
        (row.fields + row.seconds.map(Numbers.duration)).map { Table.Cell($0) }
      })
  }
}
