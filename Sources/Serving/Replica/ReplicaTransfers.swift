/// Keys and values that come from another engine, or that one reads, as vLLM's connectors have it.
///
/// A request whose prompt another engine computes takes blocks for the whole of it when it comes to
/// the head of the queue, less what is found here, and holds them in a queue of its own while the
/// rest is read. Then it computes the prompt's last token once more, out of which its first comes.
/// One whose prompt another engine reads keeps its blocks when it is done, until that has happened.
/// An engine hears of the end of a transfer with the results of a batch, or at once while it idles.
///
/// vLLM 0.33.0, `vllm/v1/core/sched/scheduler.py` with `NixlConnector`, which pulls.
struct Connector: Sendable {
  /// Sequences that hold blocks for what is read, in the order in which they are looked at.
  var loading = SequenceList()
  /// Those of them whose reading began with the last plan.
  var begun: [(sequence: SequenceID, tokens: Int)] = []
  /// Requests that were done with the last batch and are to be read.
  var held: [Held] = []
  /// Whether those are answered by others, so that they are not done.
  var handsOver = false
  /// Transfers that have ended and of which the engine has not heard, in the order of their ends.
  var ended: [SequenceID] = []
  /// Transfers that the engine takes to be under way.
  var underWay = 0
  /// Requests of whose transfers it has heard since its last batch began.
  var told: [RequestID] = []
  /// The plan of the batch that was put in flight last, and whether it decodes all.
  var flight = (plan: -1, decodesAll: false)

  /// A request that is done and is to be read.
  struct Held: Sendable {
    var request: RequestID
    /// None where it lost its cache with the last token in flight, so that there is nothing to be
    /// read.
    var sequence: SequenceID?
    var record: RequestRecord
  }

  /// Notes that `sequence` is done, and lost its cache before.
  mutating func noteLoss(of sequence: Sequence) {
    guard sequence.handover == .sends else { return }
    held.append(Held(request: sequence.request, record: sequence.record))
  }
}

extension Replica {
  /// Has the engine hear of the transfers that have ended.
  mutating func hearOfTransfers(at now: Nanoseconds) {
    guard connector != nil else { return }
    if hasTiers { tiers!.heard = now }
    for id in connector!.ended {
      if id.slot < 0 {
        tiers!.armed = Simulation.never
        continue
      }
      connector!.underWay -= 1
      connector!.told.append(sequences[id].request)
      if sequences[id].phase == .loading {
        sequences[id].hasArrived = true
        if hasTiers {
          ledger?.endLoading(slot: id.index)
        } else {
          ledger?.endReading(slot: id.index)
        }
      } else {
        cache.release(id, .finished)
        freeSlots.append(id.slot)
      }
    }
    connector!.ended.removeAll(keepingCapacity: true)
  }

  /// Notes that what was read for `id`, or of it, is read; the engine hears of it when it can.
  mutating func endTransfer(of id: SequenceID, at now: Nanoseconds) {
    connector!.ended.append(id)
    guard batchEnd == Simulation.never else { return }
    ledger?.advance(to: now)
    hearOfTransfers(at: now)
  }

  /// Whether `id`, which waits and shares the first tokens of its prompt by now, has the rest read.
  @inline(__always)
  func isToBeRead(_ id: SequenceID) -> Bool {
    sequences[id].handover == .receives && sequences[id].context < sequences[id].promptTokens
  }

  /// Has the rest of the prompt of `id` read, which is at the head of the queue, if memory has room
  /// for it besides what prompts that are computed lack; says whether it has.
  mutating func beginLoad(of id: SequenceID) -> Bool {
    let hit = sequences[id].context
    let prompt = sequences[id].promptTokens
    let need = cache.lacking(id, at: hit, to: reachOfFirstStep(prompt))
    guard need <= cache.freeBlocks - reservedBlocks,
      cache.freeBlocks - need >= rules.memory.watermarkBlocks
    else { return false }
    waiting.remove(id)
    sequences[id].phase = .loading
    sequences[id].handover = .none
    cache.reserve(id, sequences[id], at: hit, to: prompt, known: hit)
    drafting?.extend(slot: id.index, to: prompt)
    sequences[id].context = prompt
    enterLoading(id)
    connector!.begun.append((id, prompt - hit))
    ledger?.beginReading(slot: id.index)
    cachedTokens += hit
    admissions += 1
    if hit > 0 { cacheHits += 1 }
    return true
  }

  /// Blocks that prompts which are computed in part, or are read, will take for the rest.
  var reservedBlocks: Int {
    var blocks = 0
    for id in prefilling {
      blocks += cache.lacking(id, at: 0, to: reachOfFirstStep(sequences[id].target))
    }
    if drafting == nil && !hasTiers { return blocks }
    for id in connector!.loading.all {
      blocks += cache.lacking(id, at: 0, to: reachOfFirstStep(sequences[id].target))
    }
    return blocks
  }

  /// Tokens that a sequence has blocks for when its prompt of `tokens` is there: where drafts are
  /// verified, those that its first step has places for.
  private func reachOfFirstStep(_ tokens: Int) -> Int {
    guard let rules = drafting?.rules else { return tokens }
    let drafts = rules.numSpeculativeTokens + rules.lookaheadTokens
    return min(tokens + drafts, self.rules.limits.maxModelLen)
  }

