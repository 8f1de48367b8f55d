@testable import Serving

/// The plan.
extension ReferenceTiers {
  mutating func plan() {
    var budget = rules.limits.maxNumBatchedTokens!
    catchUp(&budget)
    if evicted.isEmpty && admitLoaded(&budget) { admit(&budget) }
  }

  private mutating func catchUp(_ budget: inout Int) {
    var index = 0
    walk: while index < running.count && budget > 0 {
      let id = running[index]
      let tokens = min(states[id].left, budget)
      if tokens == 0 {
        index += 1
        continue
      }
      while blocks(for: states[id].computed + tokens) - states[id].blocks.count > gpu.free.count {
        let victim = running.last!
        if fenced.contains(victim) { break walk }
        evict(victim)
        if victim == id { continue walk }
      }
      schedule(id, tokens)
      budget -= tokens
      index += 1
    }
  }

  private mutating func evict(_ id: Int) {
    running.removeAll { $0 == id }
    evicted.append(id)
    if tiering.loads == .asynchronous {
      blockedUntil = max(blockedUntil, states[id].writtenAt)
    }
    release(id)
    states[id].deadline = nil
    states[id].computed = 0
    states[id].target = states[id].prompt + states[id].tokens.count
    states[id].late = states[id].inFlight
    states[id].isDecoding = false
    states[id].preemptions += 1
    waiting.insert(id, at: 0)
  }

  /// Takes the blocks that `id` lacks, and names those that are full.
  private mutating func schedule(_ id: Int, _ tokens: Int) {
    let end = states[id].computed + tokens
    take(id, to: end)
    let isAhead = states[id].isDecoding && rules.outputs.schedulesAhead
    name(id, known: isAhead ? states[id].computed : end)
    batch.append(Work(id: id, tokens: tokens, isDecode: states[id].isDecoding))
  }

  mutating func take(_ id: Int, to tokens: Int) {
    let missing = blocks(for: tokens) - states[id].blocks.count
    if missing <= 0 { return }
    let hashes = gpu.free.prefix(missing).compactMap { gpu.hash(of: $0) }
    states[id].blocks += gpu.take(missing)
    for (place, hash) in hashes.enumerated()
    where gpu.block(under: hash) == nil && !hashes[(place + 1)...].contains(hash) {
      dropped.append(hash)
    }
  }

  mutating func name(_ id: Int, known: Int) {
    for block in states[id].full..<max(states[id].full, known / blockTokens) {
      gpu.register(states[id].blocks[block], under: states[id].names[block])
      states[id].full = block + 1
    }
  }

  private mutating func admitLoaded(_ budget: inout Int) -> Bool {
    for id in loading
    where states[id].hasArrived && budget > 0 && running.count < rules.limits.maxNumSeqs {
      name(id, known: states[id].computed)
      states[id].computed = min(states[id].computed, states[id].target - 1)
      let tokens = min(states[id].left, budget)
      let held = states[id].blocks.count
      guard blocks(for: states[id].computed + tokens) - held <= gpu.free.count,
        blocks(for: states[id].target) - held <= gpu.free.count
      else { return false }
      loading.removeAll { $0 == id }
      states[id].hasArrived = false
      running.append(id)
      schedule(id, tokens)
      budget -= tokens
    }
    return true
  }

  private mutating func admit(_ budget: inout Int) {
    var passedOver: [Int] = []
    while let id = waiting.first, budget > 0, running.count < rules.limits.maxNumSeqs {
      let limit = (states[id].target - 1) / blockTokens
      let hit = gpu.longestHit(states[id].names, atMost: limit)
      let shared = hit.blocks.count - hit.free
      let local = hit.blocks.count * blockTokens
      var found = find(id, behind: local)
      if found == nil {
        passedOver.append(waiting.removeFirst())
        continue
      }
      let start = local / unitTokens
      if found! > 0 && tiering.loads == .asynchronous {
        let end = (start + found!) * unitTokens
        let lacking = (running.filter { !states[$0].isDecoding && states[$0].left > 0 } + loading)
          .reduce(0) { $0 + max(0, blocks(for: states[$1].target) - states[$1].blocks.count) }
        guard blocks(for: states[id].target) - shared <= gpu.free.count,
          blocks(for: end) - shared <= gpu.free.count - lacking
        else { break }
        waiting.removeFirst()
        take(hits: hit.blocks.count, by: id)
        take(id, to: end)
        states[id].computed = end
        loading.append(id)
        states[id].end = load(id, start..<start + found!)
        continue
      }
      let computed =
        found! > 0 ? min((start + found!) * unitTokens, states[id].target - 1) : local
      let tokens = min(states[id].target - computed, budget)
      guard blocks(for: computed + tokens) - shared <= gpu.free.count,
        blocks(for: states[id].target) - shared <= gpu.free.count
      else { break }
      waiting.removeFirst()
      take(hits: hit.blocks.count, by: id)
      running.append(id)
      states[id].computed = computed
      if found! > 0 { readUntil = max(readUntil, load(id, start..<start + found!)) }
      found = nil
      schedule(id, tokens)
      budget -= tokens
    }
    waiting = passedOver + waiting
  }

  private mutating func take(hits: Int, by id: Int) {
    states[id].blocks = gpu.take(hits: Array(states[id].names[..<hits]))
    states[id].full = hits
  }
}
