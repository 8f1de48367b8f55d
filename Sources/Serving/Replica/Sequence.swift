/// A request while a replica serves it: what a scheduler holds instead of the request.
///
/// It says nothing of how long the answer will be.
public struct SequenceID: Hashable, Sendable {
  let slot: Int32

  package init(_ slot: Int32) { self.slot = slot }

  var index: Int { Int(slot) }
}

extension [Sequence] {
  /// The sequence in the slot of `id`.
  @inline(__always)
  subscript(id: SequenceID) -> Sequence {
    _read { yield self[id.index] }
    _modify { yield &self[id.index] }
  }
}

/// What a replica knows of a sequence.
///
/// While the sequence is in the decode pool, its context and its emitted tokens are those at
/// joining, and the pool knows how many emissions ago that was.
struct Sequence: Sendable {
  enum Phase: Sendable {
    /// In the queue, holding no blocks.
    case waiting
    /// Admitted, with part of its prompt still to be computed.
    case prefilling
    /// In the decode pool.
    case decoding
    /// Preempted with its cache in the host's memory.
    case swapped
    /// In a queue of its own, with blocks for its whole prompt, which is read from elsewhere.
    case loading
    /// Ready to decode, but left out of the last batch.
    case skipped
    /// Its last token is in flight, and it holds its blocks until that has come out.
    case leaving
    /// Answered to its end.
    case done
  }

  let request: RequestID
  let arrival: Nanoseconds
  /// How urgent it is, smaller first.
  let priority: Int
  let promptTokens: Int
  /// Tokens of its answer.
  let answerTokens: Int
  /// Tokens it emits in all; more than its answer only where a defect repeats it.
  var outputTokens: Int
  var phase = Phase.waiting
  /// Tokens whose keys and values are in the cache.
  var context = 0
  /// Tokens to have in the cache before the next token comes out: prompt and what was emitted.
  var target: Int
  var emitted = 0
  /// Tokens of its prompt that are in flight in a pipeline.
  var inFlight = 0
  /// The pool that it is in, by the pool's tag.
  var pool = 0
  /// Emissions of the pool when this sequence joined it.
  var joined = 0
  /// Tokens of the chunk of its prompt that was computed last.
  var lastChunk = 0
  /// Decodes for which its blocks behind windows are counted by themselves.
  var decodesAlone = 0
  /// Whether they are counted with those of the pool.
  var slidesWithPool = false
  /// The plan that last named this sequence.
  var scheduledIn = -1
  /// The plan of the batch that was put in flight last with it, where engines by priority ask.
  var launchedIn = -1
  /// The plan that last took its cache, and the tokens of its target that were missing then.
  var preemptedIn = -1
  var tokensLeftAtPreemption = 0
  var firstScheduled: Nanoseconds = -1
  var firstToken: Nanoseconds = -1
  var lastToken: Nanoseconds = -1
  var longestGap: Nanoseconds = 0
  /// Up to date where the replica smooths gaps.
  var smoothedGap = SmoothedGap()
  /// The same two before the token that came last with a prompt.
  var tokenBefore: Nanoseconds = -1
  var smoothedBefore = SmoothedGap()
  /// In what order sequences joined the queue.
  var turn = 0
  var preemptions = 0
  /// What becomes of the keys and values of its prompt besides their use here.
  var handover = Handover.none
  /// Whether all of its prompt that was to be read is here.
  var hasArrived = false
  /// Whether nobody waits for it any more.
  var isAbandoned = false
  /// Whether its request was sent again then, so that what becomes of that is not known here.
  var isSentAgain = false

  init(_ id: RequestID, _ request: Request, outputTokens: Int, priority: Int = 0) {
    self.request = id
    arrival = request.arrival
    self.priority = priority
    promptTokens = request.promptTokens
    answerTokens = outputTokens
    self.outputTokens = outputTokens
    target = request.promptTokens
  }

  /// Books a token at `now`, and the gap since the one before.
  mutating func emit(at now: Nanoseconds, into gaps: inout TokenGaps) {
    tokenBefore = lastToken
    smoothedBefore = smoothedGap
    if emitted == 0 {
      firstToken = now
    } else {
      gaps.record(now - lastToken)
      longestGap = max(longestGap, now - lastToken)
      smoothedGap.add(now - lastToken)
    }
    emitted += 1
    lastToken = now
  }

  var record: RequestRecord {
    RequestRecord(
      firstScheduled: firstScheduled, firstToken: firstToken, finish: lastToken,
      longestGap: longestGap, emittedTokens: emitted, preemptions: preemptions)
  }
}
