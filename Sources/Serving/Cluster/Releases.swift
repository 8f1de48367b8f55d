/// When the requests of a trace are sent, of which some wait for others to end.
struct Releases: Sendable {
  /// By row: when it is sent; `never` while that is not known, and once it was.
  private var times: MinimumTree<Nanoseconds>
  /// By row: how many of those that it waits for have not ended.
  private var missing: [Int32]
  /// Who waits for each row, and where each list ends.
  private var followers: [Int32] = []
  private var ends: [Int]
  private let waits: Waits
  /// How many more may be under way; negative where any number may.
  private var room: Int

  /// - Parameters:
  ///   - trace: where requests that wait do so for earlier ones, and with a delay.
  ///   - limit: how many are under way at once, at most; nil for any number.
  init(_ trace: Trace, limit: Int?) {
    let requests = trace.requests
    var waits = trace.columns.waits ?? Waits()
    while waits.count < requests.count { waits.append() }
    precondition(waits.unknown == 0, "those who wait know for how long")
    self.waits = waits
    room = limit ?? -1
    times = MinimumTree(Simulation.never, count: requests.count)
    missing = (0..<waits.count).map { Int32(waits[$0].count) }
    var counts = Array(repeating: 0, count: requests.count)
    for row in requests.indices {
      for earlier in waits[row] {
        precondition(earlier < row, "requests wait for earlier ones")
        counts[Int(earlier)] += 1
      }
      if missing[row] == 0 { times[row] = requests[row].arrival }
    }
    var places = [0]
    for count in counts { places.append(places[places.count - 1] + count) }
    ends = Array(places.dropFirst())
    followers = Array(repeating: 0, count: places[places.count - 1])
    for row in requests.indices {
      for earlier in waits[row] {
        followers[places[Int(earlier)]] = Int32(row)
        places[Int(earlier)] += 1
      }
    }
  }

  /// When the next request is sent, at the earliest; `never` while no more may be under way.
  var next: Nanoseconds { room == 0 ? Simulation.never : times.least }

  /// Takes the request that is sent next; of those at one instant, the lowest row.
  mutating func take() -> Int {
    let row = times.place
    times[row] = Simulation.never
    if room > 0 { room -= 1 }
    return row
  }

  /// Lets those go that waited for nothing but `row`, which ends at `now`.
  mutating func end(of row: Int, at now: Nanoseconds) {
    if room >= 0 { room += 1 }
    for place in (row == 0 ? 0 : ends[row - 1])..<ends[row] {
      let follower = Int(followers[place])
      missing[follower] -= 1
      if missing[follower] == 0 { times[follower] = now + (waits.delay(of: follower) ?? 0) }
    }
  }
}
