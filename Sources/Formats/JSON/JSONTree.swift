extension JSONValue {
  /// The value that `text` is, whole and in JSON, or nil if it is none.
  public init?(parsing text: String) {
    guard let value = try? JSONValue(Array(text.utf8)) else { return nil }
    self = value
  }

  /// The value that `bytes` are, whole and in JSON.
  public init(_ bytes: [UInt8]) throws(JSONFault) {
    var reader = JSONReader(bytes)
    self = try reader.value()
    if !reader.isAtEnd { throw reader.fault("something follows the JSON") }
  }

  /// The member called `name` of an object.
  public subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// The number that it is, whole or not.
  public var real: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .null, .bool, .string, .array, .object: nil
    }
  }

  /// What it is, in words.
  public var kind: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): "\(value)"
    case .number(let value): whole.map { "\($0)" } ?? "\(value)"
    case .string: "a text"
    case .array: "a list"
    case .object: "an object"
    }
  }

  /// The whole number that it is, `4096.0` too.
  public var whole: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    case .null, .bool, .string, .array, .object: nil
    }
  }
}

extension JSONReader {
  /// The next value, with all that is in it. A key that stands twice in an object is a fault.
  public mutating func value() throws(JSONFault) -> JSONValue {
    switch try kind() {
    case .object:
      try enter()
      return .object(try members())
    case .array:
      var values: [JSONValue] = []
      try enter()
      while try nextElement() { values.append(try value()) }
      return .array(values)
    case .string:
      let start = position
      if let text = try string() { return .string(text) }
      throw JSONFault(position: start, problem: Self.noText)
    case .number:
      let text = String(decoding: bytes[try number()], as: UTF8.self)
      return Int(text).map { .integer($0) } ?? .number(Double(text) ?? .nan)
    case .bool: return .bool(word() == UInt8(ascii: "t"))
    case .null:
      _ = word()
      return .null
    case .notFinite:
      let first = word()
      if first == UInt8(ascii: "N") { return .number(.nan) }
      return .number(first == .minus ? -.infinity : .infinity)
    }
  }

  /// The members of the object around the position, to its end.
  mutating func members() throws(JSONFault) -> [JSONValue.Member] {
    var members: [JSONValue.Member] = []
    var names: Set<String> = []
    while let key = try nextKey() {
      let name = try name(of: key)
      if !names.insert(name).inserted {
        throw fault("the key \(shortened(name)) stands twice in an object")
      }
      members.append(.init(name, try value()))
    }
    return members
  }
}
