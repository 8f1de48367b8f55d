import Formats
import Metrics
import Studies

/// One point of a sweep as a line of JSON: a run as `RunsJSON` writes it, with the point's key
/// and a checksum of the rest before it. What a live point and one that was read back show is taken
/// from the same line.
public struct SweepRow: Sendable, Equatable {
  /// The name of the point by its content.
  public let key: String
  /// The line, without its end.
  public let line: String
  private let value: JSONValue

  /// The row of `run`, which went by `key`.
  public init(key: String, _ run: Run) {
    guard case .object(let members) = RunsJSON.value(run) else {
      preconditionFailure("a run is an object")
    }
    self.init(key, members)
  }

  /// The row of a point, which went by `key`, at which the run could not go on.
  public init(key: String, _ stopped: StoppedRun) {
    self.init(key, RunsJSON.members(stopped))
  }

  private init(_ key: String, _ members: [JSONValue.Member]) {
    let line = Self.line(key, members)
    guard let row = SweepRow(line: line) else { preconditionFailure("what is written is read") }
    self = row
  }

  /// The line of `members`, sealed.
  private static func line(_ key: String, _ members: [JSONValue.Member]) -> String {
    var checksum = Fingerprint()
    checksum.add(key)
    checksum.add(JSONValue.object(members).line())
    return JSONValue.object(
      [.init("key", .string(key)), .init("checksum", .string(checksum.text))] + members
    ).line()
  }

  /// Why the run could not go on, where it did not.
  public var stopped: String? {
    if case .string(let text)? = value["stopped"] { text } else { nil }
  }

  /// The row that `line` is, or nil if it is none, only the beginning of one, or one in which
  /// anything was changed since it was written.
  public init?(sealed line: String) {
    guard let row = SweepRow(line: line), case .object(let members) = row.value,
      Self.line(row.key, Array(members.dropFirst(2))) == line
    else { return nil }
    self = row
  }

  /// The row that `line` is, or nil if it is none, or only the beginning of one.
  public init?(line: String) {
    guard let value = JSONValue(parsing: line), case .string(let key)? = value["key"],
      value["scheduler"] != nil, value["settings"] != nil
    else { return nil }
    self.key = key
    self.line = line
    self.value = value
  }

  /// A figure by where it stands, such as `seconds`, `ttft`, `p99`.
  public func figure(_ path: String...) -> Double? { figure(path) }

  /// The same for a list of names.
  public func figure(_ path: [String]) -> Double? {
    path.reduce(value as JSONValue?) { $0?[$1] }?.real
  }

  /// Whether the service level objective was met, where there is one that judges runs.
  public var isMet: Bool? {
    if case .bool(let isMet)? = value["slo"]?["met"] { isMet } else { nil }
  }

  /// The scheduler that it is of, with its options.
  public var scheduler: String {
    if case .string(let name)? = value["scheduler"] { name } else { "" }
  }

  /// What was set for the run, in the order of the row.
  public var settings: [Run.Setting] {
    guard case .object(let members)? = value["settings"] else { return [] }
    return members.compactMap { member in
      if case .string(let text) = member.value { Run.Setting(member.name, text) } else { nil }
    }
  }

  /// All it holds but lists, by the names of CSV columns and as text.
  var fields: [(name: String, text: String)] {
    guard case .object(let members) = value else { return [] }
    return members.flatMap { member in
      switch member.name {
      case "checksum": [(name: String, text: String)]()
      case "settings": Self.fields(member.value, "")
      case "seconds": Self.latencies(member.value)
      default: Self.fields(member.value, member.name)
      }
    }
  }

  private static func fields(_ value: JSONValue, _ name: String) -> [(name: String, text: String)] {
    switch value {
    case .object(let members):
      members.flatMap { fields($0.value, name.isEmpty ? $0.name : "\(name)_\($0.name)") }
    case .array: []
    case .null: [(name, "")]
    case .bool(let value): [(name, value.description)]
    case .integer(let value): [(name, value.description)]
    case .number(let value): [(name, value.description)]
    case .string(let value): [(name, value)]
    }
  }

  private static func latencies(_ value: JSONValue) -> [(name: String, text: String)] {
    guard case .object(let members) = value else { return [] }
    return members.flatMap { metric in
      fields(metric.value, metric.name).map { ($0.name + "_seconds", $0.text) }
    }
  }
}
