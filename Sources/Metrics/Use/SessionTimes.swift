import Serving

/// How long sessions took whose requests wait for each other: turns, branches and what joins them.
///
/// A session is the requests that its source gives one name to, and those that wait for each other.
public struct SessionTimes: Sendable, Equatable {
  /// Sessions, and those of them of which every request was answered.
  public var count: Int
  public var completed: Int
  /// From the first request of each of these to the end of its last answer, in seconds; nil where
  /// there are none.
  public var completion: Distribution?
  /// The part of that time in which at least one answer was under way, from 0 to 1; the rest was
  /// thought, or spent on tools.
  public var answeringShare: Double

  /// The sessions of `trace`; nil where no request waits for another.
  public init?(trace: Trace, timeline: Timeline) {
    guard let waits = trace.columns.waits else { return nil }
    var (isWhole, times): ([Bool], [Double]) = ([], [])
    var answering = 0.0
    for rows in Self.sessions(of: trace, waits) {
      isWhole.append(rows.allSatisfy { timeline.records[$0].isCompleted })
      if isWhole[isWhole.count - 1] == false { continue }
      let spans = rows.map { (trace.requests[$0].arrival, timeline.records[$0].finish) }
      let end = spans.reduce(0) { max($0, $1.1) }
      times.append(Double(end - spans[0].0))
      answering += Double(Self.covered(spans))
    }
    count = isWhole.count
    completed = times.count
    completion = Distribution(nanoseconds: times)
    let all = times.reduce(0, +)
    answeringShare = all > 0 ? answering / all : 0
  }

  /// The rows of each session in order, the session that begins first before the others.
  private static func sessions(of trace: Trace, _ waits: Waits) -> [[Int]] {
    // The earliest row that each is known to belong with.
    var heads = Array(trace.requests.indices)
    func head(_ row: Int) -> Int {
      var row = row
      while heads[row] != row {
        heads[row] = heads[heads[row]]
        row = heads[row]
      }
      return row
    }
    func join(_ a: Int, _ b: Int) {
      let (a, b) = (head(a), head(b))
      heads[max(a, b)] = min(a, b)
    }
    var named: [String: Int] = [:]
    var belongs = Array(repeating: false, count: trace.count)
    for row in trace.requests.indices {
      for earlier in waits[row] {
        join(row, Int(earlier))
        belongs[row] = true
        belongs[Int(earlier)] = true
      }
      guard let name = trace.columns.sessions?[row], !name.isEmpty else { continue }
      belongs[row] = true
      if let first = named[name] { join(row, first) } else { named[name] = row }
    }
    var places: [Int: Int] = [:]
    var sessions: [[Int]] = []
    for row in trace.requests.indices where belongs[row] {
      let head = head(row)
      if let place = places[head] {
        sessions[place].append(row)
      } else {
        places[head] = sessions.count
        sessions.append([row])
      }
    }
    return sessions
  }

  /// The time that `spans`, in the order of their starts, cover together.
  static func covered(_ spans: [(Nanoseconds, Nanoseconds)]) -> Nanoseconds {
    var (sum, end) = (0, 0)
    for span in spans {
      sum += max(0, span.1 - max(end, span.0))
      end = max(end, span.1)
    }
    return sum
  }

  /// The figures by name, in the order in which reports show them.
  public var values: [NamedValue] {
    [
      NamedValue("sessions", "total", .count(count)),
      NamedValue("sessions", "completed", .count(completed)),
    ]
      + Statistic.standard.map { statistic in
        NamedValue(
          "sessions", "completion_\(statistic.name)_seconds", unit: "s",
          NamedValue.Value(completion.flatMap { $0[statistic] }))
      } + [NamedValue("sessions", "answering_share", .real(answeringShare))]
  }
}
