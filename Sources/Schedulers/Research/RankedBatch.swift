import Formats
import Serving

/// Batches that are filled in the order of a rank, as schedulers of research have them.
extension Replica {
  /// Fills the batch with all that run and wait, in `order`, decodes and chunks of prompts alike,
  /// up to the token budget.
  ///
  /// Where memory or the cap on sequences leaves one no room, the last in that order lose their
  /// caches to those before them; where that is not enough, nobody behind it is served. As
  /// `_get_opt_ordered_requests` of vllm-ltr 13bbf6f, but that what runs and finds no room in the
  /// budget keeps its cache.
  mutating func fill(in order: [SequenceID]) {
    var end = order.count
    for (place, id) in order.enumerated() {
      let tokens = min(tokensLeft(id), tokensLeftInBudget)
      if place >= end || tokens == 0 { return }
      if isRunning(id) {
        while !gateIsOpen(for: id, computing: tokens) {
          guard takeLast(of: order, after: place, &end) else { return }
        }
        if isDecoding(id) { decode(id) } else { compute(id, tokens: tokens) }
      } else {
        while !admit(id, computing: tokens) {
          guard takeLast(of: order, after: place, &end) else { return }
        }
      }
    }
  }

  /// Takes the cache from the last in `order` before `end` that runs, if it comes after `place`.
  private mutating func takeLast(
    of order: [SequenceID], after place: Int, _ end: inout Int
  ) -> Bool {
    repeat { end -= 1 } while end > place && !isRunning(order[end])
    if end <= place { return false }
    preempt(order[end])
    return true
  }

  /// All that run and wait, by `key`, the least first; of equal keys the first in the trace.
  borrowing func ranked<Key: Comparable>(by key: (SequenceID) -> Key) -> [SequenceID] {
    let keyed = (running.all + waiting.all).map { (key($0), request(of: $0), $0) }
    return keyed.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
  }
}

extension SchedulerEntry {
  /// A scheduler of research that ranks requests; its engine has the limits of vLLM 0.11, shares no
  /// prefixes, and has what `change` makes of them.
  static func ranking(
    _ name: String, _ summary: String, after paper: String, knows: String? = nil,
    options: [Setting<Engine>] = [],
    change: @escaping @Sendable (inout EngineRules) -> Void,
    scheduler: @escaping @Sendable () -> any Scheduler
  ) -> SchedulerEntry {
    SchedulerEntry(
      name, summary, reproduces: "no engine: \(paper)", tokenBudget: "max-num-batched-tokens",
      hasPipelines: false, knows: knows, options: options
    ) { setting in
      var rules = VLLMV1.entry011.defaults(setting)
      rules.memory.sharesPrefixes = false
      change(&rules)
      return rules
    } scheduler: {
      scheduler()
    }
  }
}
