/// Asynchronous scheduling: the batch after the one that runs is planned when that one starts, as
/// if its results were known, so that the GPU never waits for a plan, and a request that arrives
/// waits for the rest of the batch that runs and for a whole further one.
///
/// Which tokens come out does not hang on when they do, so a batch is booked when it is planned, at
/// the times at which it will run. Only what becomes of sequences that emit their last token waits
/// for their batch's end: until then they hold blocks and count as running.
///
/// vLLM 0.33.0, `step_with_batch_queue` in `vllm/v1/engine/core.py`, with two batches, and
/// `vllm/v1/core/sched/async_scheduler.py`.
extension Replica {
  @inline(__always)
  var schedulesAhead: Bool { rules.outputs.schedulesAhead && !isPipelined }

  /// When a batch that is planned at `now` starts: behind the one that runs, where the engine
  /// schedules ahead.
  @inline(__always)
  func beginOfNext(at now: Nanoseconds) -> Nanoseconds {
    schedulesAhead && batchEnd != Simulation.never ? batchEnd : now
  }

  /// Names the block of the next token of `id`, which this plan decodes, if it is full then. Where
  /// the batch that runs emits that token, it is not known yet.
  @inline(__always)
  mutating func nameDecodedBlock(of id: SequenceID) {
    if !cache.sharesPrefixes { return }
    let context = context(of: id)
    cache.nameDecode(
      id, sequences[id], to: context + 1, known: schedulesAhead ? context : context + 1)
    if hasTiers { tiers!.filled.append(id) }
  }

  /// The same of all in the pool, in the order of `running`: only who fills a block or takes the
  /// next has one to be named.
  mutating func nameDecodedBlocks() {
    var filling = pool.members(lacking: 0)
    if !schedulesAhead && cache.group.blockTokens > 1 { filling += pool.members(lacking: 1) }
    running.order(&filling)
    for id in filling { nameDecodedBlock(of: id) }
  }

  /// Books the batch that has just been planned and ends at `end`, and puts it in the queue of two.
  mutating func foresee(until end: Nanoseconds, _ timeline: inout Timeline) {
    ledger?.advance(to: end)
    apply(at: end, &timeline)
    closeLedger(&timeline)
    drafting?.fly(planNumber, isFirst: batchEnd == Simulation.never)
    if batchEnd == Simulation.never {
      batchEnd = end
      leavingFirst = leaving.count
      promptedFirst = prompted.count
      plansOn = true
    } else {
      followingEnd = end
      plansOn = false
    }
  }

  /// Takes leave of the sequences whose last token comes out of the batch that ends at `now`.
  mutating func finishFirst(at now: Nanoseconds, _ timeline: inout Timeline) {
    timeline.end = now
    if drafting != nil { landDrafts() }
    if leavingFirst > 0 {
      for id in leaving.prefix(leavingFirst) {
        // Its last token but one is known now.
        let context = sequences[id].context
        if context > 0 { cache.nameDecode(id, sequences[id], to: context, known: context) }
        complete(id, &timeline)
      }
      leaving.removeFirst(leavingFirst)
    }
    if !done.isEmpty || promptedFirst > 0 { releaseDone(promptedFirst, at: now) }
    leavingFirst = leaving.count
    promptedFirst = prompted.count
    batchEnd = followingEnd
    followingEnd = Simulation.never
    plansOn = hasWork
  }
}
