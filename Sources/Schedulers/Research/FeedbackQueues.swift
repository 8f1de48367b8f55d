import Serving

/// Queues through which requests fall as they run.
struct FeedbackQueues: Sendable {
  /// Where a request stands, less for who goes first.
  struct Standing: Sendable {
    /// Whether its prompt is being computed, for the first time or again; it goes before all others
    /// then.
    var isBegun = false
    /// Its queue, the first is 0, and its place there.
    var level = 0
    var place: Int
    /// How long it has run in this queue, and when it did last, or came.
    var time: Nanoseconds = 0
    var lastRun: Nanoseconds

    /// Less for who goes first: those whose prompts are being computed, then by queue and place.
    /// A queue whose quantum the clock can tell from that before is one of 64, and places differ by
    /// far less than 2^55.
    var key: Int { (((isBegun ? 0 : 1) << 6 | level) << 56) + place }
  }

  private var standings: [RequestID: Standing] = [:]
  private var begun: [RequestID] = []
  private var (front, back) = (0, 0)

  /// Puts those that are new in `replica` last in the first queue, and forgets who left; `served`
  /// are those that its last batch was of.
  mutating func keep(_ replica: borrowing Replica, served: [SequenceID], _ requests: [RequestID]) {
    for (sequence, request) in zip(served, requests) {
      // Nobody loses a cache between two plans, and who comes does not run yet.
      let runs = replica.isDecoding(sequence) || replica.prefilling.contains(sequence)
      if !runs || replica.request(of: sequence) != request { standings[request] = nil }
    }
    var new: [SequenceID] = []
    var cursor = replica.waiting.last
    while let id = cursor, standings[replica.request(of: id)] == nil {
      new.append(id)
      cursor = replica.waiting.previous(before: id)
    }
    if standings.count + new.count != replica.running.count + replica.waiting.count {
      // Some have gone who were not served.
      let here = replica.ranked { replica.turn(of: $0) }
      let known = standings
      standings.removeAll(keepingCapacity: true)
      for id in here { standings[replica.request(of: id)] = known[replica.request(of: id)] }
      new = here.reversed().filter { standings[replica.request(of: $0)] == nil }
    }
    for id in new.reversed() {
      standings[replica.request(of: id)] = Standing(place: back, lastRun: replica.now)
      back += 1
    }
    for request in begun { standings[request]?.isBegun = false }
    begun = replica.prefilling.map { replica.request(of: $0) }
    for request in begun { standings[request]?.isBegun = true }
  }

  /// Where `request`, which is kept, stands: less for who goes first.
  func place(of request: RequestID) -> Int { standings[request]!.key }

  /// Books that `request` has run for `time`. One that had more than the quantum of its queue
  /// becomes the first of the next whose quantum is no less than what it had, but for one whose
  /// prompt is being computed.
  mutating func book(
    _ request: RequestID, _ time: Nanoseconds, until now: Nanoseconds, quantum: Nanoseconds,
    growth: Int
  ) {
    guard var standing = standings[request] else { return }
    standing.time += time
    standing.lastRun = now
    func share() -> Double {
      (0..<standing.level).reduce(Double(quantum)) { share, _ in share * Double(growth) }
    }
    if !standing.isBegun && Double(standing.time) > share() {
      while Double(standing.time) > share() { standing.level += 1 }
      standing.time = 0
      front -= 1
      standing.place = front
    }
    standings[request] = standing
  }

  /// Makes those of `requests` the first of the first queue that have not run since `time`.
  mutating func promote(_ requests: [RequestID], waitingSince time: Nanoseconds) {
    for request in requests where standings[request]!.lastRun <= time {
      front -= 1
      standings[request]!.level = 0
      standings[request]!.time = 0
      standings[request]!.place = front
    }
  }
}
