import Formats
import Serving

/// The keys of an object in a model's file. One is looked at when it is asked for, so that what no
/// one needs is never complained of.
struct ConfigKeys: Sendable {
  var values: [String: ConfigValue]
  let source: String
  /// The keys that lead to the object, each with a full stop behind; empty for the whole file.
  var path = ""

  /// Whether there is something but null under `name`.
  func has(_ name: String) -> Bool { value(name) != nil }

  /// The value under `name`, or nil if there is none or null.
  func value(_ name: String) -> ConfigValue? {
    guard let value = values[name], value != .null else { return nil }
    return value
  }

  /// The whole number under the first of `names` that there is, which must be in `range`.
  func optionalCount(
    _ names: String..., in range: ClosedRange<Int>, _ meaning: String
  ) throws(InputError) -> Int? {
    try optionalCount(names, in: range, meaning)
  }

  /// The same of a count that every such file has.
  func count(
    _ names: String..., in range: ClosedRange<Int>, _ meaning: String
  ) throws(InputError) -> Int {
    if let count = try optionalCount(names, in: range, meaning) { return count }
    throw missing(names[0], meaning)
  }

  private func optionalCount(
    _ names: [String], in range: ClosedRange<Int>, _ meaning: String
  ) throws(InputError) -> Int? {
    guard let name = names.first(where: has), let value = value(name) else { return nil }
    return try count(value, name, range, meaning)
  }

  /// The whole numbers under `name`.
  func counts(
    _ name: String, in range: ClosedRange<Int>, _ meaning: String
  ) throws(InputError) -> [Int]? {
    var counts: [Int]?
    for value in try list(name, "a list of whole numbers") ?? [] {
      counts = try (counts ?? []) + [count(value, name, range, meaning)]
    }
    return counts ?? (has(name) ? [] : nil)
  }

  private func count(
    _ value: ConfigValue, _ name: String, _ range: ClosedRange<Int>, _ meaning: String
  ) throws(InputError) -> Int {
    if case .whole(let count) = value, range.contains(count) { return count }
    switch value {
    case .whole, .number:
      throw mistake(
        name, "\(value.kind) is not a whole number from \(range.lowerBound) to \(range.upperBound)",
        "give \(meaning)")
    default: throw mistake(name, "it is \(value.kind), not a whole number", "give \(meaning)")
    }
  }

  func flag(_ name: String) throws(InputError) -> Bool? {
    switch value(name) {
    case nil: return nil
    case .bool(let flag): return flag
    case let value?: throw mistake(name, "it is \(value.kind)", "use true or false")
    }
  }

  func text(_ name: String) throws(InputError) -> String? {
    switch value(name) {
    case nil: return nil
    case .text(let text): return text
    case let value?: throw mistake(name, "it is \(value.kind), not a text", "put a text in quotes")
    }
  }

  func texts(_ name: String) throws(InputError) -> [String]? {
    guard let values = try list(name, "a list of texts") else { return nil }
    var texts: [String] = []
    for value in values {
      guard case .text(let text) = value else {
        throw mistake(name, "\(value.kind) stands in it", "use a list of texts")
      }
      texts.append(text)
    }
    return texts
  }

  func object(_ name: String) throws(InputError) -> ConfigKeys? {
    switch value(name) {
    case nil: return nil
    case .object(let values):
      return ConfigKeys(values: values, source: source, path: path + name + ".")
    case let value?: throw mistake(name, "it is \(value.kind), not an object", "use an object")
    }
  }

  private func list(_ name: String, _ kind: String) throws(InputError) -> [ConfigValue]? {
    switch value(name) {
    case nil: return nil
    case .list(let values): return values
    case let value?: throw mistake(name, "it is \(value.kind), not \(kind)", "use \(kind)")
    }
  }

  /// The error for a key that the file does not have.
  func missing(_ name: String, _ meaning: String) -> InputError {
    mistake(name, "the key \(path + name) is missing", "add it: \(meaning)")
  }

  /// The error for what is under `name`.
  func mistake(_ name: String, _ problem: String, _ remedy: String) -> InputError {
    InputError(source, column: path + name, problem: problem, remedy: remedy)
  }
}
