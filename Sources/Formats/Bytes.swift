/// The bytes that mean something in a trace.
extension UInt8 {
  package static let tab = UInt8(ascii: "\t")
  package static let lineFeed = UInt8(ascii: "\n")
  package static let carriageReturn = UInt8(ascii: "\r")
  package static let space = UInt8(ascii: " ")
  package static let quote = UInt8(ascii: "\"")
  package static let hash = UInt8(ascii: "#")
  package static let plus = UInt8(ascii: "+")
  package static let comma = UInt8(ascii: ",")
  package static let minus = UInt8(ascii: "-")
  package static let point = UInt8(ascii: ".")
  package static let zero = UInt8(ascii: "0")
  package static let colon = UInt8(ascii: ":")
  package static let equals = UInt8(ascii: "=")
  package static let openingBrace = UInt8(ascii: "{")
  package static let closingBrace = UInt8(ascii: "}")
  package static let openingBracket = UInt8(ascii: "[")
  package static let closingBracket = UInt8(ascii: "]")
  package static let backslash = UInt8(ascii: "\\")

  package var isBlank: Bool { self == .space || self == .tab }
  package var endsLine: Bool { self == .lineFeed || self == .carriageReturn }
  /// The byte in lower case, if it is an ASCII letter.
  package var lowercased: UInt8 { self &- 65 < 26 ? self | 0x20 : self }

  /// The value of a decimal digit, or nil.
  @inline(__always)
  package var digit: Int? {
    let value = self &- .zero
    return value < 10 ? Int(value) : nil
  }

  /// The value of a hexadecimal digit, or nil.
  package var hexadecimalDigit: UInt64? {
    if let digit { return UInt64(digit) }
    let letter = lowercased &- UInt8(ascii: "a")
    return letter < 6 ? UInt64(letter) + 10 : nil
  }
}

extension Span<UInt8> {
  /// `range` without the spaces and tabs at its ends.
  @inline(__always)
  package func trimmed(_ range: Range<Int>) -> Range<Int> {
    var start = range.lowerBound
    var end = range.upperBound
    while start < end && self[start].isBlank { start += 1 }
    while start < end && self[end - 1].isBlank { end -= 1 }
    return start..<end
  }

  /// Whether the bytes are the ASCII letters of `word`, in either case.
  package func isWord(_ word: StaticString) -> Bool {
    guard count == word.utf8CodeUnitCount else { return false }
    return word.withUTF8Buffer { letters in
      indices.allSatisfy { self[$0].lowercased == letters[$0] }
    }
  }
}
