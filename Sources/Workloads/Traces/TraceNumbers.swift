import Formats
import Serving

/// The numbers that traces hold, whatever their format.
extension DecimalNumber {
  /// A count of tokens.
  @inline(__always)
  static func tokens(_ text: Span<UInt8>) throws(NumberProblem) -> Int {
    let number = try DecimalNumber(text, places: 0)
    if !number.isExact { throw .fractional }
    if number.units > EngineRange.tokens.upperBound { throw .overflow }
    return number.units
  }

  /// A time since the start of the trace, in units of ten to the power of `places` nanoseconds.
  @inline(__always)
  static func arrival(_ text: Span<UInt8>, places: Int) throws(NumberProblem) -> Nanoseconds {
    let number = try DecimalNumber(text, places: places)
    if number.units > EngineRange.time.upperBound { throw .overflow }
    return number.units
  }

  /// How urgent a request is.
  static func priority(_ text: Span<UInt8>) throws(NumberProblem) -> Int {
    let number = try DecimalNumber(text, places: 0, maySign: true)
    if !number.isExact { throw .fractional }
    return number.units
  }

  /// What a count of tokens would be.
  static let tokensRemedy = "a whole number of at most \(EngineRange.tokens.upperBound) tokens"

  /// What a time in `unit`, ten to the power of `places` nanoseconds, would be.
  static func arrivalRemedy(_ unit: String, places: Int) -> String {
    spanRemedy("\(unit) since the start of the trace,", places: places)
  }

  /// What a span of time in `unit`, likewise, would be.
  static func spanRemedy(_ unit: String, places: Int) -> String {
    let limit = (0..<places).reduce(EngineRange.time.upperBound) { limit, _ in limit / 10 }
    return "\(unit) from 0 to \(limit)"
  }

  /// What a priority would be.
  static let priorityRemedy = "a whole number, smaller for what is served first"
}
