import Formats
import Serving

/// SGLang's scheduler: prompts go first, in chunks up to a budget, and all decodes wait for them;
/// admission reckons with what answers will still take, a guess that falls as long as it holds.
///
/// SGLang 0.5.23, `srt/managers/scheduler.py` (`get_next_batch_to_run`) and `schedule_policy.py`.
/// Where the guess was too low, decodes lose their caches; a radix cache (Zheng et al., NeurIPS
/// 2024) keeps what was computed. Clients are taken to ask for as many tokens as the trace says
/// that they get; the smaller priority is the more urgent, as everywhere here. The cap on running
/// requests is the least that SGLang takes by itself, whatever memory holds, and memory is what
/// `--gpu-memory-utilization` says, for which SGLang has `--mem-fraction-static`. Models whose
/// layers keep different tokens are served without the radix cache.
struct SGLang: Scheduler {
  /// Who of those that wait goes first.
  enum Policy: Sendable {
    case arrival, longestPrefix, weight, longestAnswer, responseRatio, shortestPrefill

    /// Whether it goes by what is in the radix cache.
    var readsCache: Bool { ![.arrival, .longestAnswer].contains(self) }
  }

  var policy = Policy.arrival
  /// Tokens of prompts after which a batch admits nobody more.
  var maxPrefillTokens = 16_384
  /// Prompts of one batch, and batches without prompts after one that had some; 0 for no rule.
  var prefillMaxRequests = 0
  var prefillDecodeInterval = 0
  /// Whether decodes share the batches of prompts.
  var mixes = false
  /// Whether answers never end before the tokens that were asked for.
  var ignoresEnd = false
  /// Whether priorities count, and by how much one has to be more urgent to take another's cache.
  var hasPriorities = false
  var preemptionThreshold = 10
  var ratio = NewTokenRatio()
  var polls = RequestPolls()

  /// Whether nobody is admitted until someone has left.
  var isFull = false
  /// Batches that prompts still have to wait for.
  private var hold = 0
  /// What the batch before was.
  private var last = Kind.decodes
  /// Whether nobody was decoding when it was formed.
  private var wasEmpty = true
  private var departures = 0
  private var idleArrivals = 0
  /// Passes in which the queue was to be put in order.
  var passes = 0
  var aging = TokenAging()
  /// Tokens that were in the cache of those who waited when the queue was put in order last.
  var hits: [SequenceID: Int] = [:]
  /// Tokens that requests had when they were looked at last, and how many were in the cache; kept
  /// where priorities count.
  var seen: [RequestID: (length: Int, prefix: Int)] = [:]

  private enum Kind: Sendable { case prompts, mixed, decodes }

  mutating func plan(_ replica: inout Replica) {
    polls.look(at: replica, afterPrompts: last != .decodes)
    begin(&replica)
    let waits = hold > 0 && replica.running.count > replica.prefilling.count
    hold = waits ? hold - 1 : 0
    if waits || !prefill(&replica) { decode(&replica) }
    end(replica)
  }

  /// Enters what is computed of the prompt that is cut, and sees who has left since.
  private mutating func begin(_ replica: inout Replica) {
    if let cut = replica.prefilling.first { replica.keepPrefix(of: cut) }
    if replica.idleArrivals != idleArrivals { ratio.reset() }
    idleArrivals = replica.idleArrivals
    let hadPrompts = last != .decodes
    if replica.departures != departures || hadPrompts && !replica.prefilling.isEmpty
      || hadPrompts && wasEmpty
    {
      isFull = false
    }
    departures = replica.departures
    aging.note(replica)
  }

  private mutating func end(_ replica: borrowing Replica) {
    let prompts = replica.batch.chunks.count
    let decodes = replica.plannedDecodes
    last = prompts == 0 ? .decodes : decodes > 0 ? .mixed : .prompts
    wasEmpty = decodes > 0 || replica.running.count == replica.prefilling.count
    if prompts > 0 { hold = prefillDecodeInterval }
    aging.book(replica, mergesIntoEmpty: wasEmpty)
  }
}
