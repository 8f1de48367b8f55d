import Formats
import Metrics

/// The points of a sweep as tables.
public enum SweepReport {
  /// A row and the values that tell its point from the others.
  public struct Entry: Sendable {
    public var labels: [String]
    public var row: SweepRow

    public init(labels: [String], row: SweepRow) {
      self.labels = labels
      self.row = row
    }
  }

  /// One row a point: `labels` head the columns that tell points apart. What went wrong has a
  /// column where it did anywhere.
  public static func table(_ entries: [Entry], labels: [String]) -> Table {
    let figures = figures.filter { figure in
      !figure.isTrouble || entries.contains { ($0.row.figure(figure.path) ?? 0) > 0 }
    }
    let hasObjective = entries.contains { $0.row.figure("slo", "attainment") != nil }
    let columns =
      labels.map { Table.Column($0, isNumeric: false) }
      + figures.map { Table.Column($0.heading, group: $0.group, unit: $0.unit) }
      + (hasObjective ? objective : [])
    return Table(
      columns,
      rows: entries.map { entry in
        entry.labels.map { Table.Cell($0) }
          + figures.enumerated().map { place, figure in
            place == 0 && entry.row.stopped != nil
              ? Table.Cell("stopped") : cell(entry.row, figure.path, scale: figure.scale)
          } + (hasObjective ? objective(entry.row) : [])
      })
  }

  /// The table as text.
  public static func text(_ entries: [Entry], labels: [String]) -> String {
    TextTable.text(table(entries, labels: labels))
  }

  /// The table as Markdown.
  public static func markdown(_ entries: [Entry], labels: [String]) -> String {
    MarkdownTable.text(table(entries, labels: labels))
  }

  /// One row a point with every setting and figure.
  public static func csv(_ rows: [SweepRow]) -> String {
    var names: [String] = []
    var seen: Set<String> = []
    let fields = rows.map(\.fields)
    for field in fields.flatMap({ $0 }) where seen.insert(field.name).inserted {
      names.append(field.name)
    }
    var writer = CSVWriter()
    var bytes: [UInt8] = []
    for name in names { writer.add(name) }
    writer.endRow { bytes += $0 }
    for row in fields {
      let texts = Dictionary(row.map { ($0.name, $0.text) }) { first, _ in first }
      for name in names { writer.add(texts[name] ?? "") }
      writer.endRow { bytes += $0 }
    }
    writer.flush { bytes += $0 }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A column of the table.
  private struct Figure {
    /// Where the figure stands in a row.
    var path: [String]
    var heading: String
    var group: String
    var unit: String
    /// How many of the unit make one of the figure's own.
    var scale: Double
    /// Whether it counts what had better not have happened.
    var isTrouble: Bool

    init(
      _ section: String, _ name: String, _ heading: String, group: String = "", unit: String = "",
      scale: Double = 1, isTrouble: Bool = false
    ) {
      path = section == "seconds" ? [section, name, heading] : [section, name]
      self.heading = heading
      self.group = group
      self.unit = unit
      self.scale = scale
      self.isTrouble = isTrouble
    }
  }

  private static let figures = [
    Figure("throughput", "requests_per_second", "requests/s", group: "served"),
    Figure("throughput", "output_tokens_per_second", "tokens/s", group: "output"),
    Figure("seconds", "ttft", "p50", group: "TTFT", unit: "ms", scale: 1e3),
    Figure("seconds", "ttft", "p99", group: "TTFT", unit: "ms", scale: 1e3),
    Figure("seconds", "tbt", "p99", group: "TBT", unit: "ms", scale: 1e3),
    Figure("seconds", "e2e", "mean", group: "E2E", unit: "s"),
    Figure("seconds", "e2e", "p99", group: "E2E", unit: "s"),
    Figure("requests", "preemptions", "preemptions", isTrouble: true),
    Figure("requests", "refused", "refused", isTrouble: true),
  ]

  private static let objective = [
    ComparisonTable.attainmentColumn(), ComparisonTable.metColumn,
  ]

  private static func cell(_ row: SweepRow, _ path: [String], scale: Double) -> Table.Cell {
    guard let value = row.figure(path) else { return Table.Cell("-") }
    return Table.Cell(Numbers.significant(value * scale), value: value)
  }

  private static func objective(_ row: SweepRow) -> [Table.Cell] {
    [
      Table.Cell(row.figure("slo", "attainment").map(Numbers.percent) ?? "-"),
      Table.Cell(row.isMet.map { $0 ? "yes" : "NO" } ?? "-"),
    ]
  }
}
