/// The keys of an object in a JSON file. One is looked at when it is asked for, so that what no one
/// needs is never complained of.
public struct JSONKeys: Sendable {
  /// What stands under each.
  public var values: [String: JSONValue]
  /// The file, as the user named it.
  public let source: String
  /// The line of the object, where each line of the file is one.
  public let line: Int?
  /// The keys that lead to the object, each with a full stop behind; empty for the whole file.
  public let path: String

  /// The keys of `members`, of which each is there once.
  public init(
    _ members: [JSONValue.Member] = [], source: String, line: Int? = nil, path: String = ""
  ) {
    values = Dictionary(members.map { ($0.name, $0.value) }) { first, _ in first }
    self.source = source
    self.line = line
    self.path = path
  }

  /// The keys of the object that `bytes` are, or that the file `source` is to be as `remedy` says.
  public init(_ bytes: [UInt8], source: String, remedy: String) throws(InputError) {
    func mistake(_ problem: String) -> InputError {
      InputError(source, problem: problem, remedy: remedy)
    }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) || bytes.contains(0) {
      throw InputError(source, problem: "it is not UTF-8", remedy: "save it as JSON in UTF-8")
    }
    var reader = JSONReader(bytes)
    if reader.isAtEnd { throw mistake("it is empty") }
    let value: JSONValue
    do throws(JSONFault) {
      value = try JSONValue(bytes)
    } catch {
      throw reader.error(error, source: source, remedy: remedy)
    }
    guard case .object(let members) = value else {
      throw mistake("it is \(value.kind), not a JSON object")
    }
    self.init(members, source: source)
  }

  /// Whether there is something but null under `name`.
  public func has(_ name: String) -> Bool { value(name) != nil }

  /// The value under `name`, or nil if there is none or null.
  public func value(_ name: String) -> JSONValue? {
    guard let value = values[name], value != .null else { return nil }
    return value
  }

  /// The error for a key that the file does not have.
  public func missing(_ name: String, _ meaning: String) -> InputError {
    mistake(name, "the key \(path + name) is missing", "add it: \(meaning)")
  }

  /// The error for what is under `name`.
  public func mistake(_ name: String, _ problem: String, _ remedy: String) -> InputError {
    InputError(source, line: line, column: path + name, problem: problem, remedy: remedy)
  }
}
