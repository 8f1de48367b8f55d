/// Why a text is not a number that a trace may hold.
public enum NumberProblem: Error, Equatable {
  case empty
  case notANumber
  case nan
  case infinite
  case negative
  case overflow
  case fractional

  /// The problem as a clause about the text that `excerpt` shows.
  public func clause(about excerpt: @autoclosure () -> String) -> String {
    switch self {
    case .empty: "the field is empty"
    case .notANumber: "\(excerpt()) is not a number"
    case .nan: "\(excerpt()) stands for no number"
    case .infinite: "\(excerpt()) is infinite"
    case .negative: "\(excerpt()) is negative"
    case .overflow: "\(excerpt()) is too large"
    case .fractional: "\(excerpt()) is not whole"
    }
  }
}

/// A number read from its decimal digits, without binary fractions on the way.
public struct DecimalNumber: Equatable {
  /// The number in units of ten to the power of minus `places`, halves rounded away from zero.
  public var units: Int
  /// Whether nothing was rounded.
  public var isExact: Bool

  /// Reads digits with an optional point, fraction, exponent and spaces around them, and a sign
  /// where there may be one.
  @inline(__always)
  public init(_ text: Span<UInt8>, places: Int, maySign: Bool = false) throws(NumberProblem) {
    if let units = Self.plainUnits(text, places: places) {
      self.units = units
      isExact = true
    } else {
      self = try DecimalNumber(anyShape: text, places: places, maySign: maySign)
    }
  }

  /// The quick way for most numbers: a few digits with no sign, exponent or rounding.
  @inline(__always)
  private static func plainUnits(_ text: Span<UInt8>, places: Int) -> Int? {
    if text.isEmpty || text.count > 18 { return nil }
    var units = 0
    var index = 0
    while index < text.count, let digit = text[index].digit {
      units = units * 10 + digit
      index += 1
    }
    var missingPlaces = places
    if index < text.count {
      if text[index] != .point || text.count == 1 { return nil }
      index += 1
      missingPlaces -= text.count - index
      while index < text.count {
        guard let digit = text[index].digit else { return nil }
        units = units * 10 + digit
        index += 1
      }
    }
    if missingPlaces < 0 { return nil }
    for _ in 0..<missingPlaces {
      let (tens, overflow) = units.multipliedReportingOverflow(by: 10)
      if overflow { return nil }
      units = tens
    }
    return units
  }

  private init(
    anyShape untrimmed: Span<UInt8>, places: Int, maySign: Bool
  ) throws(NumberProblem) {
    let text = untrimmed.extracting(untrimmed.trimmed(0..<untrimmed.count))
    if text.isEmpty { throw .empty }
    var shape = Shape()
    guard shape.read(text) else { throw Shape.problem(with: text) }
    units = 0
    isExact = true
    if !shape.hasValue { return }
    if shape.isNegative && !maySign { throw .negative }
    try take(places + shape.wholeDigits + shape.exponent, of: text, in: shape)
  }

  /// Reads the first `taken` digits as a whole number and rounds by what comes after.
  private mutating func take(
    _ taken: Int, of text: Span<UInt8>, in shape: Shape
  ) throws(NumberProblem) {
    let sign = shape.isNegative ? -1 : 1
    var seen = 0
    for index in shape.start..<shape.end {
      guard let digit = text[index].digit else { continue }
      if seen < taken {
        try append(sign * digit)
      } else {
        if seen == taken && digit >= 5 { try add(sign) }
        if digit != 0 { isExact = false }
      }
      seen += 1
    }
    while seen < taken && units != 0 {
      try append(0)
      seen += 1
    }
  }

  @inline(__always)
  private mutating func append(_ digit: Int) throws(NumberProblem) {
    let (tens, overflow) = units.multipliedReportingOverflow(by: 10)
    if overflow { throw .overflow }
    units = tens
    try add(digit)
  }

  @inline(__always)
  private mutating func add(_ value: Int) throws(NumberProblem) {
    let (sum, overflow) = units.addingReportingOverflow(value)
    if overflow { throw .overflow }
    units = sum
  }
}

/// Where the parts of a decimal number stand in its text.
private struct Shape {
  var isNegative = false
  /// Whether any digit is not zero.
  var hasValue = false
  /// Digits before the point.
  var wholeDigits = 0
  var exponent = 0
  /// The digits and the point.
  var start = 0
  var end = 0

  /// Reads all of `text`; false if it is not a decimal number.
  mutating func read(_ text: Span<UInt8>) -> Bool {
    isNegative = text[0] == .minus
    start = isNegative || text[0] == .plus ? 1 : 0
    end = start
    var digits = 0
    var hasPoint = false
    while end < text.count {
      if let digit = text[end].digit {
        digits += 1
        if !hasPoint { wholeDigits += 1 }
        if digit != 0 { hasValue = true }
      } else if text[end] == .point && !hasPoint {
        hasPoint = true
      } else {
        break
      }
      end += 1
    }
    return digits > 0 && (end == text.count || readExponent(text))
  }

  private mutating func readExponent(_ text: Span<UInt8>) -> Bool {
    guard text[end].lowercased == UInt8(ascii: "e") else { return false }
    var index = end + 1
    let isSigned = index < text.count && (text[index] == .minus || text[index] == .plus)
    let sign = isSigned && text[index] == .minus ? -1 : 1
    if isSigned { index += 1 }
    guard index < text.count else { return false }
    while index < text.count {
      guard let digit = text[index].digit else { return false }
      // Beyond this no text has digits enough for another power of ten to matter.
      if exponent < Int.max / 100 { exponent = exponent * 10 + digit }
      index += 1
    }
    exponent *= sign
    return true
  }

  /// What to call a text that is no decimal number.
  static func problem(with text: Span<UInt8>) -> NumberProblem {
    let isSigned = text[0] == .minus || text[0] == .plus
    let word = text.extracting((isSigned ? 1 : 0)..<text.count)
    if word.isWord("nan") { return .nan }
    if word.isWord("inf") || word.isWord("infinity") { return .infinite }
    return .notANumber
  }
}
