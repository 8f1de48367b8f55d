/// A value of a model's JSON file.
indirect enum ConfigValue: Sendable, Equatable {
  case null
  case bool(Bool)
  /// A number without a fraction, `4096.0` too.
  case whole(Int)
  /// Any other number; not finite where Python wrote `NaN` or `Infinity`.
  case number(Double)
  case text(String)
  case list([ConfigValue])
  case object([String: ConfigValue])

  /// What it is, in words.
  var kind: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .whole(let value): "\(value)"
    case .number(let value): "\(value)"
    case .text: "a text"
    case .list: "a list"
    case .object: "an object"
    }
  }
}
