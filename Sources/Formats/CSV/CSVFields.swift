/// A column of a table.
public struct Column: Sendable {
  /// The name by which messages call it.
  public var name: String
  public var index: Int
}

extension CSVReader {
  /// Every column, in the order of the header.
  public var columns: [Column] {
    header.indices.map { Column(name: header[$0], index: $0) }
  }

  /// The column called `name`, or nil if the header has none.
  public func optionalColumn(_ name: String) throws(InputError) -> Column? {
    guard let index = header.firstIndex(of: name) else { return nil }
    if header.lastIndex(of: name) != index {
      throw InputError(
        source, line: line, column: name, problem: "two columns have this name",
        remedy: "rename or remove one of them")
    }
    return Column(name: name, index: index)
  }

  /// The column called `name`; `expected` is the header as it should be.
  public func column(_ name: String, of expected: String) throws(InputError) -> Column {
    if let column = try optionalColumn(name) { return column }
    throw InputError(
      source, line: line, column: name, problem: "the column is missing",
      remedy: "the header is `\(expected)`")
  }

  /// What is to be said of the columns that are not among `names`; one that is nearly one of them
  /// is a mistake.
  public func columns(besides names: [String]) throws(InputError) -> IgnoredNames {
    var ignored = IgnoredNames(kind: "column", read: names)
    try ignored.add(header, source: source, line: line)
    return ignored
  }

  /// Refuses a column that is nearly one of `names` and none of them.
  public func refuseSlips(of names: [String]) throws(InputError) {
    _ = try columns(besides: names)
  }

  /// A mistake in the field of `column` in the row last read.
  public func error(in column: Column, _ problem: String, _ remedy: String) -> InputError {
    InputError(source, line: line, column: column.name, problem: problem, remedy: remedy)
  }

  /// The bytes of a field, without its quotes and as they stand in the file.
  @inline(__always)
  public func range(of column: Column) -> Range<Int> {
    let field = fields[column.index]
    return field.start..<field.end
  }

  /// The beginning of a field, for a message.
  public func excerpt(of column: Column) -> String {
    Formats.excerpt(of: bytes.span.extracting(range(of: column)))
  }

  /// A text, which may be empty.
  public func text(_ column: Column) throws(InputError) -> String {
    let field = fields[column.index]
    var text = bytes[field.start..<field.end]
    if field.hasDoubledQuotes { text = undoubled(text) }
    let string = String(decoding: text, as: UTF8.self)
    if !text.allSatisfy({ $0 < 0x80 }) && !string.utf8.elementsEqual(text) {
      throw error(in: column, "the text is not valid UTF-8", "save the file as UTF-8")
    }
    return string
  }

  /// A number above or equal to zero with an optional exponent; nil where the field is empty.
  public func number(_ column: Column) throws(InputError) -> Double? {
    let range = bytes.span.trimmed(range(of: column))
    if range.isEmpty { return nil }
    let text = String(decoding: bytes[range], as: UTF8.self)
    guard let value = Double(text), value.isFinite, value >= 0 else {
      throw error(
        in: column, "\(excerpt(of: column)) is not a number from 0 on",
        "write it as 12, 0.5 or 1.2e-5, or leave it empty")
    }
    return value
  }

  private func undoubled(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var result: ArraySlice<UInt8> = []
    var isSecond = false
    for byte in text {
      isSecond = byte == .quote && !isSecond
      if !isSecond { result.append(byte) }
    }
    return result
  }

  /// `problem` as a clause about the field of `column`.
  public func describe(_ problem: NumberProblem, in column: Column) -> String {
    problem.clause(about: excerpt(of: column))
  }
}
