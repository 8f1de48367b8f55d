import Formats

/// Pieces of SVG; lengths are in pixels.
enum SVG {
  /// The beginning of a picture: its title for those who cannot see it, its styles and its paper.
  static func head(
    _ title: String, _ width: Double, _ height: Double, styles: String
  ) -> String {
    let (width, height) = (number(width), number(height))
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
      viewBox="0 0 \(width) \(height)" role="img">
      <title>\(escaped(title))</title>

      """ + styles + "<rect class=\"paper\" width=\"\(width)\" height=\"\(height)\"/>\n"
  }

  /// `text` with its baseline at `y`.
  static func text(
    _ text: String, _ x: Double, _ y: Double, _ style: String = "", anchor: String = ""
  ) -> String {
    let style = style.isEmpty ? "" : " class=\"\(style)\""
    let anchor = anchor.isEmpty ? "" : " text-anchor=\"\(anchor)\""
    return "<text x=\"\(number(x))\" y=\"\(number(y))\"\(style)\(anchor)>\(escaped(text))</text>\n"
  }

  /// A straight line.
  static func segment(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String
  ) -> String {
    let ends = [("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2)]
    let attributes = ends.map { "\($0.0)=\"\(number($0.1))\"" }.joined(separator: " ")
    return "<line class=\"\(style)\" \(attributes)/>\n"
  }

  /// Lines up from an axis at `bottom`, in order, and labels below it but for those that would
  /// touch the one before.
  static func ticks(
    _ ticks: [(x: Double, label: String)], _ top: Double, _ bottom: Double
  ) -> String {
    var free = -Double.infinity
    return ticks.map { x, label in
      let line = segment(x, top, x, bottom, "grid")
      let half = ChartLayout.width(label) / 2
      if x - half < free { return line }
      free = x + half + 4
      return line + text(label, x, bottom + 18, "muted", anchor: "middle")
    }.joined()
  }

  /// A length with a decimal.
  static func number(_ value: Double) -> String {
    let text = Numbers.fixed(value, decimals: 1)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// `text` as it stands between tags and in attributes.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n", "\t": result += " "
      case "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      case _ where Plain.moves(scalar): result += scalar.escaped(asASCII: true)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
