@testable import Serving

/// Asynchronous scheduling in the obvious engine: a queue of two batches, whose results are applied
/// when they end, as `step_with_batch_queue` of vLLM does.
extension ReferenceEngine {
  /// A batch on its way: when it ends and who gets a token then.
  struct Queued {
    var end: Nanoseconds
    var members: [Int]
    var emitting: [Int]
    /// The drafts that each of those verifies.
    var drafts: [Int] = []
  }

  /// Serves every request; false if it stalls.
  mutating func runAhead() -> Bool {
    var now = 0
    var arrived = 0
    var queue: [Queued] = []
    while true {
      while arrived < requests.count && requests[arrived].arrival <= now {
        if rules.canServe(requests[arrived]) { waiting.append(arrived) }
        arrived += 1
      }
      letGo(at: now)
      while queue.count < 2 && !isIdle {
        plan += 1
        evicted = []
        batch = []
        policy.plan(&self)
        if !batch.isEmpty {
          let start = queue.last?.end ?? now
          queue.append(
            rules.speculation == nil ? enqueue(at: start) : enqueueDrafts(at: start))
          continue
        }
        evictedBefore += evicted.count
        if !queue.isEmpty { break }
        if evicted.isEmpty { return false }
      }
      if !queue.isEmpty {
        let first = queue.removeFirst()
        now = first.end
        if rules.speculation == nil { apply(first) } else { applyDrafts(first) }
      } else if isIdle {
        guard arrived < requests.count else { return true }
        now = requests[arrived].arrival
        idled = true
      }
    }
  }

  /// Sends the batch off to start at `start`: what it computes counts as computed at once.
  mutating func enqueue(at start: Nanoseconds) -> Queued {
    var queued = Queued(end: launch(at: start), members: batch.map(\.id), emitting: [])
    for work in batch {
      states[work.id].computed += work.tokens
      if states[work.id].isDecoding || states[work.id].computed == states[work.id].target {
        states[work.id].isDecoding = true
        states[work.id].inFlight += 1
        queued.emitting.append(work.id)
      }
    }
    return queued
  }

  /// Applies the results of a batch that has ended; a token that comes after its sequence lost its
  /// cache is computed again with the others.
  mutating func apply(_ queued: Queued) {
    defer {
      land(queued.emitting, done: queued.emitting.filter { !(running + waiting).contains($0) })
    }
    for id in queued.emitting {
      states[id].inFlight -= 1
      if states[id].late > 0 && rules.outputs.dropsLateTokens {
        states[id].late -= 1
        continue
      }
      states[id].tokens.append(queued.end)
      if states[id].late > 0 {
        states[id].late -= 1
        states[id].target += 1
      }
      guard states[id].tokens.count == states[id].output else { continue }
      running.removeAll { $0 == id }
      waiting.removeAll { $0 == id }
      if keepsForReading(id) { continue }
      free += states[id].blocks
      states[id].blocks = 0
    }
  }
}
