import Formats
import Serving

/// How many requests of a class attain an objective.
public struct ClassAttainment: Sendable, Equatable {
  /// The class, by the priority of its requests; lower ones are more urgent.
  public var priority: Int
  /// Its requests, refused ones included; at least one.
  public var requests: Int
  /// Those that attain the objective.
  public var attaining: Int

  public init(priority: Int, requests: Int, attaining: Int) {
    (self.priority, self.requests, self.attaining) = (priority, requests, attaining)
  }

  /// The share of its requests that attain it.
  public var attainment: Double { Double(attaining) / Double(requests) }

  /// What columns call its attainment.
  public var name: String { "priority \(priority)" }

  /// The attainment by name.
  var value: NamedValue {
    NamedValue("slo", "attainment_priority_\(priority)", .real(attainment))
  }

  /// The class as a JSON object.
  var json: JSONValue {
    .object([
      .init("priority", .integer(priority)), .init("requests", .integer(requests)),
      .init("attaining_requests", .integer(attaining)), .init("attainment", .number(attainment)),
    ])
  }

  /// The class that `json` is, as it is written; nil where it is anything else.
  init?(json: JSONValue) {
    guard let priority = json["priority"]?.whole, let requests = json["requests"]?.whole,
      let attaining = json["attaining_requests"]?.whole
    else { return nil }
    self.init(priority: priority, requests: requests, attaining: attaining)
  }
}

extension ServiceLevelObjective {
  /// The classes of `trace`, the most urgent first; none where no clause is of a class.
  func classes(_ trace: Trace, _ records: [RequestRecord]) -> [ClassAttainment] {
    guard !priorities.isEmpty, let priorities = trace.columns.priorities else { return [] }
    var classes: [Int: ClassAttainment] = [:]
    for (row, priority) in priorities.enumerated() {
      classes[priority, default: .init(priority: priority, requests: 0, attaining: 0)].requests += 1
      if isAttained(by: records[row], of: trace.requests[row], priority) {
        classes[priority]?.attaining += 1
      }
    }
    return classes.values.sorted { $0.priority < $1.priority }
  }
}