  /// Has `id`, which has just come, go on with its answer behind the first token, which came out
  /// where its prompt was computed.
  mutating func goOn(_ id: SequenceID, from record: RequestRecord) {
    sequences[id].emitted = record.emittedTokens
    sequences[id].firstToken = record.firstToken
    sequences[id].lastToken = record.firstToken
    sequences[id].target = sequences[id].promptTokens + record.emittedTokens
  }

  /// Admits those whose prompts are read and whose first tokens are out, in order, while the cap on
  /// sequences allows it: they decode at once.
  public mutating func joinArrived() {
    guard loads > 0, !hasTiers else { return }
    var cursor = connector!.loading.first
    while let id = cursor, running.count < rules.limits.mostRunning {
      cursor = connector!.loading.next(after: id)
      guard sequences[id].hasArrived, sequences[id].emitted > 0 else { continue }
      nameRead(id)
      sequences[id].context = sequences[id].promptTokens
      connector!.loading.remove(id)
      loads -= 1
      sequences[id].hasArrived = false
      running.append(id)
      sequences[id].phase = .skipped
      skipped.append(id)
      ledger?.restore(slot: id.index)
    }
  }

  /// Admits those whose prompts are read, in order, while the token budget and the cap on sequences
  /// allow it; says whether those behind may be admitted, too.
  ///
  /// - Parameter holding: whether one that lacks more than a token ends it.
  public mutating func admitArrived(holding: Bool = false) -> Bool {
    guard loads > 0 else { return true }
    if hasTiers { return admitLoaded(holding: holding) }
    var cursor = connector!.loading.first
    while let id = cursor, tokensLeftInBudget > 0, running.count < rules.limits.mostRunning {
      cursor = connector!.loading.next(after: id)
      guard sequences[id].hasArrived, sequences[id].emitted == 0 else { continue }
      nameRead(id)
      leaveLoading(id)
      compute(id, tokens: 1)
    }
    return true
  }

  /// Lets others find the blocks of `id`, whose prompt is read but for its last token, which is
  /// computed.
  mutating func nameRead(_ id: SequenceID) {
    let prompt = sequences[id].promptTokens
    cache.nameDecode(id, sequences[id], to: prompt, known: prompt)
    sequences[id].context = prompt - 1
  }

  /// Whether `id`, which has its prompt read, still waits for it, or to be looked at.
  func isRead(_ id: SequenceID) -> Bool {
    !sequences[id].hasArrived || sequences[id].context == sequences[id].promptTokens
  }

  /// Has `id`, which waits no more, stand among those that are read.
  mutating func enterLoading(_ id: SequenceID) {
    if rules.order == .priority {
      connector!.loading.insert(id, sequences[id].rankInTrace)
    } else {
      connector!.loading.append(id)
    }
    loads += 1
    connector!.underWay += 1
  }

  /// Has `id`, whose prompt is read, run.
  mutating func leaveLoading(_ id: SequenceID) {
    connector!.loading.remove(id)
    loads -= 1
    sequences[id].hasArrived = false
    running.append(id)
    prefilling.append(id)
    sequences[id].phase = .prefilling
  }

  /// Has `id`, which waits, go before all others, unless those have an order of their own.
  mutating func goBeforeAll(_ id: SequenceID) {
    if rules.order == .priority { return }
    waiting.remove(id)
    waiting.prepend(id)
  }

  /// Whether another replica answers `id`, whose prompt is computed.
  func isHandedOver(_ id: SequenceID) -> Bool {
    connector?.handsOver == true && sequences[id].handover == .sends
  }

  /// Keeps the blocks of `id`, which is done, until another engine has read them; false where none
  /// does.
  mutating func keepForReading(_ id: SequenceID) -> Bool {
    if hasTiers { return keepForWriting(id) }
    guard sequences[id].handover == .sends else { return false }
    running.remove(id)
    let record = sequences[id].record
    connector!.held.append(.init(request: sequences[id].request, sequence: id, record: record))
    connector!.underWay += 1
    return true
  }

  /// Whether the engine can do nothing before a transfer ends.
  mutating func awaitsTransfers() -> Bool {
    guard connector.map({ $0.underWay > 0 }) == true || tiers?.isAwaited == true else {
      return false
    }
    plansOn = false
    return true
  }

  /// Notes what the batch that is put in flight decodes.
  mutating func noteFlight() {
    connector!.flight = (planNumber, selection == .all)
    if schedulesAhead && rules.order == .priority {
      // A plan may name a victim before it takes its cache.
      for id in running.all where isPlanned(id) { sequences[id].launchedIn = planNumber }
    }
    connector!.told.removeAll(keepingCapacity: true)
  }

  /// Whether `id` is in a batch that has not ended, so that its blocks would not be free at once if
  /// it lost them: who schedules ahead takes them from nobody else then.
  func isFenced(_ id: SequenceID) -> Bool {
    guard schedulesAhead, let connector, batchEnd != Simulation.never else { return false }
    return sequences[id].phase == .leaving || sequences[id].scheduledIn == connector.flight.plan
      || sequences[id].launchedIn == connector.flight.plan
      || connector.flight.decodesAll && sequences[id].phase == .decoding
  }
}
