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
  /// Preempted sequences whose cache is in the host's memory, in that order.
  public internal(set) var swapped = SequenceList()
  /// The cache.
  public internal(set) var cache: KVCache
  /// What the next iteration computes, as far as it is planned.
  public internal(set) var batch = Batch()
  /// Requests that lost their cache in the plan under way, in that order.
  public internal(set) var preempted: [RequestID] = []
  /// Sequences that have left because they were done, or nobody waited for them.
  public internal(set) var departures = 0
  /// Requests that found nothing here to do, some time after the last one had left.
  public internal(set) var idleArrivals = 0
  /// When the plan under way, or the last one, began.
  public internal(set) var now: Nanoseconds = 0
  /// How often a sequence has joined the queue.
  public internal(set) var queued = 0

  var pool: DecodePool
  /// The blocks that decodes will hold, where admissions ask.
  var forecast: Forecast?
  /// What the next plan decodes, or the plan under way, of sequences that are done.
  var pastEnd = PastEndDecodes()
  var sequences: [Sequence] = []
  /// Which of the decoding sequences the plan under way has chosen.
  var selection = Selection.none
  /// Sequences that lost their cache since the last batch was put in flight.
  var evictions = 0
  /// Evictions in the plan under way after which the original engine would hang.
  var hangs = 0
  /// Watches over caches that are taken again and again.
  var circle = Circle()
  /// Sequences that are done and hold blocks that have names.
  var done: [SequenceID] = []
  /// Sequences whose prompts are computed and are to be entered in the tree when their batch ends,
  /// those of the batch that ends first before the rest, and how many those are.
  var prompted: [SequenceID] = []
  var promptedFirst = 0
  /// When the last sequence left.
  var lastDeparture: Nanoseconds = -1
  /// Gaps before tokens that the plan under way drops though they were booked.
  var droppedGaps: [Nanoseconds] = []
  /// Tokens of the prompts that the plan under way admits that were in the cache.
  var cachedTokens = 0
  /// Prompts that it admits, and those of them of which anything was there.
  var admissions = 0
  var cacheHits = 0
  /// Sequences that the plan under way decodes by name.
  var scheduledByName = 0
  /// Members of the pool whose blocks behind windows are counted by themselves.
  var alone: [SequenceID] = []
  /// Sequences that are ready to decode and were left out of the last batch.
  var skipped: [SequenceID] = []
  /// Batches in a pipeline, the first to end first.
  var flights: [Flight] = []
  /// When each stage of the pipeline is free.
  var stages: [Nanoseconds]
  /// Whether another batch can be planned now though one runs, by an engine that schedules ahead.
  var plansOn = false
  /// Pools that are not in use.
  var sparePools: [DecodePool]
  /// When the next batch in flight ends; `never` where there is none.
  var batchEnd = Simulation.never
  /// When the batch ends that is to follow that one, where engines schedule ahead; likewise.
  var followingEnd = Simulation.never
  /// Sequences whose last token is in flight, those of the batch that ends first before the rest,
  /// and how many those are.
  var leaving: [SequenceID] = []
  var leavingFirst = 0
  /// Sequences for which nobody waits any more, and which the next plan lets go.
  var abandoned: [SequenceID] = []
  /// What the batch that was planned last decides, where that is asked for.
  public internal(set) var decisions: Decisions?
  /// The number of the plan under way.
  var planNumber = 0
  var freeSlots: [Int32] = []
  /// The drafts, where sequences decode with some.
  var drafting: Drafting?
  /// What the encoder made of images, where the engine has one and prompts have some.
  var encoder: EncoderCache?
  /// What else is known of the requests.
  let facts: RequestFacts
  /// What it knows of transfers from and to other engines, where there are some.
  var connector: Connector?
  /// The tiers below its memory, where there are some, and whether there are, which is quicker to
  /// ask.
  var tiers: TierStack?
  var hasTiers = false
  /// Sequences whose prompts are read, or are and were not admitted since.
  var loads = 0
  /// What time was spent on, where that is asked for.
  var ledger: AttributionLedger?
  /// How many times as long an iteration takes as it should.
  var pace = 1.0

  enum Selection: Sendable { case none, all, byName, withDrafts }

  /// A replica with nothing to do, which will serve requests of `trace`.
  init(
    rules: EngineRules, serving trace: Trace, smoothsGaps: Bool = false
  ) {
    self.rules = rules
    facts = RequestFacts(trace, rules)
    encoder = EncoderCache(trace, rules)
    cache = KVCache(rules, prefixes: PrefixBlocks.Source(trace))
    drafting = rules.speculation.map(Drafting.init)
    let names = cache.sharesPrefixes
    pool = DecodePool(cache.group, smoothsGaps: smoothsGaps, namesBlocks: names)
    stages = Array(repeating: 0, count: rules.limits.pipelineParallelSize)
    sparePools = (1..<rules.limits.pipelineParallelSize + 1).map { [group = cache.group] in
      DecodePool(group, tag: $0, smoothsGaps: smoothsGaps, namesBlocks: names)
    }
    if let tiering = rules.memory.tiering, names || cache.tree != nil { use(tiering) }
    if rules.memory.admission == .predictedPeak {
      forecast = Forecast(rules.memory.averageLengths, cache.group)
    }
  }

  /// Has it keep what is observed of it, as the replica of that number.
  mutating func observe(_ observation: Observation, as index: Int) {
    if observation.contains(.attribution) { ledger = AttributionLedger(replica: index) }
    if observation.contains(.decisions) { decisions = Decisions() }
  }

  /// Takes `request` on at the end of the queue; returns nil if it could never be served.
  mutating func enqueue(
    _ id: RequestID, _ request: Request, priority: Int, _ handover: Handover = .none
  ) -> SequenceID? {
    guard rules.canServe(request) else { return nil }
    awake(at: request.arrival)
    var newcomer = Sequence(
      id, request, outputTokens: rules.emittedTokens(of: request), priority: priority)
    newcomer.handover = handover
    return place(newcomer)
  }

  /// Frees what an idle engine has freed by the next request, which comes at `time`.
  mutating func awake(at time: Nanoseconds) {
    if hasWork || batchEnd != Simulation.never { return }
    cache.releaseAll()
    if time > lastDeparture { idleArrivals += 1 }
  }

  /// Puts `newcomer` at the end of the queue, in a slot of its own.
  mutating func place(_ newcomer: consuming Sequence) -> SequenceID {
    var sequence = newcomer
    sequence.turn = queued
    queued += 1
    let slot: Int32
    if let free = freeSlots.popLast() {
      slot = free
      sequences[Int(slot)] = sequence
    } else {
      slot = Int32(sequences.count)
      sequences.append(sequence)
      cache.addSlot()
    }
    drafting?.enter(slot: Int(slot))
    if hasTiers { tiers!.enter(slot: Int(slot)) }
    circle.end()
    ledger?.enqueue(sequence.request, slot: Int(slot), arrival: sequence.arrival)
    if rules.order == .priority {
      insertByRank(SequenceID(slot))
    } else {
      waiting.append(SequenceID(slot))
    }
    if hasTiers && tiers!.rules.prefetchesOnArrival { prefetch(SequenceID(slot)) }
    return SequenceID(slot)
  }

  /// Puts `id` into the pool.
  mutating func joinPool(_ id: SequenceID) {
    pool.join(id, &sequences[id])
    watchWindows(of: id)
    forecast?.enter(context: sequences[id].context)
  }

  /// Takes `id` out of the pool with its own figures up to date, `late` tokens left out.
  mutating func leavePool(_ id: SequenceID, late: Int = 0) {
    pool.leave(id, &sequences[id], late: late)
    forecast?.leave(context: sequences[id].context)
    if sequences[id].decodesAlone == 0 { cache.settle(id, at: sequences[id].context) }
    sequences[id].decodesAlone = 0
  }
}
