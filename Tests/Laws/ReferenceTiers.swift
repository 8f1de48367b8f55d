@testable import Serving

/// The obvious engine with a prefix cache and tiers: vLLM 0.33 as its scheduler and its offloading
/// connector read, walking every request in every iteration, with arrays for what is where.
struct ReferenceTiers {
  struct State {
    let arrival: Nanoseconds
    let prompt: Int
    let output: Int
    /// What its full blocks are called.
    let names: [UInt64]
    var computed = 0
    var target: Int
    var isDecoding = false
    var blocks: [Int] = []
    /// Its blocks that can be found.
    var full = 0
    var inFlight = 0
    var late = 0
    var tokens: [Nanoseconds] = []
    var firstScheduled: Nanoseconds = -1
    var preemptions = 0
    /// Units that the first tier was given, and when they are written.
    var given = 0
    var writtenAt: Nanoseconds = 0
    /// Until when it waits for what is on its way.
    var deadline: Nanoseconds?
    var hasAsked = false
    /// When it is loaded, or its blocks are copied, while it waits for that.
    var end: Nanoseconds?
    var hasArrived = false

    var left: Int {
      isDecoding ? (tokens.count + inFlight < output ? 1 : 0) : target - computed
    }
  }

  struct Work {
    var id: Int
    var tokens: Int
    var isDecode: Bool
  }

  let rules: EngineRules
  let tiering: Tiering
  let cost: any CostModel
  var states: [State]
  var gpu: PrefixCacheModel
  var tiers: [TierModel]
  var links: [(reads: Nanoseconds, writes: Nanoseconds)]
  var use: [TierUse]
  var asked: [UInt64: Int] = [:]
  var waiting: [Int] = []
  var running: [Int] = []
  var loading: [Int] = []
  /// Those that are done and whose blocks are being copied.
  var held: [Int] = []
  var fenced: [Int] = []
  var batch: [Work] = []
  var evicted: [Int] = []
  var evictedBefore = 0
  var now: Nanoseconds = 0
  var heard: Nanoseconds = 0
  var wake: Nanoseconds?
  var blockedUntil: Nanoseconds = 0
  var readUntil: Nanoseconds = 0
  /// What left the memory of the GPUs since the last batch.
  var dropped: [UInt64] = []
  var iterations: [IterationRecord] = []

  init(_ trace: Trace, rules: EngineRules, cost: any CostModel) {
    self.rules = rules
    self.cost = cost
    tiering = rules.memory.tiering!
    let blockTokens = rules.memory.blockSize
    states = trace.requests.enumerated().map { row, request in
      let output = rules.emittedTokens(of: request)
      let hashes = Array(trace.columns.prefixHashes![row])
      let tokens = trace.columns.prefixBlockTokens
      let names = (0..<(request.promptTokens + max(0, output)) / blockTokens).map { block in
        let last = (block + 1) * blockTokens - 1
        return last < min(request.promptTokens, hashes.count * tokens)
          ? hashes[last / tokens] * 100_000 + UInt64(last % tokens)
          : 1 << 60 + UInt64(row * 100_000 + block)
      }
      return State(
        arrival: request.arrival, prompt: request.promptTokens, output: output, names: names,
        target: request.promptTokens)
    }
    gpu = PrefixCacheModel(blocks: rules.memory.totalBlocks)
    tiers = rules.memory.tiering!.tiers.map {
      TierModel($0, room: rules.memory.tiering!.units(in: $0, blockTokens: blockTokens))
    }
    links = tiers.map { _ in (0, 0) }
    use = tiers.map { TierUse(name: $0.tier.name) }
  }

  var blockTokens: Int { rules.memory.blockSize }
  var unitTokens: Int { blockTokens * tiering.unitBlocks }
  var unitBytes: Double { Double(unitTokens) * tiering.bytesPerToken }
  func blocks(for tokens: Int) -> Int { (tokens + blockTokens - 1) / blockTokens }

