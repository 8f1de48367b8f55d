import Formats
import Foundation
import Serving

/// The key of a value in a JSON object.
struct JSONKey: CodingKey {
  var stringValue: String
  var intValue: Int? { nil }

  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

/// A JSON object that is read key by key, so that each mistake names its key.
///
/// The mistakes are thrown without their source and line; `JSONLines` knows those.
struct JSONObject {
  private let values: KeyedDecodingContainer<JSONKey>

  init(_ decoder: any Decoder) throws { values = try decoder.container(keyedBy: JSONKey.self) }

  /// All keys of the object.
  var keys: [String] { values.allKeys.map(\.stringValue) }

  /// A count of tokens.
  func tokens(_ key: String) throws(InputError) -> Int {
    try number(key, DecimalNumber.tokensRemedy) { text throws(NumberProblem) in
      try DecimalNumber.tokens(text)
    }
  }

  /// A time since the start of the trace, written in milliseconds.
  func arrival(milliseconds key: String) throws(InputError) -> Nanoseconds {
    let remedy = DecimalNumber.arrivalRemedy("milliseconds", places: 6)
    return try number(key, remedy) { text throws(NumberProblem) in
      try DecimalNumber.arrival(text, places: 6)
    }
  }

  /// How urgent the request is, or nil where nothing says so.
  func priority(_ key: String) throws(InputError) -> Int? {
    guard has(key) else { return nil }
    return try number(key, DecimalNumber.priorityRemedy) { text throws(NumberProblem) in
      try DecimalNumber.priority(text)
    }
  }

  /// A text or a whole number that names something, or nil where there is neither.
  func name(_ key: String) throws(InputError) -> String? {
    guard has(key) else { return nil }
    let key = JSONKey(stringValue: key)
    if let text = try? values.decode(String.self, forKey: key) { return text }
    if let number = try? values.decode(Int.self, forKey: key) { return String(number) }
    throw mistake(key.stringValue, "the value is no name", "a text in UTF-8, or a whole number")
  }

  /// The hashes of a prompt's blocks; a negative one stands for the same bits.
  func hashes(_ key: String) throws(InputError) -> [UInt64] {
    let path = JSONKey(stringValue: key)
    if let hashes = try? values.decode([UInt64].self, forKey: path) { return hashes }
    if let hashes = try? values.decode([Int64].self, forKey: path) {
      return hashes.map { UInt64(bitPattern: $0) }
    }
    if let hashes = try? values.decode([Hash].self, forKey: path) { return hashes.map(\.bits) }
    let isMissing = !values.contains(path)
    throw mistake(
      key, isMissing ? "the key is missing" : "the value is not a list of 64-bit numbers",
      "whole numbers from -2^63 to 2^64 - 1, one a block of the prompt, or [] where none are known")
  }
}

extension JSONObject {
  private func has(_ key: String) -> Bool {
    let key = JSONKey(stringValue: key)
    return values.contains(key) && (try? values.decodeNil(forKey: key)) != true
  }

  private func number(
    _ key: String, _ remedy: String, _ parse: (Span<UInt8>) throws(NumberProblem) -> Int
  ) throws(InputError) -> Int {
    let text = Array(try digits(key, remedy).utf8)
    do throws(NumberProblem) {
      return try parse(text.span)
    } catch {
      throw mistake(key, error.clause(about: excerpt(of: text.span)), remedy)
    }
  }

  /// A number in decimal digits, exact.
  private func digits(_ key: String, _ remedy: String) throws(InputError) -> String {
    let path = JSONKey(stringValue: key)
    if let whole = try? values.decode(Int.self, forKey: path) { return String(whole) }
    do {
      return try values.decode(Decimal.self, forKey: path).description
    } catch DecodingError.keyNotFound {
      throw mistake(key, "the key is missing", remedy)
    } catch is DecodingError {
      throw mistake(key, "the value is not a number", remedy)
    } catch {
      throw mistake(key, "the number cannot be read", remedy)
    }
  }

  private func mistake(_ key: String, _ problem: String, _ remedy: String) -> InputError {
    InputError("", column: key, problem: problem, remedy: remedy)
  }
}

/// A hash in a list that has both negative ones and ones above 2^63.
private struct Hash: Decodable {
  var bits: UInt64

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let bits = try? value.decode(UInt64.self) {
      self.bits = bits
    } else {
      bits = UInt64(bitPattern: try value.decode(Int64.self))
    }
  }
}
