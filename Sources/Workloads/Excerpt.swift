/// The beginning of `text` in quotation marks, short and printable enough for a message.
func excerpt(of text: Span<UInt8>) -> String {
  let limit = 24
  var start: [UInt8] = []
  for index in 0..<min(text.count, limit) { start.append(text[index]) }
  let printable = printable(String(decoding: start, as: UTF8.self))
  return "`\(printable)\(text.count > limit ? "…" : "")`"
}

/// `name`, printable, and cut where it is too long for a message.
func shortened(_ name: String, to limit: Int = 48) -> String {
  let start = String(name.unicodeScalars.prefix(limit))
  return printable(start) + (start.utf8.count < name.utf8.count ? "…" : "")
}

/// `text` with a mark in place of what would move, hide or colour the text of a terminal.
private func printable(_ text: String) -> String {
  let scalars = text.unicodeScalars.map { scalar -> Unicode.Scalar in
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: "\u{FFFD}"
    default: scalar
    }
  }
  return String(String.UnicodeScalarView(scalars))
}
