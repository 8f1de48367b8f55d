import Formats

/// A table in GitHub's Markdown, with `*` at the best of a column.
public enum MarkdownTable {
  /// The lines of `table`, each with a line end.
  public static func text(_ table: Table) -> String {
    let head = row(table.columns.map { escaped($0.title) })
    let rule = row(table.columns.map { $0.isNumeric ? "---:" : "---" })
    let rows = table.rows.enumerated().map { index, cells in
      row(
        cells.enumerated().map { column, cell in
          escaped(cell.text) + (table.isBest(row: index, column: column) ? " \\*" : "")
        })
    }
    return ([head, rule] + rows).joined()
  }

  private static func row(_ cells: [String]) -> String {
    "| \(cells.joined(separator: " | ")) |\n"
  }

  /// `text` as it has to be written so that it stays in its cell and keeps its letters.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in Plain.text(text, keepsLines: true) {
      if "\\|*_`<[".contains(character) { result.append("\\") }
      result.append(character.isNewline ? " " : character)
    }
    return result
  }
}
