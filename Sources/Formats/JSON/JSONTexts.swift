extension JSONReader {
  static let noText = "a text is no UTF-8, or has an escape that there is not"

  /// Moves over a string; its text, or nil where that is no UTF-8 or has an escape that there is
  /// not.
  public mutating func string() throws(JSONFault) -> String? { text(of: try quoted()) }

  /// Moves over a string.
  mutating func quoted() throws(JSONFault) -> Key {
    let start = position + 1
    let (length, hasEscapes) = lengthOfText
    let end = start + length
    guard end < bytes.count else { throw fault("a text is not closed") }
    position = end
    if bytes[end] != .quote { throw fault("a text is not closed") }
    position += 1
    return Key(range: start..<end, hasEscapes: hasEscapes)
  }

  /// The bytes of the string at the position up to a quotation mark or one that may not be in it.
  private var lengthOfText: (bytes: Int, hasEscapes: Bool) {
    let bytes = bytes.span.extracting(position + 1..<bytes.count)
    var place = 0
    var hasEscapes = false
    while place < bytes.count, bytes[place] != .quote, bytes[place] >= 32 {
      if bytes[place] == .backslash {
        hasEscapes = true
        place += 1
        if place == bytes.count || bytes[place] < 32 { break }
      }
      place += 1
    }
    return (place, hasEscapes)
  }

  func text(of key: Key) -> String? {
    if !key.hasEscapes { return String(validating: bytes[key.range], as: UTF8.self) }
    var text: [UInt8] = []
    text.reserveCapacity(key.range.count)
    var next = key.range.lowerBound
    while next < key.range.upperBound {
      if bytes[next] != .backslash {
        text.append(bytes[next])
        next += 1
      } else {
        guard let scalar = escaped(at: &next, before: key.range.upperBound) else { return nil }
        text += String(scalar).utf8
      }
    }
    return String(validating: text, as: UTF8.self)
  }

  /// The letter that the escape at `place` stands for, of two halves where it has two; moves behind
  /// it.
  private func escaped(at place: inout Int, before end: Int) -> Unicode.Scalar? {
    let letter = bytes[place + 1]
    place += 2
    switch letter {
    case .quote, .backslash, UInt8(ascii: "/"): return Unicode.Scalar(letter)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default: return nil
    }
    guard let first = fourDigits(at: &place, before: end) else { return nil }
    if let scalar = Unicode.Scalar(UInt32(first)) { return scalar }
    guard first >> 10 == 0xD800 >> 10, place + 1 < end, bytes[place] == .backslash,
      bytes[place + 1] == UInt8(ascii: "u")
    else { return nil }
    place += 2
    guard let second = fourDigits(at: &place, before: end), second >> 10 == 0xDC00 >> 10 else {
      return nil
    }
    return Unicode.Scalar(UInt32(0x10000 + (first & 0x3FF) << 10 + second & 0x3FF))
  }

  private func fourDigits(at place: inout Int, before end: Int) -> UInt64? {
    guard end - place >= 4 else { return nil }
    var value: UInt64 = 0
    for index in place..<place + 4 {
      guard let digit = bytes[index].hexadecimalDigit else { return nil }
      value = value << 4 | digit
    }
    place += 4
    return value
  }
}
