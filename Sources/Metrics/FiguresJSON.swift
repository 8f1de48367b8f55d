import Formats

extension [NamedValue] {
  /// The figures as members of a JSON object: an object per section, those of latencies in one
  /// called `seconds`, where a latency that no request has is null.
  public var json: [JSONValue.Member] {
    let latencies = LatencyMetric.ofRuns.map(\.key)
    var members: [JSONValue.Member] = []
    for (section, values) in bySection {
      guard latencies.contains(section) else {
        members.append(.init(section, .object(values.map { .init($0.name, $0.value.json) })))
        continue
      }
      let statistics = values.map { value in
        JSONValue.Member(
          String(value.name.dropLast(NamedValue.secondsSuffix.count)), value.value.json)
      }
      let isMissing = values.allSatisfy { $0.value == .missing }
      let latency = JSONValue.Member(section, isMissing ? .null : .object(statistics))
      if let last = members.last, last.name == "seconds", case .object(let others) = last.value {
        members[members.count - 1].value = .object(others + [latency])
      } else {
        members.append(.init("seconds", .object([latency])))
      }
    }
    return members
  }

  /// The figures that `members` are, as `json` writes them, without their units; nil where they are
  /// anything else.
  public init?(json members: [JSONValue.Member]) {
    self = []
    for section in members {
      guard case .object(let figures) = section.value else { return nil }
      for figure in figures {
        if section.name == "seconds" {
          guard let latency = Self.latency(figure) else { return nil }
          self += latency
        } else {
          guard let value = NamedValue.Value(json: figure.value) else { return nil }
          append(NamedValue(section.name, figure.name, value))
        }
      }
    }
  }

  private static func latency(_ member: JSONValue.Member) -> [NamedValue]? {
    let statistics: [JSONValue.Member]
    switch member.value {
    case .null: statistics = Statistic.standard.map { .init($0.name, .null) }
    case .object(let members): statistics = members
    default: return nil
    }
    var values: [NamedValue] = []
    for statistic in statistics {
      guard let value = NamedValue.Value(json: statistic.value) else { return nil }
      values.append(NamedValue(member.name, statistic.name + NamedValue.secondsSuffix, value))
    }
    return values
  }

  /// The figures of each section, those that follow one another in one.
  private var bySection: [(section: String, values: [NamedValue])] {
    reduce(into: []) { sections, value in
      if sections.last?.section != value.section { sections.append((value.section, [])) }
      sections[sections.count - 1].values.append(value)
    }
  }
}

extension NamedValue {
  /// What the names of latencies' statistics end in.
  fileprivate static let secondsSuffix = "_seconds"
}

extension NamedValue.Value {
  /// The figure in JSON.
  var json: JSONValue {
    switch self {
    case .count(let count): .integer(count)
    case .real(let real): .number(real)
    case .missing: .null
    }
  }

  fileprivate init?(json: JSONValue) {
    switch json {
    case .integer(let count): self = .count(count)
    case .number(let real): self = .real(real)
    case .null: self = .missing
    case .bool, .string, .array, .object: return nil
    }
  }
}

extension [Run.Setting] {
  /// The settings as a JSON object.
  public var json: JSONValue { .object(map { .init($0.name, .string($0.value)) }) }

  /// The settings that `json` is, as it is written; nil where it is anything else.
  public init?(json: JSONValue) {
    guard case .object(let members) = json else { return nil }
    self = []
    for member in members {
      guard case .string(let text) = member.value else { return nil }
      append(Run.Setting(member.name, text))
    }
  }
}

extension Verdict {
  /// The verdict as a JSON object.
  public var json: JSONValue {
    let head: [JSONValue.Member] = [
      .init("objective", .string(objective)), .init("met", JSONValue(isMet)),
      .init("clauses", .array(clauses.map(\.json))),
    ]
    return .object(
      head + valuesOfAll.map { .init($0.name, $0.value.json) }
        + (classes.isEmpty ? [] : [.init("classes", .array(classes.map(\.json)))])
        + [.init("load", JSONValue(load))])
  }

  /// The verdict that `json` is, as it is written; nil where it is anything else.
  public init?(json: JSONValue) {
    guard case .string(let text)? = json["objective"],
      let objective = try? ServiceLevelObjective(parsing: text),
      case .array(let judged)? = json["clauses"], judged.count == objective.clauses.count,
      let attaining = json["attaining_requests"]?.whole,
      let goodput = json["goodput_requests_per_second"]?.real
    else { return nil }
    let classes: [JSONValue] =
      if case .array(let values)? = json["classes"] { values } else { [] }
    self.init(
      clauses: zip(objective.clauses, judged).map { clause, json in
        ClauseVerdict(
          clause: clause, valueSeconds: json["value_seconds"]?.real,
          isMet: json["met"] == .null ? nil : json["met"] == .bool(true))
      }, attaining: attaining, attainment: json["attainment"]?.real, goodputPerSecond: goodput,
      classes: classes.compactMap(ClassAttainment.init), load: json["load"]?.real)
  }
}

extension Verdict.ClauseVerdict {
  fileprivate var json: JSONValue {
    .object([
      .init("clause", .string(clause.description)),
      .init("limit_seconds", .number(clause.limit.seconds)),
      .init("value_seconds", JSONValue(valueSeconds)), .init("met", JSONValue(isMet)),
    ])
  }
}
