/// Watches for a replica that goes round in circles: caches are taken and computed again, and no
/// token ever comes out of it.
///
/// Nothing is looked at before many evictions have come to nothing; from then on, states are
/// compared with one that is kept for ever longer (Brent's way of finding a cycle). What cannot be
/// seen, as the order of free blocks, may still change, so one return alone proves nothing.
struct Circle: Sendable {
  /// What decides how a replica goes on: requests, the tokens that those running have in the cache
  /// or on the way there, and batches in flight.
  struct State: Sendable, Equatable {
    var running: [RequestID]
    var contexts: [Int]
    var waiting: [RequestID]
    var swapped: Int
    var flights: Int
  }

  /// Plans that took caches since a token came out or a request came in.
  private var plans = 0
  private var kept: State?
  /// How often the replica has come back to the state that is kept.
  private var returns = 0
  private static let patience = 64
  private static let returnsThatProve = 16

  /// Whether so many plans have come to nothing that it is worth a closer look.
  var isSuspected: Bool { plans >= Self.patience }

  /// A plan took caches.
  mutating func noteEvictions() { plans += 1 }

  /// A token came out, or a request came in: there is no circle.
  @inline(__always)
  mutating func end() {
    if plans == 0 { return }
    plans = 0
    kept = nil
  }

  /// Whether `state` shows that nothing will ever come of it.
  mutating func closes(at state: State) -> Bool {
    if kept == state {
      returns += 1
    } else if kept == nil || plans & (plans - 1) == 0 {
      kept = state
      returns = 0
    }
    return returns >= Self.returnsThatProve
  }
}

extension Replica {
  /// Counts the sequences that the plan took the cache from; throws where this goes round in
  /// circles.
  mutating func noteEvictions(
    _ index: Int, at now: Nanoseconds, _ timeline: inout Timeline
  ) throws(RunError) {
    evictions += preempted.count
    timeline.deadlockedSteps += hangs
    hangs = 0
    circle.noteEvictions()
    if circle.isSuspected && circle.closes(at: state) {
      throw .stall(Stall(self, index: index, at: now, reason: .goesInCircles))
    }
  }

  /// What of the replica decides how it goes on, as far as anyone can see.
  private var state: Circle.State {
    let runs = running.all
    return Circle.State(
      running: runs.map { sequences[$0].request },
      contexts: runs.map { sequences[$0].context + sequences[$0].inFlight },
      waiting: waiting.all.map { sequences[$0].request }, swapped: swapped.count,
      flights: flights.count)
  }
}
