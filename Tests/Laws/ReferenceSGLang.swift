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

/// The radix cache where no two requests begin alike: of each request, the stretches of its pages
/// that are kept, when each was touched last, and how many pages it has locked.
struct KeptBeginnings {
  struct Stretch {
    var end: Int
    var touched: Int
  }

  private var stretches: [Int: [Stretch]] = [:]
  private(set) var locked: [Int: Int] = [:]
  private var clock = 0

  private mutating func tick() -> Int {
    clock += 1000
    return clock
  }

  /// Cuts the stretch of `id` that goes on behind `page`, if one does.
  private mutating func cut(_ id: Int, at page: Int) {
    guard let place = stretches[id]?.firstIndex(where: { $0.end > page }),
      page > (place == 0 ? 0 : stretches[id]![place - 1].end)
    else { return }
    let upper = Stretch(end: page, touched: tick())
    stretches[id]![place].touched = tick()
    stretches[id]!.insert(upper, at: place)
  }

  mutating func match(_ id: Int, pages: Int) -> Int {
    cut(id, at: pages)
    let count = (stretches[id] ?? []).prefix { $0.end <= pages }.count
    let now = tick()
    for place in 0..<count { stretches[id]![place].touched = now - (count - 1 - place) }
    return count == 0 ? 0 : stretches[id]![count - 1].end
  }

  /// Enters the first `pages` pages, cut behind the prompt's.
  mutating func enter(_ id: Int, pages: Int, prompt: Int) {
    if pages == 0 { return }
    insert(id, pages)
    if prompt > 0 && prompt < pages { insert(id, prompt) }
  }

  private mutating func insert(_ id: Int, _ pages: Int) {
    _ = tick()
    for place in (stretches[id] ?? []).indices
    where (place == 0 ? 0 : stretches[id]![place - 1].end) < pages {
      stretches[id]![place].touched = tick()
    }
    cut(id, at: pages)
    if (stretches[id]?.last?.end ?? 0) < pages {
      stretches[id, default: []].append(Stretch(end: pages, touched: tick()))
    }
  }

  mutating func lock(_ id: Int, pages: Int) { locked[id] = pages }

  /// Pages that can be dropped.
  var evictable: Int {
    stretches.reduce(0) { $0 + ($1.value.last?.end ?? 0) - (locked[$1.key] ?? 0) }
  }

  /// Drops the last stretch that was touched the longest ago of those that nobody has locked.
  mutating func drop() -> Bool {
    let leaves = stretches.compactMap { id, all in
      all.last.flatMap { $0.end > (locked[id] ?? 0) ? (id: id, touched: $0.touched) : nil }
    }
    guard let first = leaves.min(by: { $0.touched < $1.touched }) else { return false }
    stretches[first.id]!.removeLast()
    if stretches[first.id]!.isEmpty { stretches[first.id] = nil }
    return true
  }
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

  private mutating func prefill(_ cut: Int?, _ decodes: [Int], _ mixes: Bool) -> Bool {
    if decodes.isEmpty { sglang.isFull = false }
    if (sglang.isFull || waiting.isEmpty) && cut == nil { return false }
    let most = rules.limits.maxNumSeqs
    if decodes.count >= most && cut == nil {
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
    var input = 16_384 - mixed
    var chunk = rules.limits.maxNumBatchedTokens.map { $0 - mixed }
    var charged = decodes.reduce(0.0) {
      $0 + Double(min(requested($1) - states[$1].tokens.count, 4096)) * sglang.ratio
    }
    charged = Double(mixed) + charged
    var taken = mixed
    var planned = 0
    func available(_ engine: ReferenceEngine) -> Int { (engine.free + planned) * engine.page }
    func charge(_ tokens: Int, _ answer: Int) {
      let whole = pages(tokens) * page
      charged += Double(whole + page + answer)
      taken += whole + page
      input -= whole
      chunk = chunk.map { $0 - whole }
    }
    if let cut {
      guard let rest = chunk else { return false }
      var some = min(rest, Int(Double(available(self)) - charged))
      if some <= 0 { some = rest }
      let tokens = min(states[cut].left, some)
      let need = blocksNeeded(cut, max(0, tokens))
      guard tokens > 0, need <= free else { return false }
      let isLast = tokens == states[cut].left
      take(need, for: cut)
      planned += need
      schedule(cut, tokens)
      charge(tokens, isLast ? min(requested(cut), 4096) : 0)
    }
    while let id = waiting.first {
      // Where memory is lacking too, the next in the queue is looked at all the same.
      let lacksMemory = Double(available(self)) - charged <= 0 || available(self) <= taken
      if !lacksMemory && (input <= 0 || chunk ?? 1 <= 0) { break }
      if running.count >= most { sglang.isFull = true }
      if sglang.isFull { break }
      let hit =
        rules.memory.keepsTree
        ? sglang.kept.match(id, pages: (states[id].target - 1) / page) * page : 0
      let left = states[id].target - hit
      let answer = min(max(requested(id) - states[id].tokens.count, 0), 4096)
      let memory = Double(available(self) - hit) - charged
      if Double(left + answer + page) >= memory {
        sglang.isFull = !running.isEmpty
        break
      }
      var tokens = left
      if let rest = chunk {
        if pages(left) * page > rest { tokens = (hit + rest / page * page) / page * page - hit }
      } else if !batch.isEmpty && pages(left) * page >= input {
        break
      }
      if tokens <= 0 { break }
      let blocks = pages(hit + tokens)
      states[id].computed = hit
      sglang.kept.lock(id, pages: hit / page)
      admit(tokens, taking: blocks)
      planned += blocks - hit / page
      charge(tokens, tokens == left ? min(requested(id), 4096) : 0)
      if Double(available(self)) - charged <= 0 || available(self) <= taken {
        sglang.isFull = true
        break
      }
    }
    if batch.isEmpty { return false }
    let prompts = batch
    evict(
      until: batch.reduce(0) { $0 + $1.tokens } + (page > 1 ? prompts.count * page : 0),
      planned: planned)
    if mixes { mix(decodes.filter { !isLeaving($0) }, prompts.map(\.id)) }
    return true
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
