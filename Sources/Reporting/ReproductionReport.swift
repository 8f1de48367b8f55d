import Studies

/// A published experiment beside ours, as a table, as CSV and as JSON.
///
///     {"study": name, "rows": [{"system", "workload", "metric", "published", "ours"}]}
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
    "system,workload,metric,published,ours,difference\n"
      + study.rows.map { row in
        "\(row.system),\(row.workload),\(row.metric),\(row.published),"
          + "\(Numbers.fixed(row.ours, decimals: 1)),"
          + "\(Numbers.fixed(row.difference, decimals: 4))\n"
      }.joined()
  }

  /// The experiment as JSON.
  public static func json(_ study: Reproduction) -> String {
    JSONValue.object([
      .init("study", .string(study.study)),
      .init(
        "rows",
        .array(
          study.rows.map { row in
            .object([
              .init("system", .string(row.system)), .init("workload", .string(row.workload)),
              .init("metric", .string(row.metric)), .init("published", .number(row.published)),
              .init("ours", .number(row.ours)),
            ])
          })),
    ]).text()
  }

  private static func table(_ study: Reproduction) -> Table {
    Table(
      [
        Table.Column("system", isNumeric: false), Table.Column("workload", isNumeric: false),
        Table.Column("published"), Table.Column("ours"), Table.Column("difference"),
      ],
      rows: study.rows.map { row in
        let sign = row.difference > 0 ? "+" : ""
        return [
          Table.Cell(row.system), Table.Cell(row.workload),
          Table.Cell(Numbers.rate(row.published)), Table.Cell(Numbers.rate(row.ours)),
          Table.Cell(sign + Numbers.percent(row.difference)),
        ]
      })
  }
}
