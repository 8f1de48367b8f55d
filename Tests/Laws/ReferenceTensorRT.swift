@testable import Serving

/// TensorRT-LLM's scheduler, in the two steps of the original: who has memory, and what of that
/// goes into the batch.
extension ReferenceEngine {
  enum CapacityPolicy { case guaranteed, utilization, staticBatch }

  mutating func planTensorRT(_ policy: CapacityPolicy = .guaranteed) {
    let active = running + waiting.prefix(rules.limits.maxNumSeqs - running.count)
    let fitting =
      policy == .utilization
      ? fittingNextStep(active) : fittingToTheEnd(active, isStatic: policy == .staticBatch)
    for id in fitting where states[id].isDecoding && states[id].left > 0 {
      if used + 1 > rules.limits.maxNumBatchedTokens! { break }
      if policy == .utilization { take(blocksNeeded(id, 1), for: id) }
      schedule(id, 1)
    }
    for id in fitting where !states[id].isDecoding {
      let capacity = rules.limits.maxNumBatchedTokens! - used
      var tokens = states[id].left
      if tokens > capacity {
        tokens = rules.prompts.areChunked ? capacity / rules.memory.blockSize : 0
        tokens *= rules.memory.blockSize
      }
      if running.contains(id) {
        if tokens > 0 { schedule(id, tokens) }
      } else {
        if tokens == 0 { break }
        let held = policy == .utilization ? states[id].target : wholeLength(id)
        admit(tokens, taking: rules.blocks(for: held))
      }
    }
  }

  private func wholeLength(_ id: Int) -> Int { states[id].prompt + states[id].output }

  /// Those who have blocks to their ends: who generates first, then the others in order.
  private func fittingToTheEnd(_ active: [Int], isStatic: Bool) -> [Int] {
    func remaining(_ id: Int) -> Int { rules.blocks(for: wholeLength(id)) - states[id].blocks }
    var fitting = active.filter { states[$0].isDecoding }
    if isStatic && !fitting.isEmpty { return fitting }
    var available = free - fitting.reduce(0) { $0 + remaining($1) }
    for id in active where !states[id].isDecoding {
      if remaining(id) > available { break }
      available -= remaining(id)
      fitting.append(id)
    }
    return fitting
  }

  /// Those who have blocks for their next step; for one who has none, the last that has begun is
  /// paused, and the list ends there.
  private mutating func fittingNextStep(_ active: [Int]) -> [Int] {
    var fitting: [Int] = []
    var planned = 0
    var end = active.count
    while fitting.count < end {
      let id = active[fitting.count]
      let isNew = !running.contains(id)
      let need = isNew ? rules.blocks(for: states[id].target) : blocksNeeded(id, states[id].left)
      if planned + need <= free {
        planned += need
        fitting.append(id)
        continue
      }
      let place = (fitting.count..<end).last { running.contains(active[$0]) }
      guard let place else { break }
      evict(active[place])
      end = place
    }
    return fitting
  }
}
