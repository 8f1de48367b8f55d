/// One copy of the model with its queue, its cache and its running sequences.
///
/// Schedulers change it through the verbs in `ReplicaVerbs.swift` alone.
public struct Replica: Sendable {
  /// The limits it keeps and how its engine treats memory and length.
  public let rules: EngineRules
  /// Requests that hold no blocks, next first.
  public internal(set) var waiting = SequenceList()
  /// Admitted sequences, in order of admission unless the scheduler moves them.
  public internal(set) var running = SequenceList()
  /// Admitted sequences with part of their prompt still to be computed, in order of admission.
  public internal(set) var prefilling: [SequenceID] = []
  /// The cache.
  public internal(set) var cache: KVCache
  /// What the next iteration computes, as far as it is planned.
  public internal(set) var batch = Batch()
  /// Sequences that lost their cache in the plan under way.
  public internal(set) var preempted = 0

  var pool: DecodePool
  var sequences: [Sequence] = []
  /// Which of the decoding sequences the plan under way has chosen.
  var chosen = Chosen.none
  /// Sequences that the plan under way decodes by name.
  var named = 0
  /// Sequences that are ready to decode and were left out of the last batch.
  var stalled: [SequenceID] = []
  private var freeSlots: [Int32] = []
  private var plans = 0

  enum Chosen: Sendable { case none, all, named }

  /// A replica with nothing to do.
  public init(rules: EngineRules) {
    self.rules = rules
    cache = KVCache(totalBlocks: rules.totalBlocks, releaseLag: rules.releaseLag)
    pool = DecodePool(blockSize: rules.blockSize)
  }

  /// Whether there is anything to plan for.
  var hasWork: Bool { !waiting.isEmpty || !running.isEmpty }

  /// The number of the plan under way.
  var plan: Int { plans }

  /// Takes `request` on at the end of the queue; refuses it if it could never be served.
  mutating func enqueue(_ id: RequestID, _ request: Request) {
    guard rules.canServe(request) else { return }
    let sequence = Sequence(id, request, outputTokens: rules.emittedTokens(of: request))
    let slot: Int32
    if let free = freeSlots.popLast() {
      slot = free
      sequences[Int(slot)] = sequence
    } else {
      slot = Int32(sequences.count)
      sequences.append(sequence)
    }
    waiting.append(SequenceID(slot))
  }

  /// Begins a plan: an empty batch, and the blocks whose time has come.
  mutating func beginPlan() {
    plans += 1
    cache.beginPlan()
    batch.chunks.removeAll(keepingCapacity: true)
    batch.chunkTokens = 0
    batch.decodes = 0
    batch.decodeContext = 0
    batch.decodeContextSquares = 0
    preempted = 0
    chosen = .none
    named = 0
  }

  /// Ends a plan: the pool holds just the sequences that decode, and the batch their sums.
  mutating func endPlan(at now: Nanoseconds) {
    if chosen == .named { gatherNamed() }
    if chosen != .none {
      batch.decodes = pool.count
      batch.decodeContext = pool.contextSum
      batch.decodeContextSquares = pool.contextSquares
    }
    for chunk in batch.chunks where self[chunk.sequence].firstScheduled < 0 {
      self[chunk.sequence].firstScheduled = now
    }
  }

  /// Moves sequences into and out of the pool so that it holds just those named in this plan.
  private mutating func gatherNamed() {
    for id in stalled where self[id].namedIn == plans { pool.join(id, &sequences[Int(id.slot)]) }
    stalled.removeAll(keepingCapacity: true)
    for id in running.all where isDecoding(id) && self[id].namedIn != plans {
      if self[id].phase == .decoding { leavePool(id) }
      self[id].phase = .stalled
      stalled.append(id)
    }
  }

  /// Applies the results of the batch, which ends at `now`.
  mutating func finish(at now: Nanoseconds, _ timeline: inout Timeline) {
    if batch.decodes > 0 {
      pool.emit(at: now, sequences: &sequences, into: &timeline.gaps)
      while let id = pool.nextFinished() {
        leavePool(id)
        retire(id, &timeline)
      }
    }
    for chunk in batch.chunks { finish(chunk, at: now, &timeline) }
  }

  private mutating func finish(
    _ chunk: Chunk, at now: Nanoseconds, _ timeline: inout Timeline
  ) {
    let id = chunk.sequence
    self[id].context += chunk.tokens
    guard self[id].context == self[id].target else { return }
    leavePrefilling(id)
    self[id].emit(at: now, into: &timeline.gaps)
    if self[id].emitted == self[id].outputTokens {
      retire(id, &timeline)
    } else {
      pool.join(id, &sequences[Int(id.slot)])
    }
  }

  mutating func leavePrefilling(_ id: SequenceID) {
    if let index = prefilling.firstIndex(of: id) { prefilling.remove(at: index) }
  }

  /// Takes `id` out of the pool with its own figures up to date.
  mutating func leavePool(_ id: SequenceID) {
    pool.leave(id, &sequences[Int(id.slot)])
    if rules.reservation != .maxModelLen { self[id].blocks = rules.blocks(for: self[id].context) }
  }

  private mutating func retire(_ id: SequenceID, _ timeline: inout Timeline) {
    timeline.records[self[id].request.index] = self[id].record
    cache.release(self[id].blocks)
    running.remove(id)
    freeSlots.append(id.slot)
  }

  subscript(id: SequenceID) -> Sequence {
    get { sequences[Int(id.slot)] }
    _modify { yield &sequences[Int(id.slot)] }
  }
}
