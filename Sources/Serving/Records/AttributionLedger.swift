/// What the time of one replica was spent on, as sums that only grow, so that a request needs to be
/// looked at only when it begins or ends a phase.
struct AttributionLedger: Sendable {
  /// Time since the beginning, by what it was spent on.
  struct Sums: Sendable {
    var host: Nanoseconds = 0
    var decodes: Nanoseconds = 0
    var prompts: Nanoseconds = 0
    var copies: Nanoseconds = 0
  }

  /// How the time of a batch in flight is shared.
  private struct Shares {
    var host: Nanoseconds
    var decodes: Nanoseconds
    var copies: Nanoseconds
    var total: Nanoseconds
    var chunkTokens: Int
  }

  /// A sequence and the phase that it is in.
  struct Entry: Sendable {
    let request: RequestID
    var attribution = Attribution()
    var phase = PhaseSpan.Phase.queued
    /// When the phase began, and the sums then.
    var start: Nanoseconds
    var sums = Sums()
    /// The time of its own prompt in this phase.
    var own: Nanoseconds = 0
    /// Tokens that it had in the cache when it was taken away.
    var lostTokens = 0
    /// Whether its time is another replica's, which computes its prompt.
    var isElsewhere = false
  }

  /// Phases that have ended, in that order.
  var spans: [PhaseSpan] = []
  private let replica: Int
  private var now: Nanoseconds = 0
  private var sums = Sums()
  /// Batches in flight, the first to end first.
  private var batches: [Shares] = []
  /// The prompts' time since the first of `batches` is that.
  private var promptsOfFirst: Nanoseconds = 0
  /// By slot.
  private var entries: [Entry] = []

  init(replica: Int) { self.replica = replica }

  /// Books the time up to `time` as the batch's that ends next, or the host's if there is none.
  mutating func advance(to time: Nanoseconds) {
    let elapsed = time - now
    now = time
    if elapsed == 0 { return }
    guard let batch = batches.first else {
      sums.host += elapsed
      return
    }
    let host = Self.share(elapsed, batch.host, of: batch.total)
    let decodes = Self.share(elapsed, batch.decodes, of: batch.total)
    let copies = batch.copies == 0 ? 0 : Self.share(elapsed, batch.copies, of: batch.total)
    let prompts = elapsed - host - decodes - copies
    sums.host += host
    sums.copies += copies
    sums.decodes += decodes
    sums.prompts += prompts
    promptsOfFirst += prompts
  }

  /// A batch that takes `seconds` is put in flight, in which it waits for `copies`.
  mutating func launch(
    _ batch: borrowing Batch, seconds: Double, _ cost: any CostModel, copies: Nanoseconds = 0
  ) {
    let total = max(1, Nanoseconds(seconds: seconds))
    let copies = min(total, copies)
    let host = min(
      total - copies, Nanoseconds(seconds: min(seconds, cost.hostSeconds(for: batch))))
    var decodes = total - copies - host
    if batch.decodes == 0 {
      decodes = 0
    } else if !batch.chunks.isEmpty {
      decodes = min(decodes, Nanoseconds(seconds: min(seconds, cost.decodeSeconds(in: batch))))
    }
    batches.append(
      Shares(
        host: host, decodes: decodes, copies: copies, total: total,
        chunkTokens: batch.chunkTokens))
  }

  /// The first batch has ended, and its chunks are booked.
  mutating func land() {
    batches.removeFirst()
    promptsOfFirst = 0
  }

  /// `request` waits in `slot` since `arrival`.
  mutating func enqueue(_ request: RequestID, slot: Int, arrival: Nanoseconds) {
    let entry = Entry(request: request, start: arrival)
    if slot < entries.count { entries[slot] = entry } else { entries.append(entry) }
  }

  /// The request in `slot`, which waits, was sent for the first time at `arrival`, and given up
  /// since.
  mutating func backdate(slot: Int, to arrival: Nanoseconds) { entries[slot].start = arrival }

  /// The time of the sequence in `slot` is another replica's until `goOn`.
  mutating func leaveElsewhere(slot: Int) { entries[slot].isElsewhere = true }

  /// The time of the sequence in `slot` is of this replica since `time`.
  mutating func goOn(slot: Int, at time: Nanoseconds) {
    entries[slot].isElsewhere = false
    entries[slot].start = time
    entries[slot].sums = sums
  }

