/// One turn of a replica: a plan, its batch, and what comes of it.
extension Replica {
  /// Whether any request is here that is not done.
  @inline(__always)
  var hasWork: Bool {
    !(waiting.isEmpty && running.isEmpty && swapped.isEmpty && pastEnd.count == 0 && loads == 0)
  }

  /// Plans a batch at `now` and puts it in flight.
  mutating func start(
    at now: Nanoseconds, _ index: Int, _ scheduler: inout any Scheduler, _ cost: any CostModel,
    _ timeline: inout Timeline
  ) throws(RunError) {
    guard try prepare(at: now, index, &scheduler, &timeline) else { return }
    var seconds = cost.seconds(for: batch) * pace
    if hasTiers { seconds += copySeconds(beside: seconds, from: beginOfNext(at: now)) }
    try launch(for: seconds, at: now, index, cost, &timeline)
  }

  /// Plans a batch at `now`; false where there is nothing to put in flight.
  @inline(__always)
  mutating func prepare(
    at now: Nanoseconds, _ index: Int, _ scheduler: inout any Scheduler,
    _ timeline: inout Timeline
  ) throws(RunError) -> Bool {
    let begin = beginOfNext(at: now)
    self.now = now
    ledger?.advance(to: begin)
    if !abandoned.isEmpty && !letGoAbandoned(&timeline) { return false }
    if hasTiers { beginPlanOfTiers() }
    while true {
      beginPlan()
      scheduler.plan(&self)
      endPlan(at: begin)
      if !droppedGaps.isEmpty { takeBackGaps(&timeline) }
      if !preempted.isEmpty { try noteEvictions(index, at: now, &timeline) }
      if !batch.isEmpty { break }
      if begin > now {
        // The result of the batch that runs is awaited.
        plansOn = false
        return false
      }
      guard !preempted.isEmpty || cache.allReleasing > 0 else {
        if !flights.isEmpty || awaitsTransfers() { return false }
        throw .stall(Stall(self, index: index, at: now))
      }
      if preempted.isEmpty && !cache.isReleasing { timeline.deadlockedSteps += 1 }
    }
    timeline.cachedTokens += cachedTokens
    timeline.admissions += admissions
    timeline.cacheHits += cacheHits
    return true
  }

  /// Puts the batch that was planned at `now`, and lasts `seconds`, in flight.
  @inline(__always)
  mutating func launch(
    for seconds: Double, at now: Nanoseconds, _ index: Int, _ cost: any CostModel,
    _ timeline: inout Timeline
  ) throws(RunError) {
    let begin = beginOfNext(at: now)
    guard seconds <= EngineRange.clock.upperBound.seconds else {
      throw endOfClock(index, seconds, now, timeline)
    }
    precondition(seconds > 0, "a batch takes time")
    ledger?.launch(batch, seconds: seconds, cost, copies: tiers?.copies ?? 0)
    // A comparison with nil would copy them.
    if case .some = decisions { decisions = decided }
    let duration: Nanoseconds
    let end: Nanoseconds
    if isPipelined {
      duration = launch(at: now, seconds: seconds, &timeline.occupancy)
      end = stages[stages.count - 1]
    } else {
      duration = max(1, Nanoseconds(seconds: seconds))
      end = begin + duration
      if !schedulesAhead { batchEnd = end }
    }
    guard end <= EngineRange.clock.upperBound else {
      throw endOfClock(index, seconds, now, timeline)
    }
    timeline.occupancy.record(
      batch, for: duration, usedBlocks: cache.usedBlocks, of: cache.totalBlocks,
      atSequenceCap: running.count == rules.limits.mostRunning
        || batch.sequences == rules.limits.maxBatchSequences)
    if timeline.keepsIterations {
      timeline.iterations.append(IterationRecord(of: self, index, start: begin, end: end))
    }
    evictions = 0
    if connector != nil { noteFlight() }
    if hasTiers { store(from: end) }
    if schedulesAhead { foresee(until: end, &timeline) }
  }

  /// Applies the results of the batch, which ends at `now`.
  mutating func finish(at now: Nanoseconds, _ timeline: inout Timeline) {
    if schedulesAhead { return finishFirst(at: now, &timeline) }
    if pastEnd.count == 0 || batch.sequences > pastEnd.count { timeline.end = now }
    ledger?.advance(to: now)
    defer { closeLedger(&timeline) }
    guard isPipelined else {
      batchEnd = Simulation.never
      return apply(at: now, &timeline)
    }
    let idle = completeFirst(at: now, &timeline.occupancy)
    apply(at: now, &timeline)
    merge(idle)
  }

  /// Books what the batch, which ends at `now`, brings about.
  mutating func apply(at now: Nanoseconds, _ timeline: inout Timeline) {
    forecast?.advance()
    let decodes = batch.decodes - pastEnd.count
    if pastEnd.count > 0 {
      cache.releasePastEnd()
      pastEnd = PastEndDecodes()
    }
    if drafting != nil {
      applyDrafts(at: now, &timeline)
    } else if decodes > 0 {
      if pool.count > 0 { circle.end() }
      pool.emit(at: now, sequences: &sequences, into: &timeline.gaps)
      while let id = pool.nextFinished() {
        leavePool(id)
        retire(id, &timeline)
      }
    }
    var completesPrompts = false
    for place in batch.chunks.indices {
      if finish(batch.chunks[place], at: now, &timeline) { completesPrompts = true }
    }
    if completesPrompts {
      let sequences = sequences
      prefilling.removeAll { sequences[$0].phase != .prefilling }
    }
    if !done.isEmpty || !prompted.isEmpty && !schedulesAhead {
      releaseDone(prompted.count, at: now)
    }
  }

