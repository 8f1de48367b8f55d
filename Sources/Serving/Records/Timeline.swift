/// Everything that was seen while a trace was served.
public struct Timeline: Sendable, Equatable {
  /// One record a request, in the order of the trace.
  public package(set) var records: [RequestRecord]
  /// The times between consecutive tokens, over all requests.
  public package(set) var gaps = TokenGaps()
  /// The replica that each request was sent to; empty where there is one replica.
  public internal(set) var servedBy: [UInt16] = []
  /// What became of drafts.
  public internal(set) var drafts = DraftCounts()
  /// How full memory and batches were.
  public package(set) var occupancy = Occupancy()
  /// The same of each pool, where there are several, in their order; and what was handed over from
  /// some to others, where that is done.
  public internal(set) var pools: [Occupancy] = []
  public internal(set) var transfers: TransferUse?
  /// What became of the tiers below the memory of the GPUs; empty where there are none.
  public internal(set) var tiers: [TierUse] = []
  /// The iterations one by one; empty unless they were asked for.
  public internal(set) var iterations: [IterationRecord] = []
  /// Where each request's latency came from, in the order of the trace; empty unless it was asked
  /// for.
  public internal(set) var attributions: [Attribution] = []
  /// What requests did and when, in the order of the ends; empty likewise.
  public internal(set) var spans: [PhaseSpan] = []
  /// Prompt tokens that admissions found in the cache, recomputed ones included.
  public internal(set) var cachedTokens = 0
  /// Admissions, those after a preemption included, and how many found anything in the cache.
  public internal(set) var admissions = 0
  public internal(set) var cacheHits = 0
  /// Prompt tokens, each once, that were computed or found for requests that clients gave up or
  /// that were lost.
  public internal(set) var abandonedPromptTokens = 0
  /// Plans in which the original engine crashes or hangs, and ours waits for blocks to come back,
  /// or computes a cache again that the original would leave in the host's memory for ever.
  public internal(set) var deadlockedSteps = 0
  /// Batches in which a rank had nothing to compute while one in lock step with it had.
  public internal(set) var dummyBatches = 0
  /// Requests that are completed, refused, turned away, timed out or lost.
  public internal(set) var settled = 0
  /// When the last request finished.
  public package(set) var end: Nanoseconds = 0

  /// How often requests were sent again that their clients had given up; nil where none is.
  public internal(set) var retries: Int?

  /// What became of replicas that come, fail and go; nil where all serve all the time.
  public internal(set) var upkeep: UpkeepCounts?
  /// Requests that were turned away at the door; nil where nobody stands there.
  public internal(set) var shed: Int?

  /// For how long clients wait for an answer; nil where they wait for ever.
  public package(set) var clientTimeout: Nanoseconds?

  /// Whether the iterations are kept.
  let keepsIterations: Bool
  /// Requests whose last token came out of the batch that ended last.
  var ended: [RequestID] = []

  /// A timeline of `count` requests of which nothing has been seen yet.
  public init(count: Int, observing observation: Observation = []) {
    keepsIterations = observation.contains(.iterations)
    if observation.contains(.attribution) {
      attributions = Array(repeating: Attribution(), count: count)
    }
    records = Array(repeating: .refused, count: count)
  }

  /// Books where the latency of `id` came from.
  ///
  /// - Parameter besides: whether what it took on another replica is booked already and stays.
  mutating func book(_ attribution: Attribution, of id: RequestID, besides: Bool) {
    if besides {
      attributions[id.index].add(attribution)
    } else {
      attributions[id.index] = attribution
    }
  }

  /// Has the users see all of it later than it happened, as through a front end.
  package mutating func delay(by time: Nanoseconds) {
    if time == 0 { return }
    for row in records.indices { records[row].delay(by: time) }
    for row in attributions.indices where records[row].isCompleted {
      attributions[row].host += time
    }
    end += time
  }
}

extension Timeline {
  /// The same of the requests in `rows`, which are all of them, in that order.
  package func rows(at rows: [Int]) -> Timeline {
    var timeline = self
    timeline.records = rows.map { records[$0] }
    if !servedBy.isEmpty { timeline.servedBy = rows.map { servedBy[$0] } }
    if !attributions.isEmpty { timeline.attributions = rows.map { attributions[$0] } }
    if spans.isEmpty { return timeline }
    var places = Array(repeating: 0, count: rows.count)
    for (place, row) in rows.enumerated() { places[row] = place }
    for index in spans.indices {
      timeline.spans[index].request = RequestID(places[spans[index].request.index])
    }
    return timeline
  }
}

/// One iteration of one replica.
public struct IterationRecord: Sendable, Equatable {
  /// Which replica ran it, counted from 0.
  public var replica: Int
  public var start: Nanoseconds
  public var end: Nanoseconds
  /// Sequences that computed one token each.
  public var decodes: Int
  /// Prompts in the batch, and their tokens.
  public var chunks: Int
  public var chunkTokens: Int
  /// The sum over the decodes of the tokens in the cache before.
  public var decodeContext: Int
  /// Sequences admitted and not finished, and requests waiting, after the batch was planned.
  public var running: Int
  public var waiting: Int
  /// Blocks in use after the batch was planned.
  public var usedBlocks: Int
  /// Sequences that lost their cache while the batch was planned.
  public var preempted: Int
  /// Drafts that decodes verified, besides the token that each of them computed.
  public var drafts = 0
}

extension IterationRecord {
  /// The iteration that `replica`, the one at `index`, has planned.
  init(of replica: borrowing Replica, _ index: Int, start: Nanoseconds, end: Nanoseconds) {
    self.init(
      replica: index, start: start, end: end, decodes: replica.batch.decodes,
      chunks: replica.batch.chunks.count, chunkTokens: replica.batch.chunkTokens,
      decodeContext: replica.batch.decodeContext, running: replica.running.count,
      waiting: replica.waiting.count, usedBlocks: replica.cache.usedBlocks,
      preempted: replica.evictions, drafts: replica.batch.drafts)
  }
}
