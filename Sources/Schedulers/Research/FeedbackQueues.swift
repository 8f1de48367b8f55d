import Serving

/// Queues through which requests fall as they run.
struct FeedbackQueues: Sendable {
  /// Where a request stands, less for who goes first.
  struct Standing: Comparable, Sendable {
    /// Its queue, the first is 0, and its place there.
    var level = 0
    var place: Int
    /// How long it has run in this queue, and when it did last, or came.
    var time: Nanoseconds = 0
    var lastRun: Nanoseconds

    static func < (a: Standing, b: Standing) -> Bool {
      (a.level, a.place) < (b.level, b.place)
    }
  }

  private var standings: [RequestID: Standing] = [:]
  private var (front, back) = (0, 0)

  /// Forgets all but `requests`, and puts those of them that are new last in the first queue.
  mutating func keep(_ requests: [RequestID], at now: Nanoseconds) {
    var kept: [RequestID: Standing] = [:]
    for request in requests {
      if let standing = standings[request] {
        kept[request] = standing
      } else {
        kept[request] = Standing(place: back, lastRun: now)
        back += 1
      }
    }
    standings = kept
  }

  /// Where `request`, which is kept, stands.
  func standing(of request: RequestID) -> Standing { standings[request]! }

  /// Books that `request` has run for `time`; one that had more than the quantum of its queue
  /// becomes the first of the next.
  mutating func book(
    _ request: RequestID, _ time: Nanoseconds, until now: Nanoseconds, quantum: Nanoseconds,
    growth: Int
  ) {
    guard var standing = standings[request] else { return }
    standing.time += time
    standing.lastRun = now
    let share = (0..<standing.level).reduce(1.0) { share, _ in share * Double(growth) }
    if Double(standing.time) > Double(quantum) * share {
      standing.level += 1
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
