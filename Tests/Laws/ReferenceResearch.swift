@testable import Serving

/// The schedulers of research once more, as their papers and originals have them.
enum ReferenceResearch: String, CaseIterable, ReferencePlanner {
  case shortestJob = "sjf"
  case feedback = "mlfq"
  case shortFeedback = "mlfq:quantum=0.03,quantum-growth=3,starvation=0.2"
  case deadlines = "edf"
  case tightDeadlines = "edf:ttft-target=0.1,tpot-target=0.011"
  case classes = "priority-classes"
  case counters = "vtc"
  case quickCounters = "vtc:max-wait-tokens=2,input-price=2,output-price=3,fair-weights=b:2/c:4"
  case countersWithoutLift = "vtc:scheduler=lcf_fair"
  case withoutCounters = "vtc:scheduler=slora,max-wait-tokens=1"

  var specification: String { rawValue }

  func plan(_ engine: inout ReferenceEngine) {
    switch self {
    case .shortestJob: engine.planShortestJob()
    case .feedback:
      engine.planFeedback(quantum: 10_000_000, growth: 2, starvation: 3_000_000_000)
    case .shortFeedback:
      engine.planFeedback(quantum: 30_000_000, growth: 3, starvation: 200_000_000)
    case .deadlines: engine.planDeadlines(first: 1_000_000_000, each: 50_000_000)
    case .tightDeadlines: engine.planDeadlines(first: 100_000_000, each: 11_000_000)
    case .classes: engine.planClasses()
    case .counters: engine.planCounters()
    case .quickCounters:
      engine.planCounters(every: 2, prices: (2, 3), weights: ["b": 2, "c": 4])
    case .countersWithoutLift: engine.planCounters(lifts: false)
    case .withoutCounters: engine.planCounters(every: 1, isFair: false)
    }
  }
}

/// What those remember.
struct ResearchMemory: Sendable {
  /// Where requests stand: queue, place in it, time that they ran there, and when they did last.
  var standings: [Int: (level: Int, place: Int, time: Int, lastRun: Int)] = [:]
  var (front, back, plans, planned) = (0, 0, 0, 0)
  var served: [Int] = []
  /// What clients were served, those that came first before the others.
  var counters: [(client: String, tokens: Double)] = []
  var seen: Set<Int> = []
  var waited = 0
}

extension ReferenceEngine {
  /// Serves all that run and wait in the order of `key`, then of the trace.
  private mutating func serve<Key: Comparable>(by key: (Int) -> Key) {
    var order = (running + waiting).sorted { (key($0), $0) < (key($1), $1) }
    research.served = []
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
      research.served.append(id)
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

  /// FastServe's queues; who is in the middle of a prompt stays first, and where it was.
  fileprivate mutating func planFeedback(quantum: Int, growth: Int, starvation: Int) {
    let here = (running + waiting).sorted()
    for id in here where research.standings[id] == nil {
      research.standings[id] = (0, research.back, 0, now)
      research.back += 1
    }
    let begun = running.filter { !states[$0].isDecoding }
    for id in research.served where here.contains(id) {
      var (level, place, time, _) = research.standings[id]!
      time += now - research.planned
      let limits = sequence(first: quantum) { $0 * growth }
      let fit = limits.prefix { $0 < time }.count
      if fit > level && !begun.contains(id) {
        research.front -= 1
        (level, place, time) = (fit, research.front, 0)
      }
      research.standings[id] = (level, place, time, now)
    }
    research.plans += 1
    if research.plans % 100 == 0 {
      // Those that came first are promoted first.
      for id in here where research.standings[id]!.lastRun <= now - starvation {
        research.front -= 1
        research.standings[id] = (0, research.front, 0, research.standings[id]!.lastRun)
      }
    }
    research.planned = now
    let standings = research.standings
    // Places differ by far less than this.
    serve {
      begun.contains($0)
        ? standings[$0]!.level * 1_000_000 + standings[$0]!.place - 1_000_000_000
        : standings[$0]!.level * 1_000_000 + standings[$0]!.place
    }
  }

  /// The router of S-LoRA with virtual token counters.
  fileprivate mutating func planCounters(
    every: Int = 10, prices: (Double, Double) = (1, 2), weights: [String: Double] = [:],
    lifts: Bool = true, isFair: Bool = true
  ) {
    if research.served.contains(where: { states[$0].tokens.count == states[$0].output }) {
      for id in research.served { pay(id, prices.1, weights) }
    }
    for id in waiting where research.seen.insert(id).inserted {
      note(id, lifts: lifts && isFair)
    }
    if running.isEmpty || research.waited == every {
      admitCounted(isFair, prices.0, weights)
    } else {
      research.waited += 1
    }
    if batch.isEmpty {
      for id in running {
        pay(id, prices.1, weights)
        take(blocksNeeded(id, 1), for: id)
        schedule(id, 1)
      }
    } else {
      research.waited = 0
    }
    research.served = batch.map(\.id)
  }

  private mutating func pay(_ id: Int, _ price: Double, _ weights: [String: Double]) {
    let place = research.counters.firstIndex { $0.client == states[id].client }!
    research.counters[place].tokens += price / (weights[states[id].client] ?? 1)
  }

  /// Takes on `id`, which has just come.
  private mutating func note(_ id: Int, lifts: Bool) {
    let client = states[id].client
    if !research.counters.contains(where: { $0.client == client }) {
      research.counters.append((client, 0))
    }
    let earlier = waiting.prefix { $0 != id }.map { states[$0].client }
    if !lifts || earlier.contains(client) { return }
    let others = research.counters.filter { earlier.contains($0.client) }.map(\.tokens)
    let place = research.counters.firstIndex { $0.client == client }!
    if let least = others.min() {
      research.counters[place].tokens = max(research.counters[place].tokens, least)
    }
  }

  private mutating func admitCounted(
    _ isFair: Bool, _ price: Double, _ weights: [String: Double]
  ) {
    while !waiting.isEmpty, running.count < rules.limits.maxNumSeqs {
      var id = waiting[0]
      if isFair {
        let clients = waiting.map { states[$0].client }
        let least = research.counters.filter { clients.contains($0.client) }
          .min { $0.tokens < $1.tokens }!.client
        id = waiting.first { states[$0].client == least }!
      }
      let new = batch.map(\.id) + [id]
      var rows = running.filter { !new.contains($0) }.map {
        let emitted = states[$0].tokens.count
        return (states[$0].prompt + emitted, states[$0].output - emitted - 1)
      }
      rows += new.map { (states[$0].prompt + 1, states[$0].output - 1) }
      rows.sort { $0.1 > $1.1 }
      let peaks = rows.indices.map { place in
        rows[place].1 * (place + 1) + rows[...place].reduce(0) { $0 + $1.0 }
      }
      if peaks.max()! >= rules.memory.blocks { return }
      if used + states[id].prompt > rules.limits.maxNumBatchedTokens! { return }
      waiting.removeAll { $0 == id }
      take(states[id].prompt, for: id)
      running.append(id)
      schedule(id, states[id].prompt)
      pay(id, Double(states[id].prompt) * price, weights)
    }
  }
}
