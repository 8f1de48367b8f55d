/// The beginning of `text` in quotation marks, short and printable enough for a message.
public func excerpt(of text: Span<UInt8>) -> String {
  let limit = 24
  var start: [UInt8] = []
  for index in 0..<min(text.count, limit) { start.append(text[index]) }
  return "`\(Plain.text(String(decoding: start, as: UTF8.self)))\(text.count > limit ? "…" : "")`"
}

/// `name`, fit for one line, and cut where it is too long for a message.
public func shortened(_ name: String, to limit: Int = 48) -> String {
  let start = String(name.unicodeScalars.prefix(limit))
  return Plain.text(start) + (start.utf8.count < name.utf8.count ? "…" : "")
}

/// `text` made fit for one line, with its middle left out where it is longer than `limit`.
public func abridged(_ text: String, to limit: Int = 60) -> String {
  if text.unicodeScalars.count <= limit { return Plain.text(text) }
  let half = (limit - 3) / 2
  let head = String(String.UnicodeScalarView(text.unicodeScalars.prefix(half)))
  let tail = String(String.UnicodeScalarView(text.unicodeScalars.suffix(half)))
  return Plain.text(head) + "..." + Plain.text(tail)
}

/// `text` in quotation marks, made fit for one line and cut where it is long.
public func quoted(_ text: String) -> String { "\"\(abridged(text))\"" }
