/// The figures that a report's reader wants first: the best of a table's main columns, and whose.
enum Headline {
  /// A figure with its unit, and what it is.
  struct Figure: Equatable {
    var value: String
    var meaning: String
  }

  /// Three at most.
  static func figures(_ table: Table) -> [Figure] {
    let found = columns.compactMap { name in
      table.columns.firstIndex { "\($0.group) \($0.heading)" == name }
    }
    return found.prefix(3).compactMap { figure(table, column: $0) }
  }

  /// Groups and headings of columns, those that matter most first.
  private static let columns = [
    "SLO attainment per request", "capacity mean", "capacity kept", "dollars an hour", "TTFT p99",
    "TBT p99", "E2E p99",
  ]

  private static func figure(_ table: Table, column: Int) -> Figure? {
    let head = table.columns[column]
    let values = table.rows.compactMap { $0[column].value }
    guard let value = head.best == .lowest ? values.min() : values.max() else { return nil }
    let rows = table.rows.filter { $0[column].value == value }
    let name = "\(head.group) \(head.heading)"
    let text = [rows[0][column].text, head.unit].filter { !$0.isEmpty }.joined(separator: " ")
    if table.rows.count == 1 { return Figure(value: text, meaning: name) }
    let extreme = head.best == .lowest ? "lowest" : "highest"
    let more = rows.count > 2 ? " and \(rows.count - 1) more" : ""
    let names = rows.prefix(more.isEmpty ? 2 : 1).map { $0[0].text }.joined(separator: ", ")
    return Figure(value: text, meaning: "\(extreme) \(name): \(names)\(more)")
  }
}
