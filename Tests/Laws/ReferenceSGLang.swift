@testable import Serving

/// What SGLang's scheduler remembers from one batch to the next.
struct SGLangMemory {
  var isFull = false
  var ratio = 0.7
  /// Whether the batch before had prompts, and nobody was decoding when it was formed.
  var hadPrompts = false
  var wasEmpty = true
  var ran: [Int] = []
  var passes = 0
  var kept = KeptBeginnings()
}

extension ReferenceEngine {
  private var page: Int { rules.memory.blockSize }

  private func pages(_ tokens: Int) -> Int { (tokens + page - 1) / page }

  /// What the client of `id` may ask for at most.
  private func requested(_ id: Int) -> Int {
    let held = rules.memory.totalBlocks * page
    let prompt = states[id].prompt
    let room = min(
      min(rules.limits.maxModelLen - 1, held - 1) - prompt - 1,
      held - pages(prompt) * page - page - 1)
    return min(states[id].output, max(0, room))
  }

  private func isCut(_ id: Int) -> Bool { !states[id].isDecoding }

  private func isLeaving(_ id: Int) -> Bool {
    states[id].tokens.count + states[id].inFlight >= states[id].output
  }

  /// The first plan after a batch, in the words of `rules.md` in the decision logs.
  mutating func planSGLang(mixing mixes: Bool = false) {
    if idled { sglang.ratio = 0.7 }
    idled = false
    let cut = running.first(where: isCut)
    if let cut { keep(cut, states[cut].computed) }
    if sglang.ran.contains(where: { !running.contains($0) && !waiting.contains($0) }) {
      sglang.isFull = false
    }
    if sglang.hadPrompts && (cut != nil || sglang.wasEmpty) { sglang.isFull = false }
    let decodes = running.filter { !isCut($0) }
    sglang.hadPrompts = prefill(cut, decodes, mixes)
    if !sglang.hadPrompts { decode(decodes) }
    let isMixed = sglang.hadPrompts && batch.contains(where: \.isDecode)
    sglang.wasEmpty = isMixed || !running.contains { !isCut($0) }
    sglang.ran = running
  }

  /// Enters the first `tokens` tokens of `id`, which goes on, and locks them.
  private mutating func keep(_ id: Int, _ tokens: Int) {
    guard rules.memory.keepsTree else { return }
    sglang.kept.enter(id, pages: tokens / page, prompt: states[id].prompt / page)
    sglang.kept.lock(id, pages: tokens / page)
  }

  /// A batch has ended in which the prompts of `prompts` were computed and `done` were answered.
  mutating func land(_ ids: [Int], done: [Int]) {
    guard policy.specification.hasPrefix("sglang"), rules.memory.keepsTree else { return }
    for id in ids {
      if done.contains(id) {
        sglang.kept.enter(
          id, pages: states[id].computed / page, prompt: states[id].prompt / page)
        sglang.kept.lock(id, pages: 0)
      } else if running.contains(id) && !isCut(id) {
        keep(id, states[id].target)
      }
    }
  }

  private mutating func evict(until tokens: Int, planned: Int = 0) {
    while (free - sglang.kept.evictable + planned) * page < tokens, sglang.kept.drop() {}
  }

  /// What a batch of prompts may still take.
  private struct Budget {
    let page: Int
    var input: Int
    var chunk: Int?
    var charged: Double
    var taken: Int
    /// Blocks that the batch has taken.
    var planned = 0

    mutating func charge(_ tokens: Int, _ answer: Int) {
      let whole = (tokens + page - 1) / page * page
      charged += Double(whole + page + answer)
      taken += whole + page
      input -= whole
      chunk = chunk.map { $0 - whole }
    }
  }

  private func available(_ budget: Budget) -> Int { (free + budget.planned) * page }

  private func lacksMemory(_ budget: Budget) -> Bool {
    Double(available(budget)) - budget.charged <= 0 || available(budget) <= budget.taken
  }

  private mutating func prefill(_ cut: Int?, _ decodes: [Int], _ mixes: Bool) -> Bool {
    if decodes.isEmpty { sglang.isFull = false }
    if (sglang.isFull || waiting.isEmpty) && cut == nil { return false }
    if decodes.count >= rules.limits.maxNumSeqs && cut == nil {
      sglang.isFull = true
      return false
    }
    if sglang.passes % 32 == 0 {
      for id in waiting.prefix(128).reversed() where rules.memory.keepsTree {
        _ = sglang.kept.match(id, pages: states[id].target / page)
      }
    }
    sglang.passes += 1
    let mixed = mixes ? decodes.count : 0
    let charged = decodes.reduce(0.0) {
      $0 + Double(min(requested($1) - states[$1].tokens.count, 4096)) * sglang.ratio
    }
    var budget = Budget(
      page: page, input: 16_384 - mixed,
      chunk: rules.limits.maxNumBatchedTokens.map { $0 - mixed }, charged: Double(mixed) + charged,
      taken: mixed)
    if let cut, !goOn(cut, &budget) { return false }
    while let id = waiting.first, admitPrompt(id, &budget) {}
    if batch.isEmpty { return false }
    let prompts = batch
    evict(
      until: batch.reduce(0) { $0 + $1.tokens } + (page > 1 ? prompts.count * page : 0),
      planned: budget.planned)
    if mixes { mix(decodes.filter { !isLeaving($0) }, prompts.map(\.id)) }
    return true
  }

