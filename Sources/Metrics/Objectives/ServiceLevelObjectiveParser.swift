import Formats
import Serving

extension ServiceLevelObjective {
  /// The objective that `text` writes down; an error names the column, counted from 1.
  public init(parsing text: String) throws(InputError) {
    var parser = Parser(text)
    self.init(try parser.clauses())
  }
}

/// Reads an objective from left to right.
private struct Parser {
  private let text: [Character]
  private var position = 0

  init(_ text: String) { self.text = Array(text) }

  mutating func clauses() throws(InputError) -> [ServiceLevelObjective.Clause] {
    var clauses = [try clause()]
    while take(",") { clauses.append(try clause()) }
    if position < text.count {
      throw error("'\(text[position])' follows a clause", "put ',' between clauses", at: position)
    }
    return clauses
  }

  private mutating func clause() throws(InputError) -> ServiceLevelObjective.Clause {
    skipSpaces()
    let start = position
    let priority = try priority()
    let metric = try metric()
    let dot = position
    let statistic = take(".") ? try statistic() : nil
    if statistic != nil && LatencyMetric.ofRequests.contains(metric) {
      throw error(
        "\(metric.name) judges requests only", "leave the statistic out: \(metric.name)<100ms",
        at: dot)
    }
    if priority != nil && statistic != nil && metric == .tbt {
      throw error(
        "the gaps of a class are not kept apart", "leave the statistic out: tbt<100ms", at: dot)
    }
    guard take("<") else {
      throw error("there is no '<' here", "a clause reads ttft.p99<2s", at: position)
    }
    let includesLimit = take("=")
    let limit = try limit()
    let written = String(text[start..<position].filter { !$0.isWhitespace })
    skipSpaces()
    return ServiceLevelObjective.Clause(
      metric, statistic, limit: limit, includesLimit: includesLimit, priority: priority,
      description: written)
  }

  /// The class that a clause begins with, if it does.
  private mutating func priority() throws(InputError) -> Int? {
    guard String(text[position...].prefix { !"<,:".contains($0) }).contains("=") else { return nil }
    let (name, start) = word { !$0.isWhitespace && !"=:<,".contains($0) }
    guard name == "priority", take("=") else {
      throw error("there is no class '\(name)'", "a class reads priority=1:", at: start)
    }
    let (number, place) = word { $0 == "-" || ("0"..."9").contains($0) }
    guard let priority = Int(number), take(":") else {
      throw error("here is no priority", "a class reads priority=1:ttft<2s", at: place)
    }
    return priority
  }

  private mutating func metric() throws(InputError) -> LatencyMetric {
    let (name, start) = word { !$0.isWhitespace && !".<=,".contains($0) }
    guard let metric = LatencyMetric(name: name) else {
      let names = LatencyMetric.allCases.flatMap { [$0.name] + $0.aliases }
      let problem = name.isEmpty ? "there is no metric here" : "there is no metric '\(name)'"
      throw error(problem, "the metrics are \(names.joined(separator: ", "))", at: start)
    }
    return metric
  }

  private mutating func statistic() throws(InputError) -> Statistic {
    let (name, start) = word { !$0.isWhitespace && !"<=,".contains($0) }
    guard let statistic = Statistic(name: name) else {
      let problem = name.isEmpty ? "there is no statistic here" : "there is no statistic '\(name)'"
      throw error(
        problem, "the statistics are mean, max and percentiles such as p50 and p99.9", at: start)
    }
    return statistic
  }

  private mutating func limit() throws(InputError) -> Nanoseconds {
    let (number, start) = word { ("0"..."9").contains($0) || $0 == "." }
    let (unit, unitStart) = word { !$0.isWhitespace && $0 != "," }
    guard let value = Double(plain: number) else {
      let found = number + unit
      let problem = found.isEmpty ? "there is no limit here" : "'\(found)' is no limit"
      throw error(problem, "a limit is a number and a unit, such as 100ms", at: start)
    }
    guard let scale = Self.units.first(where: { $0.name == unit })?.nanoseconds else {
      let names = Self.units.map(\.name).joined(separator: ", ")
      let problem = unit.isEmpty ? "the limit has no unit" : "there is no unit '\(unit)'"
      throw error(problem, "the units are \(names)", at: unitStart)
    }
    let nanoseconds = (value * scale).rounded()
    guard nanoseconds >= 1, nanoseconds <= Double(EngineRange.time.upperBound) else {
      throw error(
        "a limit of \(number)\(unit) is out of range",
        "a limit is from 1 ns to \(Int(EngineRange.time.upperBound.seconds))s", at: start)
    }
    return Nanoseconds(nanoseconds)
  }

  private static let units: [(name: String, nanoseconds: Double)] = [
    ("s", 1e9), ("ms", 1e6), ("us", 1e3), ("min", 60e9),
  ]

  /// The characters from here on that belong to a word, and where it starts.
  private mutating func word(_ belongs: (Character) -> Bool) -> (text: String, start: Int) {
    skipSpaces()
    let start = position
    while position < text.count && belongs(text[position]) { position += 1 }
    return (String(text[start..<position]), start)
  }

  private mutating func take(_ character: Character) -> Bool {
    skipSpaces()
    guard position < text.count, text[position] == character else { return false }
    position += 1
    return true
  }

  private mutating func skipSpaces() {
    while position < text.count && text[position].isWhitespace { position += 1 }
  }

  private func error(_ problem: String, _ remedy: String, at position: Int) -> InputError {
    InputError("--slo", column: String(position + 1), problem: problem, remedy: remedy)
  }
}
