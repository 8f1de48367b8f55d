/// What a replica tells of a batch that it puts in flight.
extension Replica {
  /// What is wrong where the batch of `seconds` that replica `index` begins at `now` passes the end
  /// of the clock.
  func endOfClock(
    _ index: Int, _ seconds: Double, _ now: Nanoseconds, _ timeline: borrowing Timeline
  ) -> RunError {
    .endOfClock(
      EndOfClock(
        event: .batch(replica: index, seconds: seconds), time: now, settled: timeline.settled))
  }

  /// Ends the batch in the ledger and hands over the phases that ended with it.
  @inline(__always)
  mutating func closeLedger(_ timeline: inout Timeline) {
    if ledger == nil { return }
    ledger!.land()
    timeline.spans += ledger!.spans
    ledger!.spans.removeAll(keepingCapacity: true)
  }
}

/// Sequences that leave with a batch.
extension Replica {
  /// Gives back the blocks of sequences that are done in the order of `running`, which decides
  /// whose blocks are taken first where they have names, and enters the first `prompts` prompts
  /// that were computed in the tree.
  mutating func releaseDone(_ prompts: Int = 0, at now: Nanoseconds) {
    for id in landed(prompts) {
      guard sequences[id].phase == .done else {
        cache.keep(id, sequences[id], tokens: sequences[id].target)
        if hasTiers { storeEntered(id, tokens: sequences[id].target, at: now) }
        continue
      }
      cache.enter(id, sequences[id], tokens: sequences[id].context)
      if hasTiers { storeEntered(id, tokens: sequences[id].context, at: now) }
      cache.release(id, .finished)
      running.remove(id)
      freeSlots.append(id.slot)
    }
    done.removeAll(keepingCapacity: true)
    if prompts > 0 { prompted.removeFirst(prompts) }
  }

  /// Those that are done and the first `prompts` whose prompts were computed, in the order of
  /// `running`.
  private func landed(_ prompts: Int) -> [SequenceID] {
    if prompts == 0 {
      return done.count == 1 ? done : running.all.filter { sequences[$0].phase == .done }
    }
    // They came in that order.
    if done.isEmpty { return Array(prompted.prefix(prompts)) }
    let computed = Set(prompted.prefix(prompts))
    return running.all.filter { sequences[$0].phase == .done || computed.contains($0) }
  }
}
