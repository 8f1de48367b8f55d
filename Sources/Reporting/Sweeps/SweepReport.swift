import Formats
import Metrics
import Studies

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
      switch figure.shows {
      case .always: true
      case .whereThere: entries.contains { figure.value(of: $0.row) != nil }
      case .whereAny: entries.contains { (figure.value(of: $0.row) ?? 0) > 0 }
      }
    }
    let hasObjective = entries.contains { $0.row.verdict?.attainment != nil }
    let classes = ComparisonTable.classes(of: entries.map(\.row.verdict))
    let columns =
      labels.map { Table.Column($0, isNumeric: false) }
      + figures.map { Table.Column($0.heading, group: $0.group, unit: $0.unit) }
      + (hasObjective ? objective(classes) : [])
    return Table(
      columns,
      rows: entries.map { entry in
        entry.labels.map { Table.Cell($0) }
          + figures.enumerated().map { place, figure in
            place == 0 && entry.row.stopped != nil
              ? Table.Cell("stopped") : figure.cell(of: entry.row)
          }
          + (hasObjective
            ? objective(entry.row, classes) : [])
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
    var section: String
    /// Its name in the section.
    var name: String
    var heading: String
    var group: String
    var unit: String
    /// How many of the unit make one of the figure's own.
    var scale: Double
    /// Which tables have the column.
    var shows: Showing

    /// All tables, those of runs that have the figure, or those where it is above 0.
    enum Showing {
      case always, whereThere, whereAny
    }

    init(
      _ section: String, _ name: String, _ heading: String, group: String = "", unit: String = "",
      scale: Double = 1, shows: Showing = .always
    ) {
      self.section = section
      self.name = name
      self.heading = heading
      self.group = group
      self.unit = unit
      self.scale = scale
      self.shows = shows
    }

    func value(of row: SweepRow) -> Double? { row.value(section, name) }

    func cell(of row: SweepRow) -> Table.Cell {
      guard let value = value(of: row) else { return Table.Cell("-") }
      return Table.Cell(Numbers.significant(value * scale), value: value)
    }
  }

  private static let figures = [
    Figure("throughput", "requests_per_second", "requests/s", group: "served"),
    Figure("throughput", "output_tokens_per_second", "tokens/s", group: "output"),
    Figure("ttft", "p50_seconds", "p50", group: "TTFT", unit: "ms", scale: 1e3),
    Figure("ttft", "p99_seconds", "p99", group: "TTFT", unit: "ms", scale: 1e3),
    Figure("tbt", "p99_seconds", "p99", group: "TBT", unit: "ms", scale: 1e3),
    Figure("e2e", "mean_seconds", "mean", group: "E2E", unit: "s"),
    Figure("e2e", "p99_seconds", "p99", group: "E2E", unit: "s"),
    Figure(
      "prefix_cache", "hit_rate", "hits", group: "prefix cache", unit: "%", scale: 100,
      shows: .whereThere),
    Figure("requests", "preemptions", "preemptions", shows: .whereAny),
    Figure("requests", "refused", "refused", shows: .whereAny),
  ]

  private static func objective(_ classes: [ClassAttainment]) -> [Table.Column] {
    [ComparisonTable.attainmentColumn()] + ComparisonTable.classColumns(classes, best: nil)
      + [ComparisonTable.metColumn]
  }

  private static func objective(
    _ row: SweepRow, _ classes: [ClassAttainment]
  ) -> [Table.Cell] {
    [Table.Cell(row.verdict?.attainment.map(Numbers.percent) ?? "-")]
      + ComparisonTable.cells(of: classes, row.verdict)
      + [Table.Cell(row.isMet.map { $0 ? "yes" : "NO" } ?? "-")]
  }
}

extension SweepRow {
  /// All it holds, by the names of CSV columns and as text.
  fileprivate var fields: [(name: String, text: String)] {
    var fields = [("key", key), ("scheduler", scheduler)] + settings.map { ($0.name, $0.value) }
    if let stopped { fields.append(("stopped", stopped)) }
    fields += figures.map { ($0.column, $0.value.text) }
    if let verdict {
      fields += [
        ("slo_objective", verdict.objective), ("slo_met", verdict.isMet?.description ?? ""),
      ]
      fields += verdict.values.map { ($0.column, $0.value.text) }
    }
    return fields
  }
}

extension SweepRun {
  /// What heads the columns that tell points apart.
  public var labels: [String] {
    shownAxes.map(\.name) + (grid.loads == .given ? [] : [SweepGrid.rate])
  }

  /// The lines of a table of `points`; a mark stands where a curve bends.
  public func entries(_ points: [Result]) -> [SweepReport.Entry] {
    let knees = knees(points)
    return points.map { point, row in
      let values = shownAxes.map { curves[point.curve].combination.value(of: $0.name) ?? "" }
      let mark = knees.contains(row.key) ? " <" : ""
      let rate = point.rate.map { [(Int(exactly: $0).map(String.init) ?? "\($0)") + mark] } ?? []
      return SweepReport.Entry(labels: values + rate, row: row)
    }
  }
}
