/// A table of comma-separated values (RFC 4180), read row by row from its bytes; where the header
/// has tabs and no commas, tabs part the values.
///
/// Lines end in LF, CRLF or CR. A byte-order mark, blank lines and lines that begin with `#` are
/// skipped. The first line left is the header; columns are found by their names in it.
public struct CSVReader: Sendable {
  /// The file, as the user named it.
  public let source: String
  public let bytes: [UInt8]
  /// What a row is, for messages.
  private let rowMeaning: String
  /// What stands between fields.
  private var separator: UInt8 = .comma
  /// The names of the columns.
  public private(set) var header: [String] = []
  /// The line on which the row last read begins, counted from 1.
  public private(set) var line = 1
  /// Rows read so far; the header is none.
  public private(set) var rows = 0
  public private(set) var fields: [Field] = []
  /// The comments passed so far.
  public private(set) var comments: [Comment] = []
  private var position = 0
  private var nextLine = 1
  private var fieldCount = 0
  private var hasSurplus = false

  /// Where a field stands in the bytes, its quotes left out.
  public struct Field: Sendable {
    public var start: Int
    public var end: Int
    /// Whether a quote in it is written twice.
    public var hasDoubledQuotes = false
  }

  /// A line that begins with `#`.
  public struct Comment: Sendable {
    public var line: Int
    /// What follows the `#`.
    public var range: Range<Int>
  }

  /// A table of `bytes`, of which the header is read.
  ///
  /// - Parameters:
  ///   - source: the file, as the user named it.
  ///   - rowMeaning: what each row is, for messages.
  public init(
    _ bytes: [UInt8], source: String, rowMeaning: String = "a request"
  ) throws(InputError) {
    self.source = source
    self.bytes = bytes
    self.rowMeaning = rowMeaning
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    guard skipToRow() else { throw emptiness }
    let head = bytes[position...].prefix { !$0.endsLine }
    if head.contains(.tab) && !head.contains(.comma) { separator = .tab }
    guard try scanRow(keeping: .max) else { throw emptiness }
    for field in fields { header.append(name(at: field)) }
  }

  /// Reads the next row; false if there is none.
  public mutating func nextRow() throws(InputError) -> Bool {
    if scanPlainRow() {
      rows += 1
      return true
    }
    guard try scanRow(keeping: header.count) else {
      if rows == 0 { throw noRows }
      return false
    }
    if fieldCount < header.count { throw shortRow }
    if hasSurplus { throw longRow }
    rows += 1
    return true
  }
}

// MARK: - From bytes to fields

extension CSVReader {
  /// The quick way over most rows: as many fields as the header has, without quotes, and LF at the
  /// end. False, with nothing moved on, where the next row is of another shape.
  private mutating func scanPlainRow() -> Bool {
    guard fields.count == header.count, position < bytes.count else { return false }
    let first = bytes[position]
    if first <= .hash && (first == .hash || first.isBlank || first.endsLine) { return false }
    let (from, separator) = (position, separator)
    let end = bytes.withUnsafeBufferPointer { bytes in
      fields.withUnsafeMutableBufferPointer { fields -> Int? in
        var (start, field, index) = (from, 0, from)
        while true {
          index = Self.firstMark(bytes, from: index)
          if index == bytes.count { return nil }
          let byte = bytes[index]
          if byte == separator || byte == .lineFeed {
            fields[field] = Field(start: start, end: index)
            field += 1
            if byte == .lineFeed { return field == fields.count ? index : nil }
            if field == fields.count { return nil }
            start = index + 1
          } else if byte == .quote || byte == .carriageReturn || byte == 0 {
            return nil
          }
          index += 1
        }
      }
    }
    guard let end else { return false }
    line = nextLine
    nextLine += 1
    position = end + 1
    return true
  }

  /// The next byte from `index` on that is no greater than a comma, as all are that end a field;
  /// where the bytes end, where there is none. Eight bytes are looked at together.
  @inline(__always)
  private static func firstMark(_ bytes: UnsafeBufferPointer<UInt8>, from index: Int) -> Int {
    var index = index
    let (ones, tops): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
    while index + 8 <= bytes.count {
      let word = UnsafeRawPointer(bytes.baseAddress! + index)
        .loadUnaligned(as: UInt64.self).littleEndian
      // The lowest bit that is set is the top of the first byte below the one after a comma.
      let marks = (word &- ones &* UInt64(UInt8.comma + 1)) & ~word & tops
      if marks != 0 { return index + marks.trailingZeroBitCount / 8 }
      index += 8
    }
    while index < bytes.count, bytes[index] > .comma { index += 1 }
    return index
  }

