import Formats
import Foundation
import Serving

/// A file of JSON objects, read one by one from its bytes: each on a line of its own, or with lines
/// in them, or as the elements of an array.
///
/// Lines end in LF, CRLF or CR. A byte-order mark and blank lines are skipped.
struct JSONLines {
  /// The file, as the user named it.
  let source: String
  /// The keys of an object as they should be.
  let header: String
  /// The line on which the object last read begins, counted from 1.
  private(set) var line = 0
  private let bytes: [UInt8]
  private var range = 0..<0
  private var position: Int
  private var hasRows = false
  private let decoder = JSONDecoder()
  /// Finds objects that do not stand on a line each; nil where they do.
  private var scanner: JSONScanner?

  init(_ bytes: [UInt8], source: String, header: String) {
    self.source = source
    self.header = header
    self.bytes = bytes
    position = Self.start(of: bytes)
    scanner = JSONScanner(bytes, from: position)
  }

  /// Whether `bytes` begin with an object, or an array of objects, after blank lines.
  static func areIn(_ bytes: [UInt8]) -> Bool {
    let rest = bytes[start(of: bytes)...].drop { $0.isBlank || $0.endsLine }
    if rest.first != .openingBracket { return rest.first == .openingBrace }
    return rest.dropFirst().first { !$0.isBlank && !$0.endsLine } == .openingBrace
  }

  /// Moves to the next object or line that is not blank; false if there is none.
  mutating func next() throws(InputError) -> Bool {
    if scanner != nil { return try nextInScanner() }
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
    let keys =
      (try? decoder.decode(Keys.self, from: Data(bytes[range])))
      ?? (try? decoder.decode(Keys.self, from: withoutWords))
    guard let keys else { throw notAnObject }
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
    let words = ["NaN", "-Infinity", "Infinity"].map { Array($0.utf8) }
    var (text, next, isQuoted) = ([UInt8](), range.lowerBound, false)
    text.reserveCapacity(range.count)
    while next < range.upperBound {
      let rest = bytes[next..<range.upperBound]
      if !isQuoted, let word = words.first(where: { rest.starts(with: $0) }) {
        text += "{}".utf8
        next += word.count
        continue
      }
      if bytes[next] == .quote { isQuoted.toggle() }
      if isQuoted && bytes[next] == .backslash && next + 1 < range.upperBound {
        text.append(bytes[next])
        next += 1
      }
      text.append(bytes[next])
      next += 1
    }
    return Data(text)
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

  private mutating func nextInScanner() throws(InputError) -> Bool {
    guard let found = scanner?.next() else { return false }
    (line, range) = (found.line, found.range)
    if bytes[range].contains(0) { throw nul }
    if found.isWhole { return true }
    let text = bytes.span.extracting(bytes.span.trimmed(range))
    let problem =
      text.isEmpty
      ? "the array has no end" : "\(excerpt(of: text)) is not a JSON object with its end"
    throw InputError(
      source, line: line, problem: problem,
      remedy: "objects `\(header)`, a line each or in an array with commas between them")
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
