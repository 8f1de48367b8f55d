import Serving

/// Queues through which requests fall as they run.
struct FeedbackQueues: Sendable {
  /// Where a request stands, less for who goes first.
  struct Standing: Comparable, Sendable {
    /// Whether its prompt is being computed, for the first time or again; it goes before all others
    /// then.
    var isBegun = false
    /// Its queue, the first is 0, and its place there.
    var level = 0
    var place: Int
    /// How long it has run in this queue, and when it did last, or came.
    var time: Nanoseconds = 0
    var lastRun: Nanoseconds

    static func < (a: Standing, b: Standing) -> Bool {
      (a.isBegun ? 0 : 1, a.level, a.place) < (b.isBegun ? 0 : 1, b.level, b.place)
    }
  }

  private var standings: [RequestID: Standing] = [:]
  private var (front, back) = (0, 0)

  /// Forgets all but `requests`, and puts those of them that are new last in the first queue; the
  /// prompts of those in `begun` are being computed.
  mutating func keep(_ requests: [RequestID], at now: Nanoseconds, begun: [RequestID]) {
    var kept: [RequestID: Standing] = [:]
    for request in requests {
      kept[request] = standings[request] ?? Standing(place: back, lastRun: now)
      if standings[request] == nil { back += 1 }
      kept[request]?.isBegun = false
    }
    for request in begun { kept[request]?.isBegun = true }
    standings = kept
  }

  /// Where `request`, which is kept, stands.
  func standing(of request: RequestID) -> Standing { standings[request]! }

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
