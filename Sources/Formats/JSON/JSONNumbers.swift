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
    guard let length = lengthOfNumber else {
      let rest = bytes[start...].firstIndex { !Self.isOfNumber($0) } ?? bytes.count
      throw fault("\(excerpt(of: bytes.span.extracting(start..<rest))) is not a number")
    }
    position += length
    return start..<position
  }

  @inline(__always)
  private static func isOfNumber(_ byte: UInt8) -> Bool {
    byte.digit != nil || byte == .point || byte == .minus || byte == .plus
      || byte.lowercased == UInt8(ascii: "e")
  }

  /// The bytes of the number at the position, or nil where there is none: digits without a needless
  /// zero, then maybe a point with digits behind it, then maybe an exponent.
  private var lengthOfNumber: Int? {
    let bytes = bytes.span.extracting(position..<bytes.count)
    var next = 0
    func stands(_ isWanted: (UInt8) -> Bool) -> Bool {
      next < bytes.count && isWanted(bytes[next])
    }
    func passDigits() -> Int {
      let start = next
      while stands({ $0.digit != nil }) { next += 1 }
      return next - start
    }
    if stands({ $0 == .minus }) { next += 1 }
    let isZero = stands { $0 == .zero }
    let digits = passDigits()
    if digits == 0 || isZero && digits > 1 { return nil }
    if stands({ $0 == .point }) {
      next += 1
      if passDigits() == 0 { return nil }
    }
    if stands({ $0.lowercased == UInt8(ascii: "e") }) {
      next += 1
      if stands({ $0 == .minus || $0 == .plus }) { next += 1 }
      if passDigits() == 0 { return nil }
    }
    return stands(Self.isOfNumber) ? nil : next
  }

  /// Moves over a list of whole numbers, and appends 64 bits of each to `list`: a negative one
  /// stands for its two's complement. False where the value is none, or holds anything else.
  public mutating func integers(into list: inout [UInt64]) throws(JSONFault) -> Bool {
    guard try kind() == .array else {
      try skip()
      return false
    }
    var isWhole = true
    try enter()
    while true {
      passPlainIntegers(into: &list)
      guard try nextElement() else { return isWhole }
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
  }

  /// Moves over the elements that come next in the array around the position, as long as they are
  /// plain digits, and appends them to `list`: the quick way for most.
  private mutating func passPlainIntegers(into list: inout [UInt64]) {
    let length = lengthOfPlainIntegers(into: &list)
    if length > 0 { isFresh = false }
    position += length
  }

  private func lengthOfPlainIntegers(into list: inout [UInt64]) -> Int {
    let bytes = bytes.span.extracting(position..<bytes.count)
    let mostDigits = 19
    var (end, next) = (0, 0)
    while true {
      if end > 0 || !isFresh {
        guard next < bytes.count, bytes[next] == .comma else { return end }
        next += 1
      }
      while next < bytes.count, bytes[next] == .space { next += 1 }
      let start = next
      var value: UInt64 = 0
      while next < bytes.count, let digit = bytes[next].digit {
        value = value &* 10 &+ UInt64(digit)
        next += 1
      }
      let digits = next - start
      guard digits > 0, digits <= mostDigits, digits == 1 || bytes[start] != .zero,
        next < bytes.count, bytes[next] == .comma || bytes[next] == .closingBracket
      else { return end }
      list.append(value)
      end = next
    }
  }

  /// A whole number from -2^63 to 2^64 - 1; a negative one stands for the same bits.
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
