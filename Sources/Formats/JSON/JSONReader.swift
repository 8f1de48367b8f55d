/// Why bytes are not JSON, and where.
public struct JSONFault: Error, Equatable, Sendable {
  /// The place of the byte at which it shows, counted from 0.
  public var position: Int
  /// What is wrong, as a clause.
  public var problem: String
}

/// Reads JSON (RFC 8259) from bytes, from left to right and a piece at a time, as its caller asks.
///
/// A value is read by what it is, or passed over: `kind()` tells what comes next, and each of
/// `number()`, `string()`, `integers()`, `word()`, `skip()`, and `enter()` with what it leads into,
/// reads a whole value. The words that Python writes for numbers that are not finite are known.
/// A byte-order mark at the beginning is passed over.
public struct JSONReader: Sendable {
  /// What a value is.
  public enum Kind: Sendable {
    case object, array, string, number, bool, null
    /// `NaN`, `Infinity` or `-Infinity`.
    case notFinite
  }

  /// The key of a member: its bytes between the quotation marks.
  public struct Key: Sendable {
    let range: Range<Int>
    let hasEscapes: Bool
  }

  /// What is read.
  public let bytes: [UInt8]
  /// The place of the byte that is read next, counted from 0.
  public internal(set) var position: Int
  /// Objects and arrays around the position.
  private var depth = 0
  /// Whether an object or array was just entered, so that no comma stands before what comes.
  var isFresh = false

  /// How deep objects and arrays may stand in each other.
  public static let mostDepth = 64

  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// Whether nothing but spaces and line ends is left.
  public var isAtEnd: Bool {
    mutating get {
      skipSpaces()
      return position == bytes.count
    }
  }

  /// What the next value is, by its beginning.
  public mutating func kind() throws(JSONFault) -> Kind {
    skipSpaces()
    guard position < bytes.count else { throw fault("it ends too early") }
    switch bytes[position] {
    case .openingBrace: return .object
    case .openingBracket: return .array
    case .quote: return .string
    case .zero...(.zero + 9): return .number
    case .minus: return follows("-Infinity") ? .notFinite : .number
    default: break
    }
    if follows("true") || follows("false") { return .bool }
    if follows("null") { return .null }
    if follows("NaN") || follows("Infinity") { return .notFinite }
    throw fault("no value stands here")
  }

  /// Moves over a value of any kind.
  public mutating func skip() throws(JSONFault) {
    switch try kind() {
    case .object:
      try enter()
      while try nextKey() != nil { try skip() }
    case .array:
      try enter()
      while try nextElement() { try skip() }
    case .string: _ = try quoted()
    case .number: _ = try number()
    case .bool, .null, .notFinite: _ = word()
    }
  }

  /// The fault of what stands at the position.
  func fault(_ problem: String) -> JSONFault { JSONFault(position: position, problem: problem) }

  /// The line on which the byte at `position` stands, counted from 1 where the byte at `first` is;
  /// lines end in LF, CRLF or CR.
  func line(at position: Int, from first: Int = 0) -> Int {
    var line = 1
    for index in first..<min(position, bytes.count) where bytes[index].endsLine {
      let isFirstOfTwo =
        bytes[index] == .carriageReturn && index + 1 < bytes.count && bytes[index + 1] == .lineFeed
      if !isFirstOfTwo { line += 1 }
    }
    return line
  }

  /// What `fault` is for the user who named the file `source`: its line and column, counted from 1.
  public func error(
    _ fault: JSONFault, source: String, remedy: String
  ) -> InputError {
    let start = bytes[..<fault.position].lastIndex(where: \.endsLine).map { $0 + 1 } ?? 0
    return InputError(
      source, line: line(at: fault.position), column: String(fault.position - start + 1),
      problem: "it is not JSON: \(fault.problem)", remedy: remedy)
  }

  @inline(__always)
  mutating func skipSpaces() {
    while position < bytes.count, bytes[position] <= .space,
      bytes[position].isBlank || bytes[position].endsLine
    {
      position += 1
    }
  }

  private func follows(_ word: StaticString) -> Bool {
    bytes.count - position >= word.utf8CodeUnitCount && stands(word, at: position)
  }

  /// Whether the bytes from `place` on, which are as many, are those of `word`.
  private func stands(_ word: StaticString, at place: Int) -> Bool {
    let bytes = bytes.span.extracting(place..<place + word.utf8CodeUnitCount)
    for index in bytes.indices where bytes[index] != word.utf8Start[index] { return false }
    return true
  }
}

extension JSONReader {
  /// Moves into the object or array that comes next.
  public mutating func enter() throws(JSONFault) {
    depth += 1
    if depth > Self.mostDepth { throw fault("lists and objects are nested too deeply") }
    position += 1
    isFresh = true
  }

  /// Moves to the next element of the array around the position; false at its end, which is passed.
  public mutating func nextElement() throws(JSONFault) -> Bool {
    try passMark(.closingBracket, "neither a comma nor a closing bracket stands here")
  }

  /// Moves behind the next key of the object around the position, and the colon after it; nil at
  /// its end, which is passed.
  public mutating func nextKey() throws(JSONFault) -> Key? {
    guard try passMark(.closingBrace, "neither a comma nor a closing brace stands here") else {
      return nil
    }
    skipSpaces()
    guard position < bytes.count, bytes[position] == .quote else {
      throw fault("no key in quotes stands here")
    }
    let key = try quoted()
    skipSpaces()
    guard position < bytes.count, bytes[position] == .colon else {
      throw fault("no colon follows the key \(shortened(try name(of: key)))")
    }
    position += 1
    return key
  }

  /// The text of `key`.
  public func name(of key: Key) throws(JSONFault) -> String {
    if let name = text(of: key) { return name }
    throw JSONFault(position: key.range.lowerBound, problem: Self.noText)
  }

  /// The place of `key` among `names`.
  public func index(of key: Key, among names: [StaticString]) -> Int? {
    if key.hasEscapes {
      return text(of: key).flatMap { text in names.firstIndex { $0.description == text } }
    }
    return names.firstIndex { name in
      name.utf8CodeUnitCount == key.range.count && stands(name, at: key.range.lowerBound)
    }
  }

  /// The place of `key` among `names`, which are told by their UTF-8.
  public func index(of key: Key, among names: [[UInt8]]) -> Int? {
    if key.hasEscapes {
      return text(of: key).flatMap { text in names.firstIndex { $0.elementsEqual(text.utf8) } }
    }
    return names.firstIndex { $0.count == key.range.count && $0.elementsEqual(bytes[key.range]) }
  }

  /// Moves over `close`, or the comma before a member, if it needs one; false where it closes.
  private mutating func passMark(
    _ close: UInt8, _ problem: StaticString
  ) throws(JSONFault) -> Bool {
    skipSpaces()
    let isFirst = isFresh
    isFresh = false
    let next = position < bytes.count ? bytes[position] : 0
    if next == close {
      position += 1
      depth -= 1
      return false
    }
    if isFirst { return true }
    guard next == .comma else { throw fault("\(problem)") }
    position += 1
    return true
  }
}