  /// What is known of the sequence in `slot`, which waits or has lost its cache, so that another
  /// ledger goes on with it.
  func entry(slot: Int) -> Entry { entries[slot] }

  /// Goes on with `entry` in `slot`.
  mutating func enter(_ entry: Entry, slot: Int) { entries[slot] = entry }

  /// What is in flight comes to nothing.
  mutating func dropBatches() {
    batches.removeAll()
    promptsOfFirst = 0
  }

  /// Something is computed for the sequence in `slot` for the first time.
  mutating func begin(slot: Int) { change(slot, to: .prefilling) }

  /// A chunk of `tokens` has ended; the sequence in `slot` has `context` tokens in the cache now.
  mutating func finishChunk(slot: Int, tokens: Int, context: Int, completesPrompt: Bool) {
    switch entries[slot].phase {
    case .queued, .decoding, .transferring, .loading: return
    case .prefilling:
      entries[slot].own += Self.share(promptsOfFirst, tokens, of: batches[0].chunkTokens)
    case .lost:
      if context < entries[slot].lostTokens { return }
      change(slot, to: .prefilling)
    }
    if completesPrompt { change(slot, to: .decoding) }
  }

  /// The sequence in `slot` loses its cache of `context` tokens.
  mutating func lose(slot: Int, context: Int) {
    switch entries[slot].phase {
    case .queued, .lost, .transferring, .loading: return
    case .prefilling, .decoding:
      change(slot, to: .lost)
      entries[slot].lostTokens = context
    }
  }

  /// The cache of the sequence in `slot` is back, and it decodes.
  mutating func restore(slot: Int) { change(slot, to: .decoding) }

  /// The cache of the sequence in `slot` comes from another replica, and is there.
  mutating func beginReading(slot: Int) { change(slot, to: .transferring) }
  mutating func endReading(slot: Int) { change(slot, to: .queued) }

  /// The cache of the sequence in `slot`, which waits, comes from a tier, and is there, or does
  /// not; one that lost its cache has not got it back before as much is there.
  mutating func beginLoading(slot: Int) {
    if entries[slot].phase == .queued { change(slot, to: .loading) }
  }
  mutating func endLoading(slot: Int) {
    if entries[slot].phase == .loading { change(slot, to: .queued) }
  }

  /// The sequence in `slot` has emitted its last token.
  mutating func retire(slot: Int) -> Attribution {
    change(slot, to: .decoding)
    return entries[slot].attribution
  }

  /// Ends the phase of the sequence in `slot` now.
  private mutating func change(_ slot: Int, to phase: PhaseSpan.Phase) {
    var entry = entries[slot]
    if !entry.isElsewhere { entry.book(until: now, sums) }
    if entry.start < now && !entry.isElsewhere {
      spans.append(
        PhaseSpan(
          request: entry.request, replica: replica, phase: entry.phase, start: entry.start,
          end: now))
    }
    entry.phase = phase
    entry.start = now
    entry.sums = sums
    entry.own = 0
    entries[slot] = entry
  }

  /// `part` of `whole`, applied to `time`, rounded down.
  private static func share(
    _ time: Nanoseconds, _ part: Nanoseconds, of whole: Nanoseconds
  ) -> Nanoseconds {
    time == whole ? part : whole.dividingFullWidth(time.multipliedFullWidth(by: part)).quotient
  }
}

extension AttributionLedger.Entry {
  /// Adds what the phase took from its beginning until `now`, when the sums are `sums`.
  fileprivate mutating func book(until now: Nanoseconds, _ sums: AttributionLedger.Sums) {
    let prompts = sums.prompts - self.sums.prompts
    let decodes = sums.decodes - self.sums.decodes
    switch phase {
    case .queued: attribution.queue += now - start
    case .lost: attribution.preemption += now - start
    case .transferring: attribution.transfer += now - start
    case .loading: attribution.tier += now - start
    case .prefilling:
      attribution.tier += sums.copies - self.sums.copies
      attribution.host += sums.host - self.sums.host
      attribution.prefill += own
      attribution.othersPrefill += prompts - own
      attribution.othersDecode += decodes
    case .decoding:
      attribution.tier += sums.copies - self.sums.copies
      attribution.host += sums.host - self.sums.host
      attribution.othersPrefill += prompts
      attribution.decode += decodes
    }
  }
}
