@testable import Serving

/// vLLM 0.33 with drafts in the obvious engine.
struct ReferenceDrafts: ReferencePlanner {
  var byPriority = false
  /// Whether it schedules asynchronously.
  var isAhead = false

  var specification: String {
    "vllm-0.33:async-scheduling=\(isAhead)" + (byPriority ? ",scheduling-policy=priority" : "")
  }

  func plan(_ engine: inout ReferenceEngine) { engine.planDrafting(byPriority) }
}

extension ReferenceEngine {
  /// What a batch has taken of the budget, and of the query slots.
  private struct Budget {
    var tokens: Int
    var slots: Int
    /// Slots for the drafter that each request takes besides its tokens.
    let extra: Int

    var isSpent: Bool { tokens <= 0 || slots <= extra }
    func most(_ wanted: Int) -> Int { min(wanted, min(tokens, slots - extra)) }

    mutating func take(_ count: Int) {
      tokens -= count
      slots -= count + extra
    }
  }

  fileprivate mutating func planDrafting(_ byPriority: Bool) {
    let most = rules.limits.maxNumBatchedTokens!
    var budget = Budget(tokens: most, slots: most, extra: rules.speculation!.draftSlots)
    let alone = running.count + waiting.count == 1
    let threshold = rules.prompts.longPrefillTokenThreshold
    let cap = threshold == 0 || alone ? Int.max : threshold
    if byPriority { waiting = waiting.sorted { isAhead($0, $1) } }
    var index = 0
    walk: while index < running.count && !budget.isSpent {
      let id = running[index]
      let places = states[id].placeholders
      let lacking = states[id].prompt + states[id].tokens.count + places - states[id].computed
      let isEnding =
        places > 0
        && states[id].computed + 2 - places >= states[id].prompt + states[id].output
      let tokens = min(
        budget.most(min(lacking + states[id].drafts, cap)),
        rules.limits.maxModelLen - states[id].computed - 1)
      if isEnding || tokens <= 0 {
        index += 1
        continue
      }
      while lackingBlocks(id, tokens) > free {
        let victim =
          byPriority
          ? running.max {
            (states[$0].priority, states[$0].arrival) < (states[$1].priority, states[$1].arrival)
          }! : running.last!
        if let place = batch.firstIndex(where: { $0.id == victim }) {
          budget.take(-batch[place].tokens)
          budget.slots += 2 * budget.extra
          batch.remove(at: place)
        }
        if running.firstIndex(of: victim)! < index { index -= 1 }
        evict(victim)
        states[victim].drafts = 0
        if victim == id { continue walk }
      }
      take(lackingBlocks(id, tokens), for: id)
      schedule(id, tokens)
      budget.take(tokens)
      index += 1
    }
    if evicted.isEmpty { admitDrafting(&budget, cap) }
  }

  private mutating func admitDrafting(_ budget: inout Budget, _ cap: Int) {
    let most = rules.speculation!.numSpeculativeTokens
    let hasPrompts = batch.contains { !$0.isDecode }
    while let id = waiting.first, !budget.isSpent, running.count < rules.limits.maxNumSeqs {
      var wanted = states[id].target
      if wanted == 1, rules.speculation!.byBatchSize.isEmpty, !hasPrompts, !batch.isEmpty,
        2 + most <= rules.limits.maxModelLen
      {
        wanted = 1 + most
        if budget.most(wanted) < wanted { return }
      }
      wanted = min(wanted, cap)
      if !rules.prompts.areChunked && budget.most(wanted) < wanted { return }
      let tokens = budget.most(wanted)
      if rules.blocks(for: states[id].target) > free { return }
      if lackingBlocks(id, tokens) > free { return }
      admit(tokens, taking: lackingBlocks(id, tokens))
      budget.take(tokens)
    }
  }

  /// Blocks for `tokens` more and what the drafter computes after them, beyond those it holds.
  private func lackingBlocks(_ id: Int, _ tokens: Int) -> Int {
    let end = states[id].computed + tokens + rules.speculation!.lookaheadTokens
    return max(0, rules.blocks(for: min(end, rules.limits.maxModelLen)) - states[id].blocks)
  }

  private func isAhead(_ a: Int, _ b: Int) -> Bool {
    (states[a].priority, states[a].arrival, a) < (states[b].priority, states[b].arrival, b)
  }

  /// Runs the batch, which was planned at `now`, with its drafts, and returns its end.
  mutating func executeDrafts(at now: Nanoseconds) -> Nanoseconds {
    let speculation = rules.speculation!
    let end = launch(at: now)
    let sequences = batch.count
    var emitting: [Int] = []
    defer { land(emitting, done: emitting.filter { !running.contains($0) }) }
    for work in batch {
      let id = work.id
      var emitted = 1
      if work.isDecode {
        let accepted = speculation.acceptance.accepted(
          of: work.tokens - 1, row: id, emitted: states[id].tokens.count, step: states[id].steps)
        drafts.add(drafts: work.tokens - 1, accepted: accepted)
        emitted = min(accepted + 1, states[id].output - states[id].tokens.count)
        states[id].computed += emitted
      } else {
        states[id].computed = min(states[id].computed + work.tokens, states[id].target)
        if states[id].computed < states[id].target { continue }
        states[id].isDecoding = true
      }
      for _ in 0..<emitted { states[id].tokens.append(end) }
      emitting.append(id)
      states[id].drafts = speculation.acceptance.proposed(
        speculation.drafts(after: sequences), row: id, step: states[id].steps)
      states[id].steps += 1
      if states[id].tokens.count == states[id].output {
        running.removeAll { $0 == id }
        releaseBlocks(of: id, seenBy: plan + 1)
      }
    }
    return end
  }
}
