import Reporting

/// How text is laid out on a terminal.
enum Layout {
  /// No line is longer, unless a single word is: the terminal's width, and 100 letters at most.
  static var columns: Int { min(100, TextTable.terminalColumns ?? 100) }

  /// Pairs in two aligned columns; a left side that is too wide has a line of its own.
  static func rows(_ pairs: [(String, String)]) -> String {
    let widest = 34
    let width = pairs.map(\.0.count).filter { $0 <= widest }.max() ?? widest
    return pairs.map { left, right in
      let text = wrapped(right, indent: width + 4)
      if left.count > width { return "  \(left)\n" + text }
      return "  " + left + text.dropFirst(left.count + 2)
    }.joined()
  }

  /// `text` in lines of at most `columns`, each behind `indent` spaces and ended by a newline.
  static func wrapped(_ text: String, indent: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let line = lines.last, line.count + 1 + word.count <= columns {
        lines[lines.count - 1] = line + " " + word
      } else {
        lines.append(margin + word)
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }
}
