import Reporting

/// `text` in quotation marks, made fit for one line and cut where it is long.
func quoted(_ text: String) -> String { "\"\(shortened(text))\"" }

/// `text` made fit for one line, with its middle left out where it is longer than `limit`.
func shortened(_ text: String, to limit: Int = 60) -> String {
  if text.unicodeScalars.count <= limit { return Plain.text(text) }
  let half = (limit - 3) / 2
  let head = String(String.UnicodeScalarView(text.unicodeScalars.prefix(half)))
  let tail = String(String.UnicodeScalarView(text.unicodeScalars.suffix(half)))
  return Plain.text(head) + "..." + Plain.text(tail)
}
