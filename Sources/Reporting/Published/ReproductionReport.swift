import Formats
import Studies

/// A published experiment beside ours, as a table, as CSV and as JSON.
///
///     {"study": name, "rows": [{"key", "system", "workload", "metric", "published", "ours"}]}
///
/// A row that lies along an axis also has its place there, as `at`.
public enum ReproductionReport {
  /// The experiment as text for a terminal.
  public static func text(_ study: Reproduction) -> String {
    "\(study.study): \(study.title)\n\(study.source)\n\n" + TextTable.text(table(study))
  }

  /// The table in Markdown.
  public static func markdown(_ study: Reproduction) -> String {
    MarkdownTable.text(table(study))
  }

  /// One row a figure, with a line of names.
  public static func csv(_ study: Reproduction) -> String {
    "system,workload,metric,at,published,ours,difference\n"
      + study.rows.map { row in
        "\(row.system),\(row.workload),\(row.metric),\(row.at.map { "\($0)" } ?? ""),"
          + "\(row.published),\(Numbers.significant(row.ours)),"
          + "\(Numbers.fixed(row.difference, decimals: 4))\n"
      }.joined()
  }

  /// The experiment as JSON.
  public static func json(_ study: Reproduction) -> String { value(study).text() }

  /// Several experiments as a JSON array.
  public static func json(_ studies: [Reproduction]) -> String {
    JSONValue.array(studies.map(value)).text()
  }

  /// The experiment as a picture: curves where it has an axis, bars where not.
  public static func svg(_ study: Reproduction) -> String {
    study.axis == nil ? ReproductionChart(study).svg() : ReproductionCurves(study).svg()
  }

  /// The names of the files of a report.
  public static let fileNames = ["data.csv", "table.md", "chart.svg"]

  /// The text of every file of a report, by name.
  public static func files(_ study: Reproduction) -> [String: String] {
    ["data.csv": csv(study), "table.md": markdown(study), "chart.svg": svg(study)]
  }

  private static func value(_ study: Reproduction) -> JSONValue {
    .object([
      .init("study", .string(study.study)),
      .init("rows", .array(study.rows.map(value))),
    ])
  }

  private static func value(_ row: Reproduction.Row) -> JSONValue {
    .object(
      [
        .init("key", .string(row.key)), .init("system", .string(row.system)),
        .init("workload", .string(row.workload)), .init("metric", .string(row.metric)),
      ] + (row.at.map { [.init("at", .number($0))] } ?? []) + [
        .init("published", .number(row.published)), .init("ours", .number(row.ours)),
      ])
  }

  private static func table(_ study: Reproduction) -> Table {
    let axis = study.axis.map { [Table.Column($0, isKey: true)] } ?? []
    return Table(
      [
        Table.Column("system", isNumeric: false), Table.Column("workload", isNumeric: false),
        Table.Column("metric", isNumeric: false),
      ] + axis + [Table.Column("published"), Table.Column("ours"), Table.Column("difference")],
      rows: study.rows.map { row in
        let sign = row.difference > 0 ? "+" : ""
        let place = axis.map { _ in Table.Cell(row.at.map { Numbers.significant($0) } ?? "-") }
        return [Table.Cell(row.system), Table.Cell(row.workload), Table.Cell(words(row.metric))]
          + place + [
            Table.Cell(Numbers.rate(row.published)), Table.Cell(Numbers.rate(row.ours)),
            Table.Cell(sign + Numbers.percent(row.difference)),
          ]
      })
  }

  /// A metric as a reader's words.
  static func words(_ metric: String) -> String {
    metric.split(separator: "_").joined(separator: " ")
  }
}
