import Formats
import Foundation
import Serving

/// Reads JSON (RFC 8259) as Python writes it, that is with `NaN` and `Infinity`, and says where it
/// is not.
struct ConfigParser {
  private let bytes: [UInt8]
  private let source: String
  private var position = 0

  /// The members of the object that `data` is.
  static func object(
    _ data: Data, source: String
  ) throws(InputError) -> [String: ConfigValue] {
    var parser = ConfigParser(bytes: Array(data), source: source)
    return try parser.whole()
  }

  private init(bytes: [UInt8], source: String) {
    self.bytes = bytes
    self.source = source
  }

  private mutating func whole() throws(InputError) -> [String: ConfigValue] {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) || bytes.contains(0) {
      throw InputError(source, problem: "it is not UTF-8", remedy: "save it as JSON in UTF-8")
    }
    skipSpaces()
    if position == bytes.count {
      throw InputError(source, problem: "it is empty", remedy: "use a model's config.json")
    }
    let value = try value(depth: 0)
    skipSpaces()
    if position < bytes.count { throw fault("something follows the JSON") }
    guard case .object(let members) = value else {
      throw InputError(
        source, problem: "it is \(value.kind), not a JSON object",
        remedy: "use a model's config.json")
    }
    return members
  }

  private mutating func value(depth: Int) throws(InputError) -> ConfigValue {
    skipSpaces()
    if depth > 64 { throw fault("lists and objects are nested too deeply") }
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try list(depth: depth)
    case UInt8(ascii: "\""): return .text(try text())
    case let byte? where "-0123456789".utf8.contains(byte):
      return take("-Infinity") ? .number(-.infinity) : try number()
    default: break
    }
    if take("true") { return .bool(true) }
    if take("false") { return .bool(false) }
    if take("null") { return .null }
    if take("NaN") { return .number(.nan) }
    if take("Infinity") { return .number(.infinity) }
    throw fault(next == nil ? "it ends too early" : "no value stands here")
  }

  private mutating func object(depth: Int) throws(InputError) -> ConfigValue {
    position += 1
    var members: [String: ConfigValue] = [:]
    skipSpaces()
    if take("}") { return .object(members) }
    while true {
      skipSpaces()
      guard next == UInt8(ascii: "\"") else { throw fault("no key in quotes stands here") }
      let key = try text()
      skipSpaces()
      guard take(":") else { throw fault("no colon follows the key \(key)") }
      let value = try value(depth: depth + 1)
      if members.updateValue(value, forKey: key) != nil {
        throw fault("the key \(key) stands twice in an object")
      }
      skipSpaces()
      if take("}") { return .object(members) }
      guard take(",") else { throw fault("neither a comma nor a closing brace stands here") }
    }
  }

  private mutating func list(depth: Int) throws(InputError) -> ConfigValue {
    position += 1
    var values: [ConfigValue] = []
    skipSpaces()
    if take("]") { return .list(values) }
    while true {
      values.append(try value(depth: depth + 1))
      skipSpaces()
      if take("]") { return .list(values) }
      guard take(",") else { throw fault("neither a comma nor a closing bracket stands here") }
    }
  }

  private mutating func number() throws(InputError) -> ConfigValue {
    let start = position
    while let byte = next, "+-.eE0123456789".utf8.contains(byte) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if let value = Int(text) { return .whole(value) }
    guard let value = Double(text) else {
      position = start
      throw fault("\(text.prefix(40)) is no number")
    }
    return Int(exactly: value).map { .whole($0) } ?? .number(value)
  }

  private mutating func text() throws(InputError) -> String {
    let start = position
    position += 1
    while let byte = next, byte != UInt8(ascii: "\"") {
      if byte < 32 { throw fault("a text is not closed") }
      position += byte == UInt8(ascii: "\\") ? 2 : 1
    }
    guard position < bytes.count else {
      position = start
      throw fault("a text is not closed")
    }
    position += 1
    // Escapes and what is no UTF-8 are Foundation's to know.
    guard let text = try? JSONDecoder().decode(String.self, from: Data(bytes[start..<position]))
    else {
      position = start
      throw fault("a text is no UTF-8, or has an escape that there is not")
    }
    return text
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ text: StaticString) -> Bool {
    let wanted = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    guard bytes[position...].starts(with: wanted) else { return false }
    position += wanted.count
    return true
  }

  private mutating func skipSpaces() {
    while let byte = next, " \t\r\n".utf8.contains(byte) { position += 1 }
  }

  /// The error for what stands at the position.
  private func fault(_ problem: String) -> InputError {
    let before = bytes[..<min(position, bytes.count)]
    let line = before.reduce(1) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return InputError(
      source, line: line, column: String(before.count - start + 1),
      problem: "it is not JSON: \(problem)", remedy: "use a model's config.json as it is published")
  }
}
