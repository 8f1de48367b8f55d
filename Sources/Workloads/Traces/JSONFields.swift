import Formats
import Serving

/// The values of an object that is a request of a trace.
extension JSONObjects {
  /// A count of tokens, under `key`.
  mutating func tokens(_ key: StaticString) throws(InputError) -> Int {
    try number(key, DecimalNumber.tokensRemedy) { text throws(NumberProblem) in
      try DecimalNumber.tokens(text)
    }
  }

  /// A time since the start of the trace, written in milliseconds.
  mutating func arrival(milliseconds key: StaticString) throws(InputError) -> Nanoseconds {
    try number(key, DecimalNumber.arrivalRemedy("milliseconds", places: 6)) {
      text throws(NumberProblem) in try DecimalNumber.arrival(text, places: 6)
    }
  }

  /// A span of time in milliseconds, or nil where nothing says one.
  mutating func span(milliseconds key: StaticString) throws(InputError) -> Nanoseconds? {
    if try passesNull() { return nil }
    return try number(key, DecimalNumber.spanRemedy("milliseconds", places: 6)) {
      text throws(NumberProblem) in try DecimalNumber.arrival(text, places: 6)
    }
  }

  /// A list of texts or whole numbers that name something, or nil where there is none.
  mutating func names(_ key: StaticString) throws(InputError) -> [String]? {
    if try passesNull() { return nil }
    let value = try read { reader throws(JSONFault) in try reader.value() }
    guard case .array(let values) = value else {
      throw mistake(key, "the value is no list", "a list of ids")
    }
    var names: [String] = []
    for value in values {
      switch value {
      case .string(let text): names.append(text)
      case .integer(let number): names.append(String(number))
      default: throw mistake(key, "the list has a value that is no id", "texts or whole numbers")
      }
    }
    return names
  }

  /// How urgent the request is, or nil where nothing says so.
  mutating func priority(_ key: StaticString) throws(InputError) -> Int? {
    if try passesNull() { return nil }
    return try number(key, DecimalNumber.priorityRemedy) { text throws(NumberProblem) in
      try DecimalNumber.priority(text)
    }
  }

  /// A text or a whole number that names something, or nil where there is neither.
  mutating func name(_ key: StaticString) throws(InputError) -> String? {
    if try passesNull() { return nil }
    let name = try read { reader throws(JSONFault) -> String? in
      switch try reader.kind() {
      case .string: return try reader.string()
      case .number:
        let digits = try reader.number()
        let text = reader.bytes.span.extracting(digits)
        let number = try? DecimalNumber(text, places: 0, maySign: true)
        return number.flatMap { $0.isExact ? String($0.units) : nil }
      default:
        try reader.skip()
        return nil
      }
    }
    if let name { return name }
    throw mistake(key, "the value is no name", "a text in UTF-8, or a whole number")
  }

  /// Appends the hashes of a prompt's blocks to `list`; a negative one stands for the same bits.
  mutating func hashes(_ key: StaticString, into list: inout [UInt64]) throws(InputError) {
    if try read({ reader throws(JSONFault) in try reader.integers(into: &list) }) { return }
    throw mistake(key, "the value is not a list of 64-bit numbers", Self.hashesRemedy)
  }

  /// What the hashes of a prompt's blocks would be.
  static let hashesRemedy =
    "whole numbers from -2^63 to 2^64 - 1, one a block of the prompt, or [] where none are known"

  /// Whether the value is null, which is then passed.
  private mutating func passesNull() throws(InputError) -> Bool {
    try read { reader throws(JSONFault) in
      guard try reader.kind() == .null else { return false }
      _ = reader.word()
      return true
    }
  }

  /// A number in decimal digits, exact.
  private mutating func number(
    _ key: StaticString, _ remedy: @autoclosure () -> String,
    _ parse: (Span<UInt8>) throws(NumberProblem) -> Int
  ) throws(InputError) -> Int {
    let digits = try read { reader throws(JSONFault) -> Result<Range<Int>, JSONFault>? in
      if try reader.kind() == .number {
        return Result { () throws(JSONFault) in try reader.number() }
      }
      try reader.skip()
      return nil
    }
    let range: Range<Int>
    switch digits {
    case nil: throw mistake(key, "the value is not a number", remedy())
    case .failure(let fault): throw mistake(key, fault.problem, remedy())
    case .success(let found): range = found
    }
    let text = bytes.span.extracting(range)
    do throws(NumberProblem) {
      return try parse(text)
    } catch {
      throw mistake(key, error.clause(about: excerpt(of: text)), remedy())
    }
  }
}