  /// The next chunk of a prompt that is cut.
  private mutating func goOn(_ cut: Int, _ budget: inout Budget) -> Bool {
    guard let rest = budget.chunk else { return false }
    var some = min(rest, Int(Double(available(budget)) - budget.charged))
    if some <= 0 { some = rest }
    let tokens = min(states[cut].left, some)
    let need = blocksNeeded(cut, max(0, tokens))
    guard tokens > 0, need <= free else { return false }
    let isLast = tokens == states[cut].left
    take(need, for: cut)
    budget.planned += need
    schedule(cut, tokens)
    budget.charge(tokens, isLast ? min(requested(cut), 4096) : 0)
    return true
  }

  /// Admits the first in the queue; says whether the next may be looked at.
  private mutating func admitPrompt(_ id: Int, _ budget: inout Budget) -> Bool {
    // Where memory is lacking too, the next in the queue is looked at all the same.
    if !lacksMemory(budget) && (budget.input <= 0 || budget.chunk ?? 1 <= 0) { return false }
    if running.count >= rules.limits.maxNumSeqs { sglang.isFull = true }
    if sglang.isFull { return false }
    let hit =
      rules.memory.keepsTree
      ? sglang.kept.match(id, pages: (states[id].target - 1) / page) * page : 0
    let left = states[id].target - hit
    let answer = min(max(requested(id) - states[id].tokens.count, 0), 4096)
    if Double(left + answer + page) >= Double(available(budget) - hit) - budget.charged {
      sglang.isFull = !running.isEmpty
      return false
    }
    var tokens = left
    if let rest = budget.chunk {
      if pages(left) * page > rest { tokens = (hit + rest / page * page) / page * page - hit }
    } else if !batch.isEmpty && pages(left) * page >= budget.input {
      return false
    }
    if tokens <= 0 { return false }
    let blocks = pages(hit + tokens)
    states[id].computed = hit
    sglang.kept.lock(id, pages: hit / page)
    admit(tokens, taking: blocks)
    budget.planned += blocks - hit / page
    budget.charge(tokens, tokens == left ? min(requested(id), 4096) : 0)
    if lacksMemory(budget) { sglang.isFull = true }
    return !lacksMemory(budget)
  }

  private mutating func mix(_ decodes: [Int], _ prompts: [Int]) {
    if decodes.isEmpty { return }
    let need = decodes.reduce(0) { $0 + blocksNeeded($1, 1) }
    evict(until: need * page)
    if need > free { return }
    evict(until: decodes.count * page)
    for id in decodes {
      take(blocksNeeded(id, 1), for: id)
      schedule(id, 1)
    }
    running = prompts + running.filter { !prompts.contains($0) }
  }

  private mutating func decode(_ decodes: [Int]) {
    var rest = decodes.filter { !isLeaving($0) }
    let leaves = rest.count < decodes.count
    if leaves { sglang.isFull = false }
    if rest.isEmpty { return }
    func need(_ engine: ReferenceEngine) -> Int {
      rest.reduce(0) { $0 + engine.blocksNeeded($1, 1) }
    }
    if need(self) <= free {
      sglang.ratio = max(sglang.ratio - (0.7 - 0.7 * 0.14) / 600, 0.7 * 0.14)
    } else {
      evict(until: need(self) * page)
      if leaves { return }
      let least = running.contains(where: isCut) ? 0 : 1
      var isFirst = true
      while isFirst || need(self) > free, rest.count > least {
        isFirst = false
        // The least emitted, then the longest prompt, then the last.
        let victim = rest.enumerated().min {
          let (a, b) = (states[$0.element], states[$1.element])
          return (a.tokens.count, -a.prompt, -$0.offset) < (b.tokens.count, -b.prompt, -$1.offset)
        }!
        rest.remove(at: victim.offset)
        sglang.kept.lock(victim.element, pages: 0)
        evict(victim.element, toFront: false)
        evict(until: 20 * rest.count)
      }
      sglang.isFull = false
      if !rest.isEmpty {
        let emitted = rest.reduce(0) { $0 + states[$1].tokens.count }
        let asked = rest.reduce(0) { $0 + requested($1) }
        sglang.ratio = min(1, Double(emitted + 20 * rest.count) / Double(asked + 1))
      }
    }
    if need(self) > free || rest.isEmpty { return }
    evict(until: rest.count * page)
    for id in rest {
      take(blocksNeeded(id, 1), for: id)
      schedule(id, 1)
    }
  }
}
