import Serving

/// When the scheduler looks for requests that have come in: not before so many batches of decodes,
/// and at once after prompts.
///
/// SGLang 0.5.9, `managers/scheduler_recv_skipper.py`: a batch of prompts counts a thousand, which
/// is more than any interval that is in use, and one of decodes counts one; an idle scheduler goes
/// round so quickly that it looks at once.
struct RequestPolls: Sendable {
  /// Batches of decodes from one look to the next, `--scheduler-recv-interval`.
  var interval = 1
  private var counted = 0
  /// How often sequences had joined the queue when it looked last.
  private var seen = 0

  /// Looks if it is time to, after a batch that had prompts or not; at once where nobody runs.
  mutating func look(at replica: borrowing Replica, afterPrompts: Bool) {
    guard interval > 1 else { return }
    counted += 1
    guard counted >= interval || afterPrompts || replica.running.count == 0 else { return }
    counted = 0
    seen = replica.queued
  }

  /// Whether `id`, which waits, has been looked at: it came before, or it has run already.
  func haveSeen(_ id: SequenceID, _ replica: borrowing Replica) -> Bool {
    interval <= 1 || replica.turn(of: id) < seen || replica.emittedTokens(of: id) > 0
  }

  /// Whether anybody who waits has been looked at.
  func haveSeenAny(of replica: borrowing Replica) -> Bool {
    var cursor = replica.waiting.first
    while let id = cursor {
      if haveSeen(id, replica) { return true }
      cursor = interval <= 1 ? nil : replica.waiting.next(after: id)
    }
    return false
  }
}
