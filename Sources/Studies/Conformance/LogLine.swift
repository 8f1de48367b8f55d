import Formats
import Foundation
import Serving

/// A line of a decision log: where it stands, and how what is wrong with it is said.
struct LogLine {
  /// The file, as the user named it.
  let source: String
  /// Counted from 1.
  let number: Int
  private let remedy = "see Tests/README.md for what stands here"

  init(source: String, number: Int) {
    self.source = source
    self.number = number
  }

  /// That `problem` is what is wrong with `key`.
  func mistake(_ key: String?, _ problem: String, _ remedy: String) -> InputError {
    InputError(source, line: number, column: key, problem: problem, remedy: remedy)
  }

  /// Refuses a `value` of `key` that lies outside `range`.
  func check(_ key: String, _ value: Int?, in range: ClosedRange<Int>) throws(InputError) {
    guard let value, !range.contains(value) else { return }
    throw mistake(
      key, "\(value) is out of range",
      "give a whole number from \(range.lowerBound) to \(range.upperBound)")
  }

  /// Refuses a `word` of `key` that is none of `words`.
  func check(_ key: String, _ word: String?, among words: [String]) throws(InputError) {
    guard let word, !words.contains(word) else { return }
    throw mistake(key, "there is no \"\(word)\"", "give one of \(words.joined(separator: ", "))")
  }

  /// Refuses the first of `names`, the keys of `object`, that is none of `known`; notes may be
  /// called anything that ends in `note`.
  func check(keys names: [String], of object: String, among known: [String]) throws(InputError) {
    guard let name = names.first(where: { !known.contains($0) && !$0.hasSuffix("note") }) else {
      return
    }
    let near = nearest(to: name, among: known).map { "did you mean \($0)? " } ?? ""
    throw mistake(
      object + "." + name, "there is no such key here",
      near + "there are \(known.joined(separator: ", "))")
  }

  /// The object in `text` as a `Value`.
  func decode<Value: Decodable>(_ type: Value.Type, _ text: Data) throws(InputError) -> Value {
    do {
      return try JSONDecoder().decode(type, from: text)
    } catch let error as DecodingError {
      throw explained(error, text)
    } catch {
      throw unreadable(text)
    }
  }

  private func unreadable(_ text: Data) -> InputError {
    struct Anything: Decodable, Sendable {}
    let isObject = (try? JSONDecoder().decode(Named<Anything>.self, from: text)) != nil
    return mistake(
      nil, isObject ? "a number is out of range" : "the line is not a JSON object", remedy)
  }

  private func explained(_ error: DecodingError, _ text: Data) -> InputError {
    switch error {
    case .keyNotFound(let key, let context):
      return mistake(Self.path(context.codingPath + [key]), "the key is missing", remedy)
    case .valueNotFound(let type, let context), .typeMismatch(let type, let context):
      let path = Self.path(context.codingPath)
      return mistake(path, "it is not \(Self.name(of: type))", remedy)
    case .dataCorrupted(let context) where !context.codingPath.isEmpty:
      return mistake(Self.path(context.codingPath), "it is no number that can be held", remedy)
    default: return unreadable(text)
    }
  }

  private static func path(_ keys: [any CodingKey]) -> String? {
    keys.isEmpty
      ? nil
      : keys.map { $0.intValue.map(String.init) ?? $0.stringValue }
        .joined(separator: ".")
  }

  private static func name(of type: any Any.Type) -> String {
    switch type {
    case is Int.Type: "a whole number"
    case is Double.Type: "a number"
    case is Bool.Type: "true or false"
    case is String.Type: "a string"
    case is [Any].Type: "a list"
    default: "an object"
    }
  }
}

/// An object with the names of its keys, sorted.
struct Named<Value: Decodable & Sendable>: Decodable, Sendable {
  let keys: [String]
  let value: Value

  init(from decoder: any Decoder) throws {
    keys = try decoder.container(keyedBy: Key.self).allKeys.map(\.stringValue).sorted()
    value = try Value(from: decoder)
  }

  private struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}
