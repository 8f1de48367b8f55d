@testable import Serving

/// vLLM 0.6.6 with chunked prefill, as `_schedule_chunked_prefill` is written: those that run, then
/// those that were swapped out, then those that wait.
extension ReferenceEngine {
  mutating func planChunkedVLLM06() {
    var rest = running
    let gone = runChunkedVLLM06(&rest)
    let decodes = batch.filter(\.isDecode).map(\.id)
    let partial = batch.filter { !$0.isDecode }.map(\.id)
    if evicted.isEmpty { swapInVLLM06() }
    let back = batch.dropFirst(decodes.count + partial.count)
    running =
      rest + back.filter(\.isDecode).map(\.id) + back.filter { !$0.isDecode }.map(\.id) + decodes
      + partial
    // This call's victims come back to the queue after its admissions.
    let victims = Array(waiting.prefix(gone))
    waiting.removeFirst(gone)
    while let id = waiting.first {
      let tokens = min(states[id].left, budgetLeft)
      let need = rules.blocks(for: states[id].target)
      if free - need < rules.memory.watermarkBlocks || tokens == 0 { break }
      if running.count + 1 > rules.limits.maxNumSeqs { break }
      admit(tokens, taking: need)
    }
    waiting = victims + waiting
  }

  private var budgetLeft: Int { rules.limits.maxNumBatchedTokens! - used }

  /// Returns how many were evicted to be computed anew.
  private mutating func runChunkedVLLM06(_ rest: inout [Int]) -> Int {
    var gone = 0
    while let id = rest.first {
      let tokens = min(states[id].left, budgetLeft)
      if tokens == 0 { break }
      rest.removeFirst()
      while free == 0 {
        let victim = rest.popLast() ?? id
        if !swapOut(victim) {
          evict(victim)
          gone += 1
        }
        if victim == id { break }
      }
      if evicted.last == id { break }
      take(blocksNeeded(id, tokens), for: id)
      schedule(id, tokens)
    }
    return gone
  }

  /// Moves the cache of `id` to the host's memory where it has room; what is left of a prompt must
  /// fit the budget, or it would stay there for ever.
  private mutating func swapOut(_ id: Int) -> Bool {
    let blocks = hostBlocks(of: id)
    let taken = swapped.reduce(0) { $0 + hostBlocks(of: $1) }
    guard taken + blocks <= rules.memory.swapBlocks,
      states[id].left <= rules.limits.maxNumBatchedTokens!
    else {
      return false
    }
    running.removeAll { $0 == id }
    evicted.append(id)
    swapped.append(id)
    releaseBlocks(of: id, seenBy: plan)
    states[id].preemptions += 1
    return true
  }

  private mutating func swapInVLLM06() {
    while let id = swapped.first, batch.count < rules.limits.maxNumSeqs,
      states[id].left <= budgetLeft
    {
      let tokens = states[id].isDecoding ? states[id].computed + 1 : states[id].target
      let need = rules.blocks(for: tokens)
      if free - need < rules.memory.watermarkBlocks { return }
      swapped.removeFirst()
      take(need, for: id)
      schedule(id, states[id].left)
    }
  }

  private func hostBlocks(of id: Int) -> Int {
    rules.blocks(for: states[id].isDecoding ? states[id].computed : states[id].target)
  }
}
