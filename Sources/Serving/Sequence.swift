/// A request while a replica serves it: what a scheduler holds instead of the request.
///
/// It says nothing of how long the answer will be.
public struct SequenceID: Hashable, Sendable {
  let slot: Int32

  init(_ slot: Int32) { self.slot = slot }

  var index: Int { Int(slot) }
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
    /// Ready to decode, but left out of the last batch.
    case stalled
  }

  let request: RequestID
  let arrival: Nanoseconds
  let promptTokens: Int
  /// Tokens it emits in all.
  let outputTokens: Int
  var phase = Phase.waiting
  /// Tokens whose keys and values are in the cache.
  var context = 0
  /// Tokens to have in the cache before the next token comes out: prompt and what was emitted.
  var target: Int
  var emitted = 0
  /// Blocks held; while decoding, those at joining the pool.
  var blocks = 0
  /// Emissions of the pool when this sequence joined it.
  var joined = 0
  /// The plan that last named this sequence.
  var namedIn = -1
  var firstScheduled: Nanoseconds = -1
  var firstToken: Nanoseconds = -1
  var lastToken: Nanoseconds = -1
  var longestGap: Nanoseconds = 0
  var preemptions = 0

  init(_ id: RequestID, _ request: Request, outputTokens: Int) {
    self.request = id
    arrival = request.arrival
    promptTokens = request.promptTokens
    self.outputTokens = outputTokens
    target = request.promptTokens
  }

  /// Books a token at `now`, and the gap since the one before.
  mutating func emit(at now: Nanoseconds, into gaps: inout TokenGaps) {
    if emitted == 0 {
      firstToken = now
    } else {
      gaps.record(now - lastToken)
      longestGap = max(longestGap, now - lastToken)
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
