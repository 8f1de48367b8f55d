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
  /// When the batch in flight ends; `never` where there is none.
  var batchEnd = Simulation.never
  /// The number of the plan under way.
  var plan = 0
  var freeSlots: [Int32] = []

  enum Chosen: Sendable { case none, all, named }

  /// A replica with nothing to do.
  public init(rules: EngineRules) {
    self.rules = rules
    cache = KVCache(totalBlocks: rules.totalBlocks, releaseLag: rules.releaseLag)
    pool = DecodePool(blockSize: rules.blockSize)
  }

  /// Takes `request` on at the end of the queue; refuses it if it could never be served.
  mutating func enqueue(_ id: RequestID, _ request: Request) {
    guard rules.canServe(request) else { return }
    if waiting.isEmpty && running.isEmpty && batchEnd == Simulation.never { cache.settle() }
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

  mutating func leavePrefilling(_ id: SequenceID) {
    if let index = prefilling.firstIndex(of: id) { prefilling.remove(at: index) }
  }

  /// Takes `id` out of the pool with its own figures up to date.
  mutating func leavePool(_ id: SequenceID) {
    pool.leave(id, &sequences[id.index])
    if rules.reservation != .maxModelLen {
      sequences[id.index].blocks = rules.blocks(for: sequences[id.index].context)
    }
  }
}
