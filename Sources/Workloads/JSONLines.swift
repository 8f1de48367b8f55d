import Foundation
import Serving

/// A file of JSON objects, each on a line of its own, read line by line from its bytes.
///
/// Lines end in LF, CRLF or CR. A byte-order mark and blank lines are skipped.
struct JSONLines {
  /// The file, as the user named it.
  let source: String
  /// The keys of an object as they should be.
  let header: String
  /// The line last read, counted from 1.
  private(set) var line = 0
  private let bytes: [UInt8]
  private var range = 0..<0
  private var position: Int
  private var hasRows = false
  private let decoder = JSONDecoder()

  init(_ bytes: [UInt8], source: String, header: String) {
    self.source = source
    self.header = header
    self.bytes = bytes
    position = Self.start(of: bytes)
  }

  /// Whether `bytes` begin with an object, after blank lines.
  static func areIn(_ bytes: [UInt8]) -> Bool {
    let first = bytes[start(of: bytes)...].first { !$0.isBlank && !$0.endsLine }
    return first == .openingBrace
  }

  /// Moves to the next line that is not blank; false if there is none.
  mutating func next() throws(InputError) -> Bool {
    while position < bytes.count {
      try scanLine()
      if !bytes.span.trimmed(range).isEmpty {
        hasRows = true
        return true
      }
    }
    if hasRows { return false }
    throw InputError(
      source, line: 1, problem: "the file is empty", remedy: "each line is an object `\(header)`")
  }

  /// The object on the line, as a `Row`, which throws mistakes without their source and line.
  func row<Row: Decodable>(_ type: Row.Type) throws(InputError) -> Row {
    do {
      return try decoder.decode(type, from: Data(bytes[range]))
    } catch let mistake as InputError {
      throw placed(mistake)
    } catch {
      do {
        _ = try decoder.decode(type, from: withoutWords)
      } catch let mistake as InputError {
        throw placed(mistake)
      } catch {}
      throw notAnObject
    }
  }

  /// The keys of the object on the line, sorted.
  func keys() throws(InputError) -> [String] {
    guard let keys = try? decoder.decode(Keys.self, from: withoutWords) else { throw notAnObject }
    return keys.names.sorted()
  }
}

extension JSONLines {
  private static func start(of bytes: [UInt8]) -> Int {
    bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// The line with an object for each word that some programs write for a number and JSON does not
  /// know, so that the key can be found that has no number.
  private var withoutWords: Data {
    var text = String(decoding: bytes[range], as: UTF8.self)
    for word in ["NaN", "-Infinity", "Infinity"] { text.replace(word, with: "{}") }
    return Data(text.utf8)
  }

  private mutating func scanLine() throws(InputError) {
    line += 1
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == 0 { throw nul }
      if byte.endsLine { break }
      position += 1
    }
    range = start..<position
    guard position < bytes.count else { return }
    let isReturn = bytes[position] == .carriageReturn
    position += 1
    if isReturn && position < bytes.count && bytes[position] == .lineFeed { position += 1 }
  }

  private func placed(_ mistake: InputError) -> InputError {
    var mistake = mistake
    mistake.source = source
    mistake.line = line
    return mistake
  }

  private var notAnObject: InputError {
    let text = bytes.span.extracting(bytes.span.trimmed(range))
    return InputError(
      source, line: line, problem: "\(excerpt(of: text)) is not a JSON object",
      remedy: "each line is an object `\(header)`")
  }

  private var nul: InputError {
    InputError(
      source, line: line, problem: "there is a NUL byte", remedy: "a trace is text in UTF-8")
  }
}

/// The keys of an object.
private struct Keys: Decodable {
  var names: [String]

  init(from decoder: any Decoder) throws {
    names = try decoder.container(keyedBy: JSONKey.self).allKeys.map(\.stringValue)
  }
}
