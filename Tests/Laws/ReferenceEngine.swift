@testable import Serving

/// The obvious engine: it walks every request in every iteration, and is slow.
///
/// What the real engine keeps as sums, this one keeps as lists. It is written from the pseudo-code
/// of the originals, shares no code with `Replica`, and is what the real engine must agree with.
struct ReferenceEngine {
  struct State {
    let arrival: Nanoseconds
    let prompt: Int
    let output: Int
    /// Smaller is more urgent.
    let priority: Int
    /// The name of its LoRA adapter; empty for none.
    let adapter: String
    /// The name of its client.
    let client: String
    /// Tokens in the cache, and tokens to have there before the next one comes out.
    var computed = 0
    var target: Int
    var isDecoding = false
    var blocks = 0
    var firstScheduled: Nanoseconds = -1
    var tokens: [Nanoseconds] = []
    /// Tokens that batches in flight will bring, and those of them that come after an eviction.
    var inFlight = 0
    var late = 0
    /// Drafts to be verified next, and samplings so far.
    var drafts = 0
    var steps = 0
    /// Tokens that results in flight may bring at most.
    var placeholders = 0
    var preemptions = 0
    /// Tokens that it had, or was to get from batches in flight, when the engine let it go because
    /// its client had stopped waiting.
    var tokensWhenLetGo: Int?
    /// Tokens of its prompt that were missing when it last lost its cache.
    var tokensLeftAtPreemption = 0

    var left: Int {
      if isDecoding { return tokens.count + inFlight < output ? 1 : 0 }
      return target - computed
    }
  }

  struct Work {
    var id: Int
    var tokens: Int
    var isDecode: Bool
  }

  let rules: EngineRules
  let cost: any CostModel
  let policy: any ReferencePlanner
  /// After which time clients stop waiting.
  var timeout: Nanoseconds?
  let requests: [Request]
  var states: [State]
  var waiting: [Int] = []
  var running: [Int] = []
  /// Those whose cache is in the host's memory.
  var swapped: [Int] = []
  var free: Int
  /// Blocks on their way back: how many, and the plan that first sees them.
  var returning: [(blocks: Int, plan: Int)] = []
  var plan = 0
  var batch: [Work] = []
  var evicted: [Int] = []
  /// How many were evicted by plans since the last batch.
  var evictedBefore = 0
  /// Those that are done and are decoded once more.
  var pastEnd: [Int] = []
  /// Whose turn it is where prompts and decodes alternate.
  var isDecodesTurn = false
  /// When the plan under way began.
  var now: Nanoseconds = 0
  /// What schedulers of research remember.
  var research = ResearchMemory()
  /// The images of prompts, and what is kept of them.
  let images: [[PromptImage]]
  var encoder = ReferenceEncoder()
  /// Iterations, the last of them with prompts, and whether anyone was held up by more than a pause
  /// between prompts.
  var cadence = (executed: 0, last: 0, isBound: false)
  /// What SGLang's scheduler remembers, and whether the engine had nothing to do since its last
  /// plan.
  var sglang = SGLangMemory()
  var idled = false
  var iterations: [IterationRecord] = []
  /// What became of drafts.
  var drafts = DraftCounts()

  init(
    _ trace: Trace, rules: EngineRules, policy: any ReferencePlanner, cost: any CostModel
  ) {
    self.rules = rules
    self.policy = policy
    self.cost = cost
    requests = trace.requests
    images = trace.columns.images ?? []
    free = rules.memory.totalBlocks
    states = trace.requests.enumerated().map { row, request in
      State(
        arrival: request.arrival, prompt: request.promptTokens,
        output: rules.emittedTokens(of: request), priority: trace.columns.priorities?[row] ?? 0,
        adapter: trace.columns.adapters?[row] ?? "", client: trace.columns.clients?[row] ?? "",
        target: request.promptTokens)
    }
  }

  /// By row, where engines read from each other; those whose prompts are read, in order; and those
  /// in the batch that has not ended.
  var transfers: [ReferenceTransfers.State] = []
  var loading: [Int] = []
  var fenced: [Int] = []

  /// Serves every request; false if it stalls.
  mutating func run() -> Bool {
    if !transfers.isEmpty { return runWithTransfers() }
    if rules.outputs.schedulesAhead { return runAhead() }
    var now = 0
    var arrived = 0
    while true {
      while arrived < requests.count && requests[arrived].arrival <= now {
        if batch.isEmpty && isIdle { returnBlocks(before: .max) }
        if rules.canServe(requests[arrived]) { waiting.append(arrived) }
        arrived += 1
      }
      batch = []
      letGo(at: now)
      if isIdle {
        guard arrived < requests.count else { return true }
        now = requests[arrived].arrival
        idled = true
        continue
      }
      plan += 1
      returnBlocks(before: plan)
      evicted = []
      self.now = now
      encoder.budget = rules.encoder?.budgetTokens ?? 0
      encoder.computed = [:]
      policy.plan(&self)
      if batch.isEmpty && pastEnd.isEmpty {
        guard !evicted.isEmpty || !returning.isEmpty else { return false }
        evictedBefore += evicted.count
        continue
      }
      now = execute(at: now)
    }
  }

