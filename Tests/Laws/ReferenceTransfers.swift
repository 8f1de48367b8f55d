@testable import Serving

/// vLLM 0.33 with a connector in the obvious engine: prompts that other engines compute are read
/// from there, and others read what is computed here.
struct ReferenceTransfers: ReferencePlanner {
  var isAhead = false
  var byPriority = false

  var specification: String {
    "vllm-0.33:async-scheduling=\(isAhead)" + (byPriority ? ",scheduling-policy=priority" : "")
  }

  func plan(_ engine: inout ReferenceEngine) {
    engine.planVLLMV1(isNewest: true, byPriority: byPriority)
  }

  /// A request's transfer and where it stands.
  struct State {
    let remote: RemoteTransfer?
    /// When it ends, once it has begun.
    var end: Nanoseconds?
    /// Whether the engine has heard of that.
    var isHeardOf = false
  }
}

extension ReferenceEngine {
  /// Serves every request; false if it stalls.
  mutating func runWithTransfers() -> Bool {
    var arrived = 0
    var queue: [Queued] = []
    while true {
      while arrived < requests.count && requests[arrived].arrival <= now {
        if rules.canServe(requests[arrived]) { waiting.append(arrived) }
        arrived += 1
      }
      while queue.count < (rules.outputs.schedulesAhead ? 2 : 1) {
        plan += 1
        evicted = []
        batch = []
        fenced = queue.last?.members ?? []
        policy.plan(&self)
        if batch.isEmpty && evicted.isEmpty { break }
        if batch.isEmpty {
          evictedBefore += evicted.count
          if !queue.isEmpty { break }
        } else {
          queue.append(enqueue(at: queue.last?.end ?? now))
        }
      }
      if !queue.isEmpty {
        let first = queue.removeFirst()
        now = first.end
        hear()
        apply(first)
        continue
      }
      let ends = transfers.compactMap { $0.isHeardOf ? nil : $0.end }
      let arrival = arrived < requests.count ? [requests[arrived].arrival] : []
      guard let next = (ends + arrival).min() else {
        return waiting.isEmpty && running.isEmpty && loading.isEmpty
      }
      now = next
      hear()
    }
  }

  /// Hears of the transfers that have ended; what others have read is free.
  private mutating func hear() {
    for id in transfers.indices where !transfers[id].isHeardOf {
      guard let end = transfers[id].end, end <= now else { continue }
      transfers[id].isHeardOf = true
      if transfers[id].remote?.handover == .sends {
        free += states[id].blocks
        states[id].blocks = 0
      }
    }
  }

  /// Keeps the blocks of `id`, which is done, where others read them; says whether they do.
  mutating func keepsForReading(_ id: Int) -> Bool {
    guard !transfers.isEmpty, let remote = transfers[id].remote, remote.handover == .sends,
      states[id].blocks > 0
    else { return false }
    transfers[id].end = now + remote.duration
    return true
  }

  /// Admits those whose prompts are here but for the last token, which is computed.
  mutating func admitRead(_ budget: inout Int) {
    for id in loading
    where transfers[id].isHeardOf && budget > 0 && running.count < rules.limits.maxNumSeqs {
      loading.removeAll { $0 == id }
      states[id].computed = states[id].prompt - 1
      running.append(id)
      schedule(id, 1)
      budget -= 1
    }
  }

  /// Whether `id`, the first of those waiting, has its prompt read.
  func isToBeRead(_ id: Int) -> Bool {
    !transfers.isEmpty && transfers[id].remote?.handover == .receives && transfers[id].end == nil
  }

  /// Begins to read the prompt of the first of those waiting, if there is room for it besides what
  /// prompts lack that are computed; says whether it has.
  mutating func beginReading() -> Bool {
    let id = waiting[0]
    let lacking = running.filter { !states[$0].isDecoding && states[$0].left > 0 }
      .reduce(0) { $0 + rules.blocks(for: states[$1].target) - states[$1].blocks }
    let need = rules.blocks(for: states[id].prompt)
    guard need <= free - lacking else { return false }
    waiting.removeFirst()
    take(need, for: id)
    loading.append(id)
    transfers[id].end = now + transfers[id].remote!.duration
    return true
  }
}