  /// Finds the fields of the next row; keeps the first `limit` of them and counts the rest.
  private mutating func scanRow(keeping limit: Int) throws(InputError) -> Bool {
    guard skipToRow() else { return false }
    line = nextLine
    fields.removeAll(keepingCapacity: true)
    fieldCount = 0
    hasSurplus = false
    repeat {
      let field = try scanField()
      if fieldCount < limit {
        fields.append(field)
      } else if field.start < field.end {
        hasSurplus = true
      }
      fieldCount += 1
    } while endField()
    return true
  }

  /// Moves over blank lines and comments; false at the end of the bytes.
  private mutating func skipToRow() -> Bool {
    while position < bytes.count {
      if bytes[position] != .hash && !startsBlankLine { return true }
      let start = position
      while position < bytes.count && !bytes[position].endsLine { position += 1 }
      if bytes[start] == .hash {
        comments.append(Comment(line: nextLine, range: start + 1..<position))
      }
      _ = endField()
    }
    return false
  }

  private var startsBlankLine: Bool {
    var next = position
    while next < bytes.count && bytes[next].isBlank { next += 1 }
    return next == bytes.count || bytes[next].endsLine
  }

  @inline(__always)
  private mutating func scanField() throws(InputError) -> Field {
    if position < bytes.count && bytes[position] == .quote { return try scanQuotedField() }
    let start = position
    var end = start
    while end < bytes.count {
      let byte = bytes[end]
      if byte <= .comma && (byte == separator || byte.endsLine || byte == 0) { break }
      end += 1
    }
    position = end
    if end < bytes.count && bytes[end] == 0 { throw nul }
    return Field(start: start, end: end)
  }

  private mutating func scanQuotedField() throws(InputError) -> Field {
    let opening = nextLine
    var field = Field(start: position + 1, end: position + 1)
    var end = position + 1
    while end < bytes.count {
      let byte = bytes[end]
      if byte == 0 { throw nul }
      if byte == .quote {
        guard end + 1 < bytes.count && bytes[end + 1] == .quote else { break }
        field.hasDoubledQuotes = true
        end += 1
      } else if byte == .lineFeed || byte == .carriageReturn && !isLineFeed(at: end + 1) {
        nextLine += 1
      }
      end += 1
    }
    guard end < bytes.count else { throw unclosedQuote(openedOn: opening) }
    field.end = end
    position = end + 1
    if position < bytes.count && bytes[position] != separator && !bytes[position].endsLine {
      throw textAfterQuote
    }
    return field
  }

  /// Moves over the separator or the line end that follows a field; true if the row goes on.
  @inline(__always)
  private mutating func endField() -> Bool {
    guard position < bytes.count else { return false }
    let byte = bytes[position]
    position += 1
    if byte == separator { return true }
    if byte == .carriageReturn && isLineFeed(at: position) { position += 1 }
    nextLine += 1
    return false
  }

  private func isLineFeed(at index: Int) -> Bool {
    index < bytes.count && bytes[index] == .lineFeed
  }

  private func name(at field: Field) -> String {
    let range = bytes.span.trimmed(field.start..<field.end)
    return String(decoding: bytes[range], as: UTF8.self)
  }
}

// MARK: - What can be wrong with the table

extension CSVReader {
  /// The name of the column that the field now being read belongs to.
  private var currentColumn: String? {
    fieldCount < header.count ? shortened(header[fieldCount]) : nil
  }

  private func error(_ problem: String, _ remedy: String) -> InputError {
    InputError(source, line: nextLine, column: currentColumn, problem: problem, remedy: remedy)
  }

  private var emptiness: InputError {
    let problem = bytes.isEmpty ? "the file is empty" : "the file has no header"
    return InputError(
      source, line: 1, problem: problem,
      remedy: "the first line names the columns and each line after it is \(rowMeaning)")
  }

  private var noRows: InputError {
    InputError(
      source, line: line, problem: "there is a header and nothing after it",
      remedy: "each line after the header is \(rowMeaning)")
  }

  private var shortRow: InputError {
    InputError(
      source, line: line, column: currentColumn,
      problem: "the row ends after \(fieldCount) of \(header.count) fields",
      remedy: "a row has a field for each column of the header, even if it is empty")
  }

  private var longRow: InputError {
    InputError(
      source, line: line,
      problem: "the row has \(fieldCount) fields and the header \(header.count)",
      remedy: "a field that holds a comma stands in double quotes")
  }

  private var nul: InputError {
    error("there is a NUL byte", "a table is text in UTF-8")
  }

  private var textAfterQuote: InputError {
    error("there is text after a closing quote", "a quote inside quotes is written twice")
  }

  private func unclosedQuote(openedOn line: Int) -> InputError {
    InputError(
      source, line: line, column: currentColumn, problem: "a quote is opened and never closed",
      remedy: "a field that begins with a double quote ends with one")
  }
}
