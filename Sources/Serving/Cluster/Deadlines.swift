/// For how long clients wait for an answer, and whose patience ends next.
///
/// All wait equally long, so that those who sent first stop first: one cursor over the rows.
struct Deadlines: Sendable {
  /// The time from sending a request to giving it up.
  let timeout: Nanoseconds
  /// The slot of each request that was sent, on the replica that has it; nil where that refused it.
  var slots: [SequenceID?] = []
  /// The first request that may still be waited for.
  private(set) var cursor = 0

  init(_ timeout: Nanoseconds) { self.timeout = timeout }

  /// Goes past requests that are answered or refused; returns when the client of the first other
  /// one stops waiting, `never` where none is under way.
  mutating func next(_ requests: [Request], _ records: [RequestRecord]) -> Nanoseconds {
    while cursor < slots.count, slots[cursor] == nil || records[cursor].isCompleted { cursor += 1 }
    return cursor < slots.count ? requests[cursor].arrival + timeout : Simulation.never
  }

  /// Takes the first request, whose client stops waiting.
  mutating func pop() -> (RequestID, SequenceID?) {
    defer { cursor += 1 }
    return (RequestID(cursor), slots[cursor])
  }
}
