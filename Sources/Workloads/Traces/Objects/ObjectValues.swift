import Formats
import Serving

/// The values of a request.
extension ObjectScanner {
  mutating func kind() throws(InputError) -> JSONReader.Kind {
    try json { reader throws(JSONFault) in try reader.kind() }
  }

  /// What `body` reads.
  mutating func json<Value>(
    _ body: (inout JSONReader) throws(JSONFault) -> Value
  ) throws(InputError) -> Value {
    do throws(JSONFault) {
      return try body(&reader)
    } catch {
      throw reader.error(error, source: source, remedy: remedy)
    }
  }

  mutating func tokens(_ key: String) throws(InputError) -> Int {
    try number(key, DecimalNumber.tokensRemedy) { text throws(NumberProblem) in
      try DecimalNumber.tokens(text)
    }
  }

  /// A number, maybe in quotes.
  mutating func number(
    _ key: String, _ remedy: @autoclosure () -> String,
    _ parse: (Span<UInt8>) throws(NumberProblem) -> Int
  ) throws(InputError) -> Int {
    let start = reader.position
    switch try kind() {
    case .number:
      let range = try json { reader throws(JSONFault) in try reader.number() }
      let text = reader.bytes.span.extracting(range)
      do throws(NumberProblem) { return try parse(text) } catch {
        throw mistake(start, key, error.clause(about: excerpt(of: text)), remedy())
      }
    case .string:
      let digits = Array((try json { reader throws(JSONFault) in try reader.string() } ?? "").utf8)
      let text = digits.span
      do throws(NumberProblem) { return try parse(text) } catch {
        throw mistake(start, key, error.clause(about: excerpt(of: text)), remedy())
      }
    default: throw mistake(start, key, "the value is not a number", remedy())
    }
  }

  /// A span of time.
  mutating func span(_ key: String, _ unit: TimeUnit) throws(InputError) -> Nanoseconds {
    try number(key, DecimalNumber.spanRemedy(unit.words, places: unit.places)) {
      text throws(NumberProblem) in try DecimalNumber.arrival(text, places: unit.places)
    }
  }

  mutating func date(_ key: String) throws(InputError) -> Nanoseconds {
    let remedy = "a date and time such as 2026-01-31T12:00:00.5Z, or a number since 1970"
    let start = reader.position
    guard let digits = try bytesOfTime() else {
      throw mistake(start, key, "the value is not a time", remedy)
    }
    let text = digits.span
    do throws(TimeProblem) {
      return try CivilTime(text).nanoseconds
    } catch {
      throw mistake(start, key, "\(excerpt(of: text)) is not a time", remedy)
    }
  }

  mutating func bytesOfTime() throws(InputError) -> [UInt8]? {
    switch try kind() {
    case .string:
      return Array((try json { reader throws(JSONFault) in try reader.string() } ?? "").utf8)
    case .number:
      return Array(reader.bytes[try json { reader throws(JSONFault) in try reader.number() }])
    default: return nil
    }
  }

  /// A text or a number that names something.
  mutating func name(_ key: String) throws(InputError) -> String {
    let start = reader.position
    switch try kind() {
    case .string:
      if let text = try json({ reader throws(JSONFault) in try reader.string() }) { return text }
    case .number:
      let range = try json { reader throws(JSONFault) in try reader.number() }
      return String(decoding: reader.bytes[range], as: UTF8.self)
    default: break
    }
    throw mistake(start, key, "the value is no name", "a text in UTF-8, or a number")
  }

  /// Whether the value is true, or says what went wrong.
  mutating func isTrue() throws(InputError) -> Bool {
    switch try json({ reader throws(JSONFault) in try reader.value() }) {
    case .null, .bool(false), .string(""): false
    case .integer(let value): value != 0
    default: true
    }
  }

  mutating func readHashes(
    _ key: String, _ row: inout ObjectRow, _ rows: inout ObjectRows
  ) throws(InputError) {
    let (start, first) = (reader.position, rows.hashes.count)
    let before = reader
    var isWhole = try json { reader throws(JSONFault) in
      try reader.integers(into: &rows.hashes)
    }
    if !isWhole {
      rows.hashes.removeSubrange(first...)
      reader = before
      isWhole = try readQuotedHashes(into: &rows.hashes)
    }
    if !isWhole {
      throw mistake(
        start, key, "the value is not a list of 64-bit numbers", JSONObjects.hashesRemedy)
    }
    row.hashes = first..<rows.hashes.count
  }

  mutating func readQuotedHashes(into list: inout [UInt64]) throws(InputError) -> Bool {
    guard try kind() == .array else { return false }
    try json { reader throws(JSONFault) in try reader.enter() }
    while try json({ reader throws(JSONFault) in try reader.nextElement() }) {
      guard try kind() == .string,
        let text = try json({ reader throws(JSONFault) in try reader.string() }),
        let hash = UInt64(text) ?? Int64(text).map({ UInt64(bitPattern: $0) })
      else { return false }
      list.append(hash)
    }
    return true
  }

  /// Makes hashes of the full blocks of the prompt's tokens: each tells all tokens up to its end.
  mutating func readTokens(
    _ row: inout ObjectRow, _ rows: inout ObjectRows
  ) throws(InputError) {
    var tokens: [UInt64] = []
    let start = reader.position
    guard try json({ reader throws(JSONFault) in try reader.integers(into: &tokens) }) else {
      throw mistake(
        start, key(.tokens), "the value is not a list of numbers", "the numbers of the tokens")
    }
    let first = rows.hashes.count
    var hash = FNV1a()
    for (index, token) in tokens.enumerated() {
      for byte in 0..<4 { hash.combine(UInt8(truncatingIfNeeded: token >> UInt64(byte * 8))) }
      if (index + 1).isMultiple(of: format.blockTokens) { rows.hashes.append(hash.value) }
    }
    row.hashes = first..<rows.hashes.count
  }
}

// MARK: - Texts

extension ObjectScanner {
  /// The characters of a text, or of the texts of messages; those may be JSON in a text.
  mutating func characters() throws(InputError) -> Int {
    Self.characters(in: try json { reader throws(JSONFault) in try reader.value() })
  }

  private static let texts: Set<String> = ["content", "text", "value", "parts", "arguments"]

  private static func characters(in value: JSONValue) -> Int {
    switch value {
    case .string(let text):
      if text.hasPrefix("["), let messages = JSONValue(parsing: text), messages != .array([]) {
        return characters(in: messages)
      }
      return text.unicodeScalars.count
    case .array(let values): return values.reduce(0) { $0 + characters(in: $1) }
    case .object(let members):
      return members.filter { texts.contains($0.name) }
        .reduce(0) { $0 + characters(in: $1.value) }
    default: return 0
    }
  }

  mutating func readConversation(_ row: inout ObjectRow) throws(InputError) {
    guard case .array(let turns) = try json({ reader throws(JSONFault) in try reader.value() }),
      turns.count >= 2
    else {
      row.hasFailed = true
      return
    }
    row.promptCharacters = Self.characters(in: turns[0])
    row.outputCharacters = Self.characters(in: turns[1])
  }
}