  /// Serves every request; false if it stalls.
  mutating func run(_ requests: [Request]) -> Bool {
    var arrived = 0
    var queue: [(end: Nanoseconds, members: [Int], emitting: [Int])] = []
    while true {
      while arrived < requests.count && requests[arrived].arrival <= now {
        if rules.canServe(requests[arrived]) { waiting.append(arrived) }
        arrived += 1
      }
      while queue.count < (rules.outputs.schedulesAhead ? 2 : 1) {
        if queue.isEmpty { heard = now }
        evicted = []
        batch = []
        wake = nil
        fenced = queue.last?.members ?? []
        plan()
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
        apply(first.emitting, at: first.end)
        hear()
        continue
      }
      let ends = (loading + held).compactMap { states[$0].end }
      let arrival = arrived < requests.count ? [requests[arrived].arrival] : []
      guard let next = (ends + arrival + [wake].compactMap(\.self)).min() else {
        return waiting.isEmpty && running.isEmpty && loading.isEmpty
      }
      now = next
      hear()
    }
  }

  private mutating func hear() {
    heard = now
    let ended = (loading + held).filter { states[$0].end.map { $0 <= now } == true }
      .sorted { (states[$0].end!, $0) < (states[$1].end!, $1) }
    for id in ended {
      states[id].end = nil
      if loading.contains(id) {
        states[id].hasArrived = true
      } else {
        held.removeAll { $0 == id }
        release(id)
      }
    }
  }

  mutating func release(_ id: Int) {
    gpu.release(states[id].blocks, unnamedFirst: true)
    states[id].blocks = []
    states[id].full = 0
  }

  private mutating func enqueue(
    at start: Nanoseconds
  ) -> (end: Nanoseconds, members: [Int], emitting: [Int]) {
    let contexts = batch.filter(\.isDecode).map { states[$0.id].computed }
    let prompts = batch.filter { !$0.isDecode }
    let summed = Batch(
      decodes: contexts.count, decodeContext: contexts.reduce(0, +),
      decodeContextSquares: contexts.reduce(0) { $0 + $1 * $1 },
      chunks: prompts.map {
        Chunk(sequence: SequenceID(0), tokens: $0.tokens, context: states[$0.id].computed)
      })
    let seconds = cost.seconds(for: summed)
    writeBack(from: start)
    let end = start + max(1, Nanoseconds(seconds: seconds + copies(beside: seconds, from: start)))
    iterations.append(
      IterationRecord(
        replica: 0, start: start, end: end, decodes: contexts.count, chunks: prompts.count,
        chunkTokens: prompts.reduce(0) { $0 + $1.tokens }, decodeContext: summed.decodeContext,
        running: running.count, waiting: waiting.count,
        usedBlocks: rules.memory.totalBlocks - gpu.free.count,
        preempted: evictedBefore + evicted.count))
    evictedBefore = 0
    for work in prompts { store(work.id, from: end) }
    for work in batch where work.isDecode { store(work.id, from: end) }
    var emitting: [Int] = []
    for work in batch {
      if states[work.id].firstScheduled < 0 { states[work.id].firstScheduled = start }
      states[work.id].computed += work.tokens
      if states[work.id].isDecoding || states[work.id].computed == states[work.id].target {
        states[work.id].isDecoding = true
        states[work.id].inFlight += 1
        emitting.append(work.id)
      }
    }
    return (end, batch.map(\.id), emitting)
  }

  private mutating func apply(_ emitting: [Int], at end: Nanoseconds) {
    for id in emitting {
      states[id].inFlight -= 1
      states[id].tokens.append(end)
      if states[id].late > 0 {
        states[id].late -= 1
        states[id].target += 1
      }
    }
    let done = emitting.filter { states[$0].tokens.count == states[$0].output }
    waiting.removeAll { done.contains($0) }
    for id in running where done.contains(id) {
      name(id, known: states[id].computed)
      if states[id].writtenAt > end {
        held.append(id)
        states[id].end = states[id].writtenAt
      } else {
        release(id)
      }
    }
    running.removeAll { done.contains($0) }
  }

  /// What every request's user saw.
  var records: [RequestRecord] {
    states.map { state in
      guard state.output > 0, state.tokens.count == state.output else { return .refused }
      let gaps = zip(state.tokens.dropFirst(), state.tokens).map { $0 - $1 }
      return RequestRecord(
        firstScheduled: state.firstScheduled, firstToken: state.tokens[0],
        finish: state.tokens.last!, longestGap: gaps.max() ?? 0,
        emittedTokens: state.tokens.count, preemptions: state.preemptions)
    }
  }
}
