@testable import Serving

/// The schedulers of research once more, as their papers and originals have them.
enum ReferenceResearch: String, CaseIterable, ReferencePlanner {
  case shortestJob = "sjf"
  case deadlines = "edf"
  case tightDeadlines = "edf:ttft-target=0.1,tpot-target=0.011"
  case classes = "priority-classes"

  var specification: String { rawValue }

  func plan(_ engine: inout ReferenceEngine) {
    switch self {
    case .shortestJob: engine.planShortestJob()
    case .deadlines: engine.planDeadlines(first: 1_000_000_000, each: 50_000_000)
    case .tightDeadlines: engine.planDeadlines(first: 100_000_000, each: 11_000_000)
    case .classes: engine.planClasses()
    }
  }
}

extension ReferenceEngine {
  /// Serves all that run and wait in the order of `key`, then of the trace.
  private mutating func serve<Key: Comparable>(by key: (Int) -> Key) {
    var order = (running + waiting).sorted { (key($0), $0) < (key($1), $1) }
    while !order.isEmpty {
      let id = order.removeFirst()
      let tokens = min(states[id].left, rules.limits.maxNumBatchedTokens! - used)
      if tokens == 0 { return }
      let isNew = waiting.contains(id)
      while blocksNeeded(id, tokens) > free || isNew && running.count == rules.limits.maxNumSeqs {
        while let last = order.last, waiting.contains(last) { order.removeLast() }
        guard let victim = order.popLast() else { return }
        evict(victim)
      }
      take(blocksNeeded(id, tokens), for: id)
      schedule(id, tokens)
      if isNew {
        waiting.removeAll { $0 == id }
        running.append(id)
      }
    }
  }

  fileprivate mutating func planShortestJob() {
    let prediction = rules.outputs.prediction!
    let lengths = requests.enumerated().map { prediction.tokens(for: $1.outputTokens, row: $0) }
    serve { lengths[$0] }
  }

  fileprivate mutating func planDeadlines(first: Int, each: Int) {
    let states = states
    serve { states[$0].arrival + first + states[$0].tokens.count * each }
  }

  fileprivate mutating func planClasses() {
    let states = states
    serve { states[$0].priority }
  }
}
