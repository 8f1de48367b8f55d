/// For how long clients wait for an answer, whose patience ends next, and who sends again.
///
/// All wait equally long, and equally long before they send again, so that those who sent first
/// stop first: one cursor over what was sent, and one over what is to be sent again.
struct Deadlines: Sendable {
  /// The time from sending a request to giving it up; `never` where all wait for ever.
  let timeout: Nanoseconds
  /// Nil where clients give up for good.
  let retries: Retries?
  /// The requests in the order in which they were sent, when each was, and its slot on the replica
  /// that has it; nil where that refused it.
  private var sent: [Sent] = []
  /// The first of them that may still be waited for.
  private var cursor = 0
  /// By row, how often requests were sent again, where some are.
  private var again: [Int]
  /// Requests that are to be sent again and when, and how many of them were.
  private var waiting: [(request: RequestID, time: Nanoseconds)] = []
  private(set) var resent = 0

  private struct Sent: Sendable {
    var request: RequestID
    var time: Nanoseconds
    var slot: SequenceID?
    /// How often it was sent before.
    var tries: Int
  }

  init(_ timeout: Nanoseconds, _ retries: Retries?, requests: Int) {
    self.timeout = timeout
    self.retries = retries
    again = retries == nil ? [] : Array(repeating: 0, count: requests)
  }

  /// Notes that `request` is sent at `now`.
  mutating func send(_ request: RequestID, _ slot: SequenceID?, at now: Nanoseconds) {
    if timeout == Simulation.never { return }
    sent.append(Sent(request: request, time: now, slot: slot, tries: tries(of: request)))
  }

  /// When a client stops waiting, or sends again; `never` where none does.
  mutating func next(_ records: [RequestRecord]) -> Nanoseconds {
    let retry = resent < waiting.count ? waiting[resent].time : Simulation.never
    return min(nextTimeOut(records), retry)
  }

  private func tries(of request: RequestID) -> Int { again.isEmpty ? 0 : again[request.index] }

  /// Whether nobody waits for what was sent: it is answered, refused or lost, or sent again since.
  private func isOver(_ one: Sent, _ records: [RequestRecord]) -> Bool {
    let record = records[one.request.index]
    return one.slot == nil || record.isCompleted || record.isLost
      || one.tries != tries(of: one.request)
  }

  /// Goes past requests that are answered or refused; returns when the client of the first other
  /// one stops waiting, `never` where none is under way.
  mutating func nextTimeOut(_ records: [RequestRecord]) -> Nanoseconds {
    while cursor < sent.count, isOver(sent[cursor], records) { cursor += 1 }
    return cursor < sent.count ? sent[cursor].time + timeout : Simulation.never
  }

  /// Takes the first request, whose client stops waiting.
  mutating func pop() -> (RequestID, SequenceID?) {
    defer { cursor += 1 }
    return (sent[cursor].request, sent[cursor].slot)
  }

  /// Whether `request`, which its client gives up at `now`, is sent again.
  mutating func isSentAgain(_ request: RequestID, after now: Nanoseconds) -> Bool {
    guard let retries, again[request.index] < retries.count else { return false }
    again[request.index] += 1
    waiting.append((request, now + retries.delay))
    return true
  }

  /// Takes a request that is sent again by `now`, if one is.
  mutating func popAgain(by now: Nanoseconds) -> RequestID? {
    guard resent < waiting.count, waiting[resent].time <= now else { return nil }
    defer { resent += 1 }
    return waiting[resent].request
  }
}
