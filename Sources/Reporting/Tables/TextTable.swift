/// A table in letters of one width: a rule under the head, numbers at the right, `*` at the best.
public enum TextTable {
  /// The letters of a line on the terminal that is written to; nil where it is none, so that a
  /// file's bytes do not depend on who wrote it.
  @TaskLocal public static var terminalColumns: Int?

  /// The lines of `table`, each with a line end and none with spaces before it.
  ///
  /// A table wider than the terminal or else `limit` letters goes on below, its keys repeated.
  public static func text(_ table: Table, limit: Int = 120) -> String {
    blocks(table, limit: terminalColumns ?? limit).map(block).joined(separator: "\n")
  }

  /// Names and values below each other, the values in one column.
  static func lines(_ pairs: [(String, String)]) -> String {
    let width = pairs.reduce(20) { max($0, $1.0.count) }
    return pairs.map { "  \($0.0.padded(to: width))  \($0.1)\n" }.joined()
  }

  private static func block(_ table: Table) -> String {
    let widths = widths(table)
    var lines: [String] = []
    if table.columns.contains(where: { !$0.group.isEmpty }) { lines.append(groups(table, widths)) }
    lines.append(line(table, widths) { table.columns[$0].heading })
    lines.append(line(table, widths) { String(repeating: "-", count: widths[$0]) })
    for row in table.rows.indices {
      lines.append(line(table, widths, row: row) { table.rows[row][$0].text })
    }
    return lines.map { $0.trimmingEnd() + "\n" }.joined()
  }

  /// The table in pieces that fit, cut where groups end.
  private static func blocks(_ table: Table, limit: Int) -> [Table] {
    let widths = widths(table)
    func room(_ columns: [Int]) -> Int { columns.reduce(0) { $0 + widths[$1] + gap.count } }
    let spans = spans(table)
    let keys = keys(table, spans: spans) { room($0) <= limit / 2 }
    var blocks = [keys]
    for span in spans where span.lowerBound >= keys.count {
      let columns = blocks[blocks.count - 1] + span
      if room(columns) > limit && columns.count > keys.count + span.count {
        blocks.append(keys + span)
      } else {
        blocks[blocks.count - 1] = columns
      }
    }
    return blocks.map(table.columns(at:))
  }

  /// The columns that each piece begins with: all that name a row, or as many as `fit` in it.
  private static func keys(
    _ table: Table, spans: [Range<Int>], fit: ([Int]) -> Bool
  ) -> [Int] {
    let named = Array(table.columns.indices.prefix { table.columns[$0].isKey })
    let fitting = (0...named.count).reversed().map { Array(named.prefix($0)) }.first(where: fit)
    return (fitting ?? []).isEmpty ? Array(spans[0]) : fitting ?? []
  }

  /// The letters of every column; the last of a group takes what the group's name needs more.
  private static func widths(_ table: Table) -> [Int] {
    var widths = table.columns.enumerated().map { column, head in
      table.rows.reduce(head.heading.count) { max($0, $1[column].text.count) }
    }
    for span in spans(table) {
      let room = widths[span].reduce(0, +) + (span.count - 1) * gap.count
      let name = table.columns[span.lowerBound].groupTitle
      widths[span.upperBound - 1] += max(0, name.count - room)
    }
    return widths
  }

  /// Runs of columns with the same group; columns without one stand alone.
  private static func spans(_ table: Table) -> [Range<Int>] {
    var spans: [Range<Int>] = []
    for (index, column) in table.columns.enumerated() {
      if let last = spans.last, !column.group.isEmpty,
        table.columns[last.lowerBound].groupTitle == column.groupTitle
      {
        spans[spans.count - 1] = last.lowerBound..<(index + 1)
      } else {
        spans.append(index..<(index + 1))
      }
    }
    return spans
  }

  /// The room after a column, which holds the mark if there is one.
  private static let gap = "  "

  /// The names of the groups, each in the middle of its columns.
  private static func groups(_ table: Table, _ widths: [Int]) -> String {
    spans(table).map { span in
      let room = widths[span].reduce(0, +) + (span.count - 1) * gap.count
      let name = table.columns[span.lowerBound].groupTitle
      let before = span.count == 1 ? max(0, room - name.count) : max(0, (room - name.count) / 2)
      return (String(repeating: " ", count: before) + name).padded(to: room)
    }.joined(separator: gap)
  }

  private static func line(
    _ table: Table, _ widths: [Int], row: Int? = nil, _ text: (Int) -> String
  ) -> String {
    table.columns.indices.map { column in
      let isBest = row.map { table.isBest(row: $0, column: column) } ?? false
      let cell = text(column).padded(
        to: widths[column], atRight: !table.columns[column].isNumeric)
      return cell + (isBest ? "*" + gap.dropFirst() : gap)
    }.joined()
  }
}

extension String {
  /// The text with spaces up to `width` letters, after it or before it.
  func padded(to width: Int, atRight: Bool = true) -> String {
    let spaces = String(repeating: " ", count: max(0, width - count))
    return atRight ? self + spaces : spaces + self
  }

  /// The text without the spaces at its end.
  func trimmingEnd() -> String {
    String(self[..<(lastIndex { $0 != " " }.map(index(after:)) ?? startIndex)])
  }
}