  /// Begins a plan: an empty batch, and the blocks whose time has come.
  private mutating func beginPlan() {
    planNumber += 1
    cache.beginPlan()
    encoder?.begin()
    batch.clear()
    if !preempted.isEmpty { preempted.removeAll(keepingCapacity: true) }
    selection = .none
    (scheduledByName, cachedTokens, admissions) = (0, 0, 0)
    cacheHits = 0
  }

  /// Ends a plan: the pool holds just the sequences that decode, and the batch their sums.
  private mutating func endPlan(at now: Nanoseconds) {
    if selection == .byName { gatherNamed() }
    if !alone.isEmpty { forgetAlone() }
    if selection == .withDrafts {
      batch.draftsToFollow = draftsToFollow
    } else if selection != .none {
      batch.decodes = pool.count
      batch.decodeContext = pool.contextSum
      batch.decodeContextSquares = pool.contextSquares
    }
    if pastEnd.count > 0 {
      batch.decodes += pastEnd.count
      batch.decodeContext += pastEnd.contextSum
      batch.decodeContextSquares += pastEnd.contextSquares
    }
    for place in batch.chunks.indices {
      let index = batch.chunks[place].sequence.index
      guard sequences[index].firstScheduled < 0 else { continue }
      sequences[index].firstScheduled = now
      ledger?.begin(slot: index)
    }
  }

  /// Moves sequences into and out of the pool so that it holds just those named in this plan.
  private mutating func gatherNamed() {
    for id in skipped where sequences[id].scheduledIn == planNumber {
      joinPool(id)
    }
    skipped.removeAll(keepingCapacity: true)
    for id in running.all where isDecoding(id) && sequences[id].scheduledIn != planNumber {
      if sequences[id].phase == .decoding { leavePool(id) }
      sequences[id].phase = .skipped
      skipped.append(id)
    }
  }

  /// Books `chunk`, which has ended; says whether it completes its prompt.
  private mutating func finish(
    _ chunk: Chunk, at now: Nanoseconds, _ timeline: inout Timeline
  ) -> Bool {
    let id = chunk.sequence
    sequences[id].context = min(sequences[id].context + chunk.tokens, sequences[id].target)
    sequences[id].lastChunk = chunk.tokens
    encoder?.letGo(row: sequences[id].request.index, within: sequences[id].context)
    let completesPrompt = sequences[id].context == sequences[id].target
    ledger?.finishChunk(
      slot: id.index, tokens: chunk.tokens, context: sequences[id].context,
      completesPrompt: completesPrompt)
    guard completesPrompt else { return false }
    guard rules.outputs.emitsWithPrompt else {
      // The prompt's last token is computed once more, and the first one comes out of that.
      sequences[id].context -= 1
      sequences[id].phase = .skipped
      skipped.append(id)
      return true
    }
    circle.end()
    sequences[id].emit(at: now, into: &timeline.gaps)
    if drafting != nil && schedulesAhead {
      noteFlight(of: id, tokens: 1, rejected: chunk.context + chunk.tokens - sequences[id].target)
    }
    if sequences[id].emitted == sequences[id].outputTokens {
      retire(id, &timeline)
    } else if drafting != nil {
      beginDrafts(of: id)
    } else {
      joinPool(id)
      if cache.tree != nil { prompted.append(id) }
    }
    return true
  }

  /// Takes leave of `id`, which emits its last token in the batch.
  mutating func retire(_ id: SequenceID, _ timeline: inout Timeline) {
    if let attribution = ledger?.retire(slot: id.index) {
      timeline.book(attribution, of: sequences[id].request, besides: connector != nil)
    }
    if schedulesAhead {
      sequences[id].phase = .leaving
      leaving.append(id)
    } else {
      complete(id, &timeline)
    }
  }

  /// Books `id`, whose last token has come out, and lets it go with its blocks.
  mutating func complete(_ id: SequenceID, _ timeline: inout Timeline) {
    if connector == nil || !isHandedOver(id) { book(id, &timeline) }
    departures += 1
    lastDeparture = timeline.end
    if sequences[id].phase == .waiting {
      // It lost its cache while its last token was in flight.
      waiting.remove(id)
      connector?.noteLoss(of: sequences[id])
      freeSlots.append(id.slot)
      sequences[id].phase = .done
      return
    }
    sequences[id].phase = .done
    if connector != nil && keepForReading(id) { return }
    if cache.sharesPrefixes || cache.tree != nil { return done.append(id) }
    if rules.outputs.decodesPastEnd {
      pastEnd.add(context: sequences[id].context)
      cache.keepPastEnd(id)
    } else {
      cache.release(id, .finished)
    }
    running.remove(id)
    freeSlots.append(id.slot)
  }

  /// Books the end of `id`, unless its client has stopped waiting for it.
  private mutating func book(_ id: SequenceID, _ timeline: inout Timeline) {
    let row = sequences[id].request.index
    if sequences[id].isAbandoned { return bookAbandoned(id, &timeline) }
    timeline.settled += 1
    timeline.ended.append(sequences[id].request)
    timeline.records[row] = sequences[id].record
    if pool.smoothsGaps {
      timeline.records[row].smoothedGap = sequences[id].smoothedGap.greatest
    }
  }
}