  /// Runs the batch, which was planned at `now`, and returns its end.
  private mutating func execute(at now: Nanoseconds) -> Nanoseconds {
    if rules.speculation != nil { return executeDrafts(at: now) }
    let end = launch(at: now)
    for id in pastEnd { releaseBlocks(of: id, seenBy: plan + 1) }
    pastEnd = []
    var emitting: [Int] = []
    defer { land(emitting, done: emitting.filter { !running.contains($0) }) }
    for work in batch {
      states[work.id].computed += work.tokens
      if !work.isDecode { letGoOfImages(work.id, computed: states[work.id].computed) }
      if work.isDecode || states[work.id].computed == states[work.id].target {
        let completesPrompt = !states[work.id].isDecoding
        states[work.id].isDecoding = true
        if completesPrompt && !rules.outputs.emitsWithPrompt {
          // The prompt's last token is computed once more.
          states[work.id].computed -= 1
          continue
        }
        states[work.id].tokens.append(end)
        emitting.append(work.id)
        if states[work.id].tokens.count == states[work.id].output { retire(work.id) }
      }
    }
    return end
  }

  /// Notes the iteration of the batch, which starts at `now`, and returns its end.
  mutating func launch(at now: Nanoseconds) -> Nanoseconds {
    let contexts =
      batch.filter(\.isDecode).map { states[$0.id].computed }
      + pastEnd.map { states[$0].computed }
    let prompts = batch.filter { !$0.isDecode }
    let verified = batch.reduce(0) { $0 + ($1.isDecode ? $1.tokens - 1 : 0) }
    var summed = Batch(
      decodes: contexts.count, decodeContext: contexts.reduce(0, +),
      decodeContextSquares: contexts.reduce(0) { $0 + $1 * $1 },
      chunks: prompts.map {
        Chunk(sequence: SequenceID(0), tokens: $0.tokens, context: states[$0.id].computed)
      })
    summed.drafts = verified
    let flushed = returning.reduce(0) { $0 + ($1.plan == plan + 1 ? $1.blocks : 0) }
    let end = now + max(1, Nanoseconds(seconds: cost.seconds(for: summed)))
    iterations.append(
      IterationRecord(
        replica: 0, start: now, end: end, decodes: contexts.count, chunks: prompts.count,
        chunkTokens: prompts.reduce(0) { $0 + $1.tokens }, decodeContext: summed.decodeContext,
        running: running.count, waiting: waiting.count,
        usedBlocks: rules.memory.totalBlocks - free - flushed,
        preempted: evictedBefore + evicted.count, drafts: verified))
    evictedBefore = 0
    for work in batch where states[work.id].firstScheduled < 0 {
      states[work.id].firstScheduled = now
    }
    return end
  }

  /// Lets those go whose clients have stopped waiting by `now`, with their blocks.
  mutating func letGo(at now: Nanoseconds) {
    guard let timeout else { return }
    for id in states.indices
    where states[id].arrival + timeout <= now && (waiting + running + swapped).contains(id) {
      if states[id].tokensWhenLetGo != nil { continue }
      // How many tokens drafts in flight bring is known when they have.
      states[id].tokensWhenLetGo =
        states[id].tokens.count + (rules.speculation == nil ? states[id].inFlight : 0)
      if running.contains(id) {
        releaseBlocks(of: id, seenBy: plan + 1 + rules.memory.releaseLag)
        land([id], done: [id])
      }
      running.removeAll { $0 == id }
      waiting.removeAll { $0 == id }
      swapped.removeAll { $0 == id }
    }
  }

  var isIdle: Bool {
    waiting.isEmpty && running.isEmpty && swapped.isEmpty && pastEnd.isEmpty
  }

  private mutating func retire(_ id: Int) {
    running.removeAll { $0 == id }
    if rules.outputs.decodesPastEnd { return pastEnd.append(id) }
    releaseBlocks(of: id, seenBy: plan + 1 + rules.memory.releaseLag)
  }

  mutating func releaseBlocks(of id: Int, seenBy plan: Int) {
    let blocks = states[id].blocks
    if rules.memory.releaseLag == 0 { free += blocks } else { returning.append((blocks, plan)) }
    states[id].blocks = 0
  }

  mutating func returnBlocks(before plan: Int) {
    for entry in returning where entry.plan <= plan { free += entry.blocks }
    returning.removeAll { $0.plan <= plan }
  }
}

/// What the policies below do to a request.
extension ReferenceEngine {
  func blocksNeeded(_ id: Int, _ tokens: Int) -> Int {
    max(0, rules.blocks(for: states[id].computed + tokens) - states[id].blocks)
  }

  mutating func take(_ blocks: Int, for id: Int) {
    free -= blocks
    states[id].blocks += blocks
  }

  mutating func schedule(_ id: Int, _ tokens: Int) {
    batch.append(Work(id: id, tokens: tokens, isDecode: states[id].isDecoding))
  }

  mutating func admit(_ tokens: Int, taking blocks: Int) {
    let id = waiting.removeFirst()
    take(blocks, for: id)
    running.append(id)
    schedule(id, tokens)
  }

  mutating func evict(_ id: Int, toFront: Bool = true) {
    running.removeAll { $0 == id }
    evicted.append(id)
    releaseBlocks(of: id, seenBy: plan + 1)
    states[id].tokensLeftAtPreemption = states[id].isDecoding ? 0 : states[id].left
    states[id].computed = 0
    states[id].target = states[id].prompt + states[id].tokens.count
    letGoOfImages(id)
    states[id].late = states[id].inFlight
    states[id].placeholders = 0
    states[id].isDecoding = false
    states[id].preemptions += 1
    if toFront { waiting.insert(id, at: 0) } else { waiting.append(id) }
  }

  var used: Int { batch.reduce(0) { $0 + $1.tokens } }
}
