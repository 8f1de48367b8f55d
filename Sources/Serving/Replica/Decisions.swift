/// What the batch that a replica planned last computes and brings about, sequence by sequence: for
/// looking on, not for speed.
public struct Decisions: Sendable, Equatable {
  /// What is computed for one request.
  public struct Work: Sendable, Equatable {
    public var request: RequestID
    public var isDecode: Bool
    public var tokens: Int
    /// Tokens in the cache before.
    public var context: Int
    /// Of `tokens`, drafts that are verified, or places that are kept for some.
    public var drafts = 0
  }

  /// In order of the running sequences.
  public var work: [Work] = []
  /// Requests that lost their cache while it was planned, in that order.
  public var preempted: [RequestID] = []
  /// Blocks free while the batch runs, and once it has ended.
  public var freeBlocks = 0
  public var freeBlocksAtEnd = 0
  /// Of those, blocks that still hold something of a radix tree.
  public var evictableBlocks = 0
  public var evictableBlocksAtEnd = 0
  /// Requests that get a token when the batch ends, and those that are done then.
  public var emitted: [RequestID] = []
  public var finished: [RequestID] = []
  /// Tokens that each of `emitted` gets.
  public var emittedTokens: [Int] = []
  /// Requests whose prompts are read from elsewhere, or are and were not looked at since, in order,
  /// and those of whose transfers the engine has heard since the batch before.
  public var loading: [RequestID] = []
  public var told: [RequestID] = []
  /// Tokens of images that the encoder has room for while the batch runs, and those with what it
  /// keeps for nobody; nil where there is no encoder.
  public var freeImageTokens: Int?
  public var reclaimableImageTokens: Int?
  /// Drafts for each sequence that follow on it.
  public var draftsToFollow = 0
}

extension Replica {
  /// What the batch that has just been planned decides.
  var decided: Decisions {
    var decisions = Decisions()
    decisions.preempted = preempted
    decisions.draftsToFollow = batch.draftsToFollow
    if let connector {
      let reading = connector.loading.all.filter { isRead($0) }
      decisions.loading = reading.map { sequences[$0].request }
      decisions.told = connector.told
    }
    decisions.freeImageTokens = encoder?.free
    decisions.reclaimableImageTokens = encoder?.reclaimable
    decisions.freeBlocks = cache.totalBlocks - cache.usedBlocks
    decisions.evictableBlocks = cache.evictableBlocks
    var cache = cache
    for id in running.all {
      let sequence = sequences[id]
      if sequence.phase == .decoding && batch.decodes > 0 && sequence.pool == pool.tag {
        let context = pool.context(of: sequence)
        let emitted = sequence.emitted + pool.emissions - sequence.joined
        decisions.note(sequence, true, 1, context, emitted: emitted, rules)
      } else if let verification = drafting?.verifications.first(where: { $0.sequence == id }) {
        decisions.note(
          sequence, true, 1 + verification.drafts, supposedContext(of: id),
          emitted: sequence.emitted, rules,
          accepted: drafting?.accepted(verification, sequence) ?? 0)
      } else if let chunk = batch.chunks.first(where: { $0.sequence == id }) {
        decisions.note(
          sequence, false, chunk.tokens, chunk.context, emitted: sequence.emitted, rules)
      }
      if let last = decisions.work.last, decisions.finished.last == sequence.request {
        if last.isDecode && drafting == nil { cache.settle(id, at: last.context + 1) }
        cache.enter(id, sequence, tokens: last.context + last.tokens)
        if sequence.handover != .sends { cache.release(id, .finished) }
      } else if let last = decisions.work.last, last.request == sequence.request, !last.isDecode,
        last.context + last.tokens == sequence.target
      {
        cache.keep(id, sequence, tokens: sequence.target)
      }
    }
    decisions.freeBlocksAtEnd = cache.totalBlocks - cache.usedBlocks
    decisions.evictableBlocksAtEnd = cache.evictableBlocks
    return decisions
  }

  /// The names of the running requests and of those waiting, in order.
  public var queues: (running: [RequestID], waiting: [RequestID]) {
    (
      running.all.map { sequences[$0].request },
      waiting.all.map { sequences[$0].request }
    )
  }
}

extension Decisions {
  fileprivate mutating func note(
    _ sequence: Sequence, _ isDecode: Bool, _ tokens: Int, _ context: Int, emitted: Int,
    _ rules: EngineRules, accepted: Int = 0
  ) {
    let drafts = isDecode ? tokens - 1 : max(0, context + tokens - sequence.target)
    work.append(
      Work(
        request: sequence.request, isDecode: isDecode, tokens: tokens, context: context,
        drafts: drafts))
    let completes = context + tokens >= sequence.target
    if sequence.phase == .leaving { return }
    guard isDecode || completes && rules.outputs.emitsWithPrompt else { return }
    self.emitted.append(sequence.request)
    let tokens = min(accepted + 1, sequence.outputTokens - emitted)
    emittedTokens.append(tokens)
    guard emitted + tokens == sequence.outputTokens else { return }
    finished.append(sequence.request)
  }
}
