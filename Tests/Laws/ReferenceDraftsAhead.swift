@testable import Serving

/// Drafts in the obvious engine where the next batch is planned while one runs, as
/// `async_scheduler.py` and `update_from_output` of vLLM 0.33 have them.
extension ReferenceEngine {
  /// Sends the batch off to start at `start`: all that it computes counts as computed at once, and
  /// places are kept for all tokens that it may bring.
  mutating func enqueueDrafts(at start: Nanoseconds) -> Queued {
    var queued = Queued(end: launch(at: start), members: batch.map(\.id), emitting: [])
    for work in batch {
      let id = work.id
      states[id].computed += work.tokens
      guard states[id].isDecoding || states[id].computed >= states[id].target else { continue }
      let drafts =
        states[id].isDecoding ? work.tokens - 1 : states[id].computed - states[id].target
      states[id].isDecoding = true
      states[id].inFlight += 1
      states[id].placeholders += 1 + drafts
      states[id].drafts = rules.speculation!.numSpeculativeTokens
      queued.emitting.append(id)
      queued.drafts.append(work.isDecode ? drafts : -drafts)
    }
    return queued
  }

  /// Applies the results of a batch that has ended.
  mutating func applyDrafts(_ queued: Queued) {
    for (id, verified) in zip(queued.emitting, queued.drafts) {
      states[id].inFlight -= 1
      // It ended with the batch before.
      if states[id].tokens.count == states[id].output { continue }
      // Places kept with a prompt are for no drafts that there were.
      let accepted =
        verified < 0
        ? 0
        : rules.speculation!.acceptance.accepted(
          of: verified, row: id, emitted: states[id].tokens.count, step: states[id].steps)
      if verified > 0 { drafts.add(drafts: verified, accepted: accepted) }
      states[id].steps += 1
      let emitted = min(accepted + 1, states[id].output - states[id].tokens.count)
      if states[id].late > 0 {
        states[id].late -= 1
        states[id].target += emitted
      } else {
        states[id].computed -= abs(verified) + 1 - emitted
        states[id].placeholders -= abs(verified) + 1
      }
      for _ in 0..<emitted { states[id].tokens.append(queued.end) }
      if states[id].tokensWhenLetGo != nil { states[id].tokensWhenLetGo! += emitted }
      guard states[id].tokens.count == states[id].output else { continue }
      running.removeAll { $0 == id }
      waiting.removeAll { $0 == id }
      free += states[id].blocks
      states[id].blocks = 0
    }
  }
}
