import Serving

/// What a file says of a request that may wait for others.
struct Turn {
  /// The name by which others wait for it.
  var label: String?
  var session: String?
  /// The agent that sends it, by a number of its own in the file; nil for the session itself.
  var agent: Int?
  /// When it was sent; nil where the file does not say it.
  var arrival: Nanoseconds?
  /// The time from the end of what it waits for until it is sent.
  var delay: Nanoseconds?
  /// The time from its own end to the next turn.
  var pause: Nanoseconds?
  /// How long its answer took.
  var duration: Nanoseconds?
  /// The labels of those that it waits for; nil where the turn before is meant.
  var earlier: [String]?

  /// Whether it tells anything of waiting.
  var isTold: Bool { delay != nil || pause != nil || duration != nil || earlier != nil }
}

/// What is wrong with a turn, and what would be right.
struct TurnProblem: Error {
  var problem: String
  var remedy: String
}

/// Which requests of a file wait for others, found row by row.
///
/// A turn waits for the one before of its session and for those that the session's agents sent
/// meanwhile, if they had ended by then; an agent's first waits for the session's turn before.
/// Where the file says when requests were sent and how long their answers took, the time between is
/// what was thought; else it is as the file says.
struct Turns {
  /// Where a turn stands among others.
  struct Place {
    var earlier: [Int] = []
    var delay: Nanoseconds?
    /// When it is sent; nil where neither the file nor those before tell.
    var arrival: Nanoseconds?
  }

  private struct Row {
    var arrival: Nanoseconds
    var end: Nanoseconds?
    var pause: Nanoseconds?
  }

  private var rows: [Row] = []
  /// By session: its last turn, and those of its agents that no turn has waited for yet.
  private var last: [String: Int] = [:]
  private var agents: [String: [(agent: Int, row: Int)]] = [:]
  /// Negative for requests that were left out.
  private var labelled: [String: Int] = [:]
  private var isTold = false
  private var isOrdered = true
  private var found = Waits()

  /// What was found; nil where nothing was told, or turns do not stand in order of time.
  var waits: Waits? { isTold && isOrdered ? found : nil }

  /// After `count` requests that wait for nobody.
  init(after arrivals: [Nanoseconds] = []) {
    for arrival in arrivals {
      rows.append(Row(arrival: arrival))
      found.append()
    }
  }

  /// Where `turn` stands.
  func place(_ turn: Turn) throws(TurnProblem) -> Place {
    var place = Place(earlier: try earlier(than: turn))
    place.arrival = turn.arrival
    let ends = place.earlier.map { rows[$0].end }
    if place.earlier.isEmpty {
      place.delay = 0
    } else if let arrival = turn.arrival, !ends.contains(nil) {
      place.delay = max(0, arrival - ends.reduce(0) { max($0, $1 ?? 0) })
    } else {
      place.delay = turn.delay ?? (place.earlier.count == 1 ? rows[place.earlier[0]].pause : nil)
    }
    if let latest = place.earlier.map({ rows[$0].arrival }).max() {
      if place.arrival == nil { place.arrival = latest + (place.delay ?? 0) }
      if turn.earlier != nil, let arrival = turn.arrival, arrival < latest {
        throw TurnProblem(
          problem: "the request arrives before one that it waits for",
          remedy: "a time no earlier than that of any request that it waits for")
      }
    }
    return place
  }

  private func earlier(than turn: Turn) throws(TurnProblem) -> [Int] {
    if let names = turn.earlier {
      var found: [Int] = []
      for name in names {
        guard let row = labelled[name] else {
          throw TurnProblem(
            problem: "the request waits for `\(name)`, and no request before has that id",
            remedy: "ids of requests further up in the file")
        }
        if row >= 0 && !found.contains(row) { found.append(row) }
      }
      return found
    }
    guard let session = turn.session, !session.isEmpty else { return [] }
    let open = agents[session] ?? []
    if let agent = turn.agent {
      return [open.last { $0.agent == agent }?.row ?? last[session]].compactMap(\.self)
    }
    let joined = open.map(\.row).filter { row in
      guard let arrival = turn.arrival else { return true }
      return rows[row].end.map { $0 <= arrival } ?? false
    }
    return [last[session]].compactMap(\.self) + joined
  }

  /// Takes `turn`, which becomes a request, at `place`.
  mutating func keep(_ turn: Turn, _ place: Place) {
    let row = rows.count
    let arrival = place.arrival ?? 0
    rows.append(
      Row(
        arrival: arrival, end: turn.arrival.flatMap { start in turn.duration.map { start + $0 } },
        pause: turn.pause))
    found.append(after: place.earlier, delay: place.delay)
    isTold = isTold || turn.isTold
    if place.earlier.contains(where: { rows[$0].arrival > arrival }) { isOrdered = false }
    if turn.arrival == nil { found.areRecorded = false }
    if let label = turn.label { labelled[label] = row }
    guard let session = turn.session, !session.isEmpty else { return }
    if let agent = turn.agent {
      agents[session, default: []].removeAll { $0.agent == agent }
      agents[session]?.append((agent, row))
    } else {
      last[session] = row
      agents[session]?.removeAll { place.earlier.contains($0.row) }
    }
  }

  /// Passes over `turn`, which becomes no request.
  mutating func drop(_ turn: Turn) {
    if let label = turn.label { labelled[label] = -1 }
  }
}
