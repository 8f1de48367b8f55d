extension JSONReader {
  /// Moves over `true`, `false`, `null` or a number that is not finite, and tells its first letter.
  public mutating func word() -> UInt8 {
    let first = bytes[position]
    switch first {
    case .minus: position += "-Infinity".utf8.count
    case UInt8(ascii: "I"): position += "Infinity".utf8.count
    case UInt8(ascii: "N"): position += "NaN".utf8.count
    case UInt8(ascii: "f"): position += "false".utf8.count
    default: position += "true".utf8.count
    }
    return first
  }

  /// Moves over a number, and tells its bytes.
  public mutating func number() throws(JSONFault) -> Range<Int> {
    let start = position
    while position < bytes.count, Self.isOfNumber(bytes[position]) { position += 1 }
    if isNumber(start..<position) { return start..<position }
    let text = excerpt(of: bytes.span.extracting(start..<position))
    position = start
    throw fault("\(text) is not a number")
  }

  private static func isOfNumber(_ byte: UInt8) -> Bool {
    byte.digit != nil || byte == .point || byte == .minus || byte == .plus
      || byte.lowercased == UInt8(ascii: "e")
  }

  /// Whether a number in JSON stands in `range`: digits without a needless zero, then maybe a point
  /// with digits behind it, then maybe an exponent.
  private func isNumber(_ range: Range<Int>) -> Bool {
    var next = range.lowerBound
    func take(_ isWanted: (UInt8) -> Bool) -> Bool {
      guard next < range.upperBound, isWanted(bytes[next]) else { return false }
      next += 1
      return true
    }
    func takeDigits() -> Bool {
      let start = next
      while next < range.upperBound, bytes[next].digit != nil { next += 1 }
      return next > start
    }
    _ = take { $0 == .minus }
    if !take({ $0 == .zero }) && !takeDigits() { return false }
    if take({ $0 == .point }) && !takeDigits() { return false }
    if take({ $0.lowercased == UInt8(ascii: "e") }) {
      _ = take { $0 == .minus || $0 == .plus }
      if !takeDigits() { return false }
    }
    return next == range.upperBound
  }

  /// Moves over a list of whole numbers, and tells 64 bits of each: a negative one stands for its
  /// two's complement. Nil where the value is none, or holds anything else.
  public mutating func integers() throws(JSONFault) -> [UInt64]? {
    guard try kind() == .array else {
      try skip()
      return nil
    }
    list.removeAll(keepingCapacity: true)
    var isWhole = true
    try enter()
    while try nextElement() {
      guard try kind() == .number else {
        try skip()
        isWhole = false
        continue
      }
      let digits = try number()
      if let bits = Self.bits(of: bytes.span.extracting(digits)) {
        list.append(bits)
      } else {
        isWhole = false
      }
    }
    return isWhole ? list.withUnsafeBufferPointer { Array($0) } : nil
  }

  /// A whole number from -2^63 to 2^64 - 1; a negative one stands for the same bits.
  @inline(__always)
  private static func bits(of text: Span<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for index in text.indices {
      guard let digit = text[index].digit else { return anyBits(of: text) }
      let (tens, isTooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, isStillTooLarge) = tens.addingReportingOverflow(UInt64(digit))
      if isTooLarge || isStillTooLarge { return nil }
      value = sum
    }
    return value
  }

  /// Likewise, of a number with a sign, a point or an exponent.
  private static func anyBits(of text: Span<UInt8>) -> UInt64? {
    guard let number = try? DecimalNumber(text, places: 0, maySign: true), number.isExact else {
      return nil
    }
    return UInt64(bitPattern: Int64(number.units))
  }
}
