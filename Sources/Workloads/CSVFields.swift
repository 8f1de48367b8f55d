import Serving

/// A column of a table.
struct Column {
  /// The name by which messages call it.
  var name: String
  fileprivate var index: Int
}

extension CSVReader {
  /// The column called `name`, or nil if the header has none.
  func optionalColumn(_ name: String) throws(InputError) -> Column? {
    guard let index = header.firstIndex(of: name) else { return nil }
    if header.lastIndex(of: name) != index {
      throw InputError(
        source, line: line, column: name, problem: "two columns have this name",
        remedy: "rename or remove one of them")
    }
    return Column(name: name, index: index)
  }

  /// The column called `name`; `expected` is the header as it should be.
  func column(_ name: String, of expected: String) throws(InputError) -> Column {
    if let column = try optionalColumn(name) { return column }
    throw InputError(
      source, line: line, column: name, problem: "the column is missing",
      remedy: "the header is `\(expected)`")
  }

  /// A mistake in the field of `column` in the row last read.
  func error(in column: Column, _ problem: String, _ remedy: String) -> InputError {
    InputError(source, line: line, column: column.name, problem: problem, remedy: remedy)
  }

  /// The bytes of a field, without its quotes and as they stand in the file.
  @inline(__always)
  func range(of column: Column) -> Range<Int> {
    let field = fields[column.index]
    return field.start..<field.end
  }

  /// The beginning of a field, for a message.
  func excerpt(of column: Column) -> String {
    Workloads.excerpt(of: bytes.span.extracting(range(of: column)))
  }

  /// A count of tokens.
  @inline(__always)
  func tokens(_ column: Column) throws(InputError) -> Int {
    do throws(NumberProblem) {
      let number = try DecimalNumber(bytes.span.extracting(range(of: column)), places: 0)
      if !number.isExact { throw .fractional }
      if number.units > Int32.max { throw .overflow }
      return number.units
    } catch {
      throw self.error(
        in: column, describe(error, in: column), "a whole number of at most \(Int32.max) tokens")
    }
  }

  /// A time since the start of the trace, written in seconds.
  @inline(__always)
  func arrival(_ column: Column) throws(InputError) -> Nanoseconds {
    do throws(NumberProblem) {
      let number = try DecimalNumber(bytes.span.extracting(range(of: column)), places: 9)
      if number.units > Nanoseconds.latestArrival { throw .overflow }
      return number.units
    } catch {
      let limit = Nanoseconds.latestArrival / 1_000_000_000
      throw self.error(
        in: column, describe(error, in: column),
        "seconds since the start of the trace, from 0 to \(limit)")
    }
  }

  /// A text, which may be empty.
  func text(_ column: Column) throws(InputError) -> String {
    let field = fields[column.index]
    var text = bytes[field.start..<field.end]
    if field.hasDoubledQuotes { text = undoubled(text) }
    let string = String(decoding: text, as: UTF8.self)
    if !text.allSatisfy({ $0 < 0x80 }) && !string.utf8.elementsEqual(text) {
      throw error(in: column, "the text is not valid UTF-8", "save the file as UTF-8")
    }
    return string
  }

  /// A hash of a text.
  @inline(__always)
  func hash(_ column: Column) throws(InputError) -> UInt64 {
    let field = fields[column.index]
    if field.hasDoubledQuotes { return FNV1a(try text(column)).value }
    var hash = FNV1a()
    for index in field.start..<field.end { hash.combine(bytes[index]) }
    return hash.value
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
  func describe(_ problem: NumberProblem, in column: Column) -> String {
    switch problem {
    case .empty: "the field is empty"
    case .notANumber: "\(excerpt(of: column)) is not a number"
    case .nan: "\(excerpt(of: column)) stands for no number"
    case .infinite: "\(excerpt(of: column)) is infinite"
    case .negative: "\(excerpt(of: column)) is negative"
    case .overflow: "\(excerpt(of: column)) is too large"
    case .fractional: "\(excerpt(of: column)) is not whole"
    }
  }
}

extension Nanoseconds {
  /// The latest arrival that a trace may hold: half of what the clock can show.
  static let latestArrival = Nanoseconds.max / 2
}
