import Formats

/// Finds the JSON objects in bytes where they do not stand on a line each: elements of an array, or
/// objects that go over several lines.
struct JSONScanner {
  /// An object, or what stands in the place of one.
  struct Item {
    /// The line on which it begins, counted from 1.
    var line: Int
    var range: Range<Int>
    /// Whether it is an object as far as its braces tell.
    var isWhole: Bool
  }

  private let bytes: [UInt8]
  private let isArray: Bool
  private var position: Int
  private var line = 1
  private var count = 0
  private var isAtEnd = false

  /// A scanner of what `bytes` hold from `start` on, or nil if each object has a line of its own.
  init?(_ bytes: [UInt8], from start: Int) {
    self.bytes = bytes
    position = start
    isArray = bytes[start...].first { !$0.isBlank && !$0.endsLine } == .openingBracket
    skipBlank()
    if isArray {
      position += 1
      return
    }
    guard position < bytes.count, bytes[position] == .openingBrace else { return nil }
    var probe = self
    guard let item = probe.next(), item.isWhole, probe.line > line else { return nil }
  }

  /// The next object, or nil where there is none; what is not whole is the last.
  mutating func next() -> Item? {
    skipBlank()
    if isAtEnd || !isArray && position == bytes.count { return nil }
    if isArray, let stop = passMark() { return stop }
    if isAtEnd { return nil }
    let (start, first) = (position, line)
    count += 1
    let isWhole = passObject()
    isAtEnd = !isWhole
    return Item(line: first, range: start..<position, isWhole: isWhole)
  }

  /// Moves over the comma before an element or the end of the array; what stands there if it is
  /// neither.
  private mutating func passMark() -> Item? {
    guard position < bytes.count else { return stop() }
    if bytes[position] == .closingBracket {
      position += 1
      skipBlank()
      isAtEnd = true
      return position == bytes.count ? nil : stop()
    }
    if count == 0 { return nil }
    guard bytes[position] == .comma else { return stop() }
    position += 1
    skipBlank()
    return nil
  }

  private mutating func stop() -> Item {
    isAtEnd = true
    let end = bytes[position...].firstIndex(where: \.endsLine) ?? bytes.count
    return Item(line: line, range: position..<end, isWhole: false)
  }

  /// Moves over an object; false if there is none or it does not end.
  private mutating func passObject() -> Bool {
    let start = position
    guard position < bytes.count, bytes[position] == .openingBrace else {
      position = bytes[position...].firstIndex(where: \.endsLine) ?? bytes.count
      return false
    }
    var (depth, isQuoted) = (0, false)
    while position < bytes.count {
      let byte = bytes[position]
      pass()
      if isQuoted {
        if byte == .backslash && position < bytes.count { pass() }
        if byte == .quote { isQuoted = false }
      } else if byte == .quote {
        isQuoted = true
      } else if byte == .openingBrace || byte == .openingBracket {
        depth += 1
      } else if byte == .closingBrace || byte == .closingBracket {
        depth -= 1
        if depth == 0 { return true }
      }
    }
    position = bytes[start...].firstIndex(where: \.endsLine) ?? bytes.count
    return false
  }

  private mutating func skipBlank() {
    while position < bytes.count && (bytes[position].isBlank || bytes[position].endsLine) { pass() }
  }

  /// Moves over a byte, and counts the line that it ends.
  private mutating func pass() {
    let byte = bytes[position]
    position += 1
    let isFirstOfTwo =
      byte == .carriageReturn && position < bytes.count && bytes[position] == .lineFeed
    if byte.endsLine && !isFirstOfTwo { line += 1 }
  }
}
