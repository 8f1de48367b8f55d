import Serving

/// Batches of prompts.
extension SGLang {
  /// Tokens of an answer that are reckoned with at most, `CLIP_MAX_NEW_TOKENS`.
  static let clip = 4096

  /// Fills the batch with chunks of prompts; says whether there are any.
  mutating func prefill(_ replica: inout Replica) -> Bool {
    let cut = replica.prefilling.first
    let running = replica.running.count - replica.prefilling.count
    if hasPriorities || running == 0 { isFull = false }
    if (isFull || !polls.haveSeenAny(of: replica)) && cut == nil { return false }
    if running >= replica.rules.limits.maxNumSeqs && cut == nil && !hasPriorities {
      isFull = true
      return false
    }
    sort(&replica)
    var budget = budget(replica, running)
    if let cut, !goOn(with: cut, &budget, &replica) { return false }
    let entered = replica.waiting.count
    var cursor = replica.waiting.first
    for _ in 0..<entered {
      guard let id = cursor else { break }
      cursor = replica.waiting.next(after: id)
      guard polls.haveSeen(id, replica) else { continue }
      guard isOpen(to: id, &budget, &replica) else { break }
      let admits = admit(id, &budget, &replica)
      let state = budget.state(replica)
      if admits == .lacksMemory || admits == .open && state == .lacksMemory {
        isFull = replica.running.count > 0
      }
      if admits != .open || state != .open { break }
    }
    if replica.batch.chunks.isEmpty { return false }
    evict(for: replica.batch.chunks.count, &replica)
    if mixes { join(&replica) }
    return true
  }

  private func budget(_ replica: borrowing Replica, _ running: Int) -> PrefillBudget {
    PrefillBudget(
      page: replica.rules.memory.blockSize, maxPrefillTokens: maxPrefillTokens,
      chunk: replica.rules.limits.maxNumBatchedTokens, decodes: mixes ? running : 0,
      charged: replica.answersLeft(atMost: Self.clip, share: ignoresEnd ? 1 : ratio.value))
  }

  /// What `id`, which runs, is charged for the rest of its answer.
  func charge(for id: SequenceID, _ replica: borrowing Replica) -> Double {
    let left = replica.requestedTokens(of: id) - replica.emittedTokens(of: id)
    return Double(min(left, Self.clip)) * (ignoresEnd ? 1 : ratio.value)
  }

  /// Computes the next chunk of `id`, whose prompt is cut; says whether it has room.
  private func goOn(
    with id: SequenceID, _ budget: inout PrefillBudget, _ replica: inout Replica
  ) -> Bool {
    guard let chunk = budget.chunk else { return false }
    let left = replica.tokensLeft(id)
    var most = min(chunk, Int(budget.memory(replica)))
    if most <= 0 { most = chunk }
    if policy == .shortestPrefill, let limit = shorterWork(than: left, in: chunk, replica) {
      most = min(most, limit)
    }
    let tokens = min(left, most)
    // The original fails where there is no memory, or decodes fill the whole budget.
    guard tokens > 0, replica.blocksNeeded(id, computing: tokens) <= replica.cache.freeBlocks
    else { return false }
    replica.compute(id, tokens: tokens)
    let answer = tokens < left ? 0 : min(replica.requestedTokens(of: id), Self.clip)
    budget.charge(tokens, answer: answer)
    return true
  }

  /// Whether the batch may take `id` on, as far as caps and budgets go.
  private mutating func isOpen(
    to id: SequenceID, _ budget: inout PrefillBudget, _ replica: inout Replica
  ) -> Bool {
    if budget.state(replica) == .isSpent { return false }
    if replica.running.count >= replica.rules.limits.maxNumSeqs { isFull = true }
    return !isFull || hasPriorities && preempt(for: id, &budget, &replica)
  }

  /// Admits `id`, which waits, with as much of its prompt as the budget has left; tells why not
  /// where it does not.
  private mutating func admit(
    _ id: SequenceID, _ budget: inout PrefillBudget, _ replica: inout Replica
  ) -> PrefillBudget.State {
    let known = replica.tokensLeft(id)
    let prefix = replica.findPrefix(of: id)
    guard replica.findBelow(id) else {
      replica.forgetPrefix(of: id)
      return .open
    }
    let left = replica.tokensLeft(id)
    if hasPriorities { seen[replica.request(of: id)] = (known, prefix) }
    var result = PrefillBudget.State.isSpent
    let hadCut = replica.batch.chunks.first.map { replica.tokensLeft($0.sequence) > $0.tokens }
    let count = replica.batch.chunks.count
    if prefillMaxRequests == 0 || count < prefillMaxRequests {
      let hasRoom =
        ignoresEnd && !replica.rules.memory.keepsTree
        ? budget.completionsFit(id, known, replica) : fits(id, known - prefix, budget, replica)
      if !hasRoom {
        result = .lacksMemory
      } else if let tokens = chunk(of: left, behind: known - left, budget, replica),
        tokens == left || policy != .shortestPrefill || hadCut != true
      {
        // Only layers of several kinds can take more than was reckoned with.
        guard replica.admit(id, computing: tokens) else {
          replica.forgetPrefix(of: id)
          return .lacksMemory
        }
        let isWhole = tokens == left
        budget.charge(tokens, answer: isWhole ? min(replica.requestedTokens(of: id), Self.clip) : 0)
        return .open
      }
    }
    replica.forgetPrefix(of: id)
    return result
  }

  /// Whether the rest of the prompt of `id`, `tokens` tokens, and what it may answer have room.
  private func fits(
    _ id: SequenceID, _ tokens: Int, _ budget: PrefillBudget, _ replica: borrowing Replica
  ) -> Bool {
    let left = replica.requestedTokens(of: id) - replica.emittedTokens(of: id)
    let need = tokens + min(max(left, 0), Self.clip) + budget.page
    let locked = replica.cache.foundEvictableBlocks * budget.page
    return Double(need) < budget.memory(replica, locked: locked)
  }

  /// Tokens to compute of a prompt of which `tokens` are left behind `prefix`; nil for none.
  private func chunk(
    of tokens: Int, behind prefix: Int, _ budget: PrefillBudget, _ replica: borrowing Replica
  ) -> Int? {
    let whole = budget.whole(tokens)
    guard let chunk = budget.chunk else {
      return !replica.batch.chunks.isEmpty && whole >= budget.input ? nil : tokens
    }
    if whole <= chunk { return tokens }
    let end = (prefix + chunk / budget.page * budget.page) / budget.page * budget.page
    return end > prefix ? end - prefix : nil
  }

  /// Drops what is in the way of the batch's tokens, and with larger pages of one page of each of
  /// its `prompts` prompts.
  private func evict(for prompts: Int, _ replica: inout Replica) {
    let page = replica.rules.memory.blockSize
    replica.makeRoom(tokens: replica.batch.chunkTokens + (page > 1 ? prompts * page : 0))
  }

  /// Has the decodes share the batch, if a token of each has room.
  private func join(_ replica: inout Replica) {
    guard replica.decoding > 0 else { return }
    let prompts = replica.batch.chunks.map(\.sequence)
    let page = replica.rules.memory.blockSize
    let taken = replica.cache.blocksForPlan - replica.cache.freeBlocks
    replica.makeRoom(tokens: (taken + replica.blocksToDecode) * page)
    guard replica.canDecodeAll else { return }
    replica.makeRoom(tokens: (taken + replica.decoding) * page)
    replica.decodeAll()
    for id in prompts.reversed() { replica.moveToFront(id) }
  }
}
