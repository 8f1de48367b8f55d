@testable import Serving

/// NanoFlow's batch former, as `serve_8B.py` is written, with a way out of a lack of memory.
extension ReferenceEngine {
  mutating func planNanoFlow() {
    var rest = running
    while !rest.isEmpty {
      let id = rest.removeFirst()
      guard states[id].isDecoding else { continue }
      while blocksNeeded(id, 1) > free {
        let victim = rest.popLast() ?? id
        evict(victim)
        if victim == id { break }
      }
      guard running.contains(id) else { continue }
      take(blocksNeeded(id, 1), for: id)
      schedule(id, 1)
    }
    for id in running where !states[id].isDecoding {
      let tokens = min(states[id].left, budgetLeft)
      if tokens > 0 { schedule(id, tokens) }
    }
    guard evicted.isEmpty else { return }
    while let id = waiting.first, budgetLeft > 0 {
      if running.count + pastEnd.count >= rules.limits.maxNumSeqs { return }
      let need = rules.blocks(for: states[id].target)
      if need > free || !(running.isEmpty || averageFitsAtPeak) { return }
      admit(min(states[id].left, budgetLeft), taking: need)
    }
  }

  private var budgetLeft: Int { rules.limits.maxNumBatchedTokens! - used - pastEnd.count }

  /// Whether a request of average length, of those that are served, fits when the memory in use is
  /// at its predicted peak.
  private var averageFitsAtPeak: Bool {
    let served = requests.filter(rules.canServe)
    let prompt = max(1, served.reduce(0) { $0 + $1.promptTokens } / served.count)
    let answer = max(1, served.reduce(0) { $0 + rules.emittedTokens(of: $1) } / served.count)
    let longest = prompt + answer + 2
    var future = Array(repeating: 0, count: longest)
    var overdue = 0
    for id in running {
      let length = states[id].isDecoding ? states[id].computed + 1 : prompt + 1
      if states[id].isDecoding && length >= longest { overdue += states[id].blocks }
      for later in 0..<max(0, longest - length) {
        future[later] += rules.blocks(for: length + later)
      }
    }
    let left = rules.memory.totalBlocks - overdue - future.max()!
    return left > (prompt + answer + rules.memory.blockSize) / rules.memory.blockSize
  }
}
