/// A file of JSON objects, read one by one: each on lines of its own, or all in an array.
///
/// An object is read key by key. Mistakes in it are told by the line that it begins on.
public struct JSONObjects: Sendable {
  /// The file, as the user named it.
  public let source: String
  /// The keys of an object as they should be.
  private let header: String
  private let isArray: Bool
  /// Where the object last read begins.
  private var start: Int
  private var hasBegun = false
  /// How far lines were counted, and to which.
  private var counted = (position: 0, line: 1)
  private var reader: JSONReader

  public init(_ bytes: [UInt8], source: String, header: String) {
    self.source = source
    self.header = header
    reader = JSONReader(bytes)
    let isEmpty = reader.isAtEnd
    start = reader.position
    isArray = !isEmpty && bytes[start] == .openingBracket
  }

  /// Whether `bytes` begin with an object, or an array of objects, after blank lines.
  public static func areIn(_ bytes: [UInt8]) -> Bool {
    var reader = JSONReader(bytes)
    if reader.isAtEnd { return false }
    if bytes[reader.position] == .openingBracket {
      reader.position += 1
      if reader.isAtEnd { return false }
    }
    return bytes[reader.position] == .openingBrace
  }

  /// The bytes of the file.
  public var bytes: [UInt8] { reader.bytes }

  /// The line on which the object last read begins, counted from 1.
  public var line: Int { reader.line(at: start) }

  /// Moves into the next object; false if there is none.
  public mutating func next() throws(InputError) -> Bool {
    let isFirst = !hasBegun
    hasBegun = true
    guard try isArray ? nextInArray(isFirst) : nextOnLine(isFirst) else { return false }
    start = reader.position
    guard bytes[start] == .openingBrace else { throw notAnObject }
    try read { reader throws(JSONFault) in try reader.enter() }
    return true
  }

  private mutating func nextOnLine(_ isFirst: Bool) throws(InputError) -> Bool {
    if !reader.isAtEnd { return true }
    guard isFirst else { return false }
    throw InputError(source, line: 1, problem: "the file is empty", remedy: remedy)
  }

  private mutating func nextInArray(_ isFirst: Bool) throws(InputError) -> Bool {
    var isEnded = false
    do throws(JSONFault) {
      if isFirst { try reader.enter() }
      isEnded = try !reader.nextElement()
    } catch {
      start = error.position
      if start < bytes.count {
        throw InputError(
          source, line: line, problem: "no comma stands before \(excerptOfLine)", remedy: remedy)
      }
    }
    let isAtEnd = reader.isAtEnd
    if !isAtEnd && !isEnded { return true }
    if isAtEnd && isEnded { return false }
    start = reader.position
    if isEnded { throw notAnObject }
    throw InputError(source, line: line, problem: "the array has no end", remedy: remedy)
  }
}

extension JSONObjects {
  /// Moves to the next key of the object; nil at its end, where the line ends too unless objects
  /// are in an array.
  public mutating func nextKey() throws(InputError) -> JSONReader.Key? {
    let key = try read { reader throws(JSONFault) in try reader.nextKey() }
    if key == nil { try checkEnd() }
    return key
  }

  /// The keys of the next object; nil if there is none.
  public mutating func nextKeys() throws(InputError) -> JSONKeys? {
    guard try next() else { return nil }
    counted.line += reader.line(at: start, from: counted.position) - 1
    counted.position = start
    let members = try read { reader throws(JSONFault) in try reader.members() }
    try checkEnd()
    return JSONKeys(members, source: source, line: counted.line)
  }

  /// Refuses what follows an object on its last line, unless objects are in an array.
  private func checkEnd() throws(InputError) {
    if isArray { return }
    let rest = bytes[reader.position...].first { !$0.isBlank }
    if let rest, !rest.endsLine { throw notAnObject }
  }

  /// The text of `key`.
  public mutating func name(of key: JSONReader.Key) throws(InputError) -> String {
    try read { reader throws(JSONFault) in try reader.name(of: key) }
  }

  /// The place of `key` among `names`.
  public func index(of key: JSONReader.Key, among names: [StaticString]) -> Int? {
    reader.index(of: key, among: names)
  }

  /// Moves over a value.
  public mutating func skip() throws(InputError) {
    try read { reader throws(JSONFault) in try reader.skip() }
  }

  /// What `body` reads of the object.
  public mutating func read<Value>(
    _ body: (inout JSONReader) throws(JSONFault) -> Value
  ) throws(InputError) -> Value {
    do throws(JSONFault) {
      return try body(&reader)
    } catch {
      throw placed(error)
    }
  }

  /// The error for what stands under `key` of the object.
  public func mistake(_ key: StaticString, _ problem: String, _ remedy: String) -> InputError {
    InputError(source, line: line, column: key.description, problem: problem, remedy: remedy)
  }

  private func placed(_ fault: JSONFault) -> InputError {
    guard fault.position < bytes.count, bytes[fault.position] == 0 else { return notAnObject }
    return InputError(
      source, line: reader.line(at: fault.position), problem: "there is a NUL byte",
      remedy: "the file is to be text in UTF-8")
  }

  private var notAnObject: InputError {
    InputError(
      source, line: line, problem: "\(excerptOfLine) is not a JSON object", remedy: remedy)
  }

  /// The beginning of the line from `start` on.
  private var excerptOfLine: String {
    let end = bytes[start...].firstIndex(where: \.endsLine) ?? bytes.count
    return excerpt(of: bytes.span.extracting(bytes.span.trimmed(start..<end)))
  }

  private var remedy: String {
    "objects `\(header)`, a line each or in an array with commas between them"
  }
}
