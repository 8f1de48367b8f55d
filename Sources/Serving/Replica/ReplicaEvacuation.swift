/// A request that a replica had in its queue or had begun, with what is known of it.
struct Unfinished: Sendable {
  var sequence: Sequence
  /// What its time was spent on, where that is asked for.
  var entry: AttributionLedger.Entry?

  var request: RequestID { sequence.request }
}

/// A replica that dies, and one that takes its place or its work.
extension Replica {
  /// Everything that is under way here at `now`, when the replica dies: what was begun first, then
  /// what waits. What is in flight comes to nothing.
  ///
  /// - Parameter resumes: whether another replica goes on with it; else what was computed is booked
  ///   as given up.
  mutating func evacuate(
    at now: Nanoseconds, resumes: Bool, _ timeline: inout Timeline
  ) -> [Unfinished] {
    ledger?.advance(to: now)
    var left: [Unfinished] = []
    for id in running.all + swapped.all + waiting.all where sequences[id].phase != .done {
      let flying = promptTokensInFlight(of: id)
      if isPipelined && !isDecoding(id) { cancelInFlight(id) }
      if sequences[id].phase == .decoding && isDecoding(id) { pool.leave(id, &sequences[id]) }
      if sequences[id].isAbandoned {
        timeline.abandonedPromptTokens += flying
        bookAbandoned(id, &timeline)
        continue
      }
      if !resumes {
        timeline.abandonedPromptTokens += sequences[id].promptTokensReached + flying
      }
      if sequences[id].phase != .waiting {
        ledger?.lose(slot: id.index, context: sequences[id].context)
      }
      left.append(
        Unfinished(sequence: sequences[id].anew(rules), entry: ledger?.entry(slot: id.index)))
    }
    ledger?.dropBatches()
    return left
  }

  /// Tokens of the prompt of `id` in the batches that run.
  private func promptTokensInFlight(of id: SequenceID) -> Int {
    if isPipelined { return sequences[id].inFlight }
    if batchEnd == Simulation.never { return 0 }
    return batch.chunks.first { $0.sequence == id }?.tokens ?? 0
  }

  /// Goes on as the replica that was in this one's place before.
  mutating func succeed(_ old: borrowing Replica) {
    (ledger, decisions, pace) = (old.ledger, old.decisions, old.pace)
    (departures, idleArrivals, queued) = (old.departures, old.idleArrivals, old.queued)
    lastDeparture = old.lastDeparture
  }

  /// Takes on at `now` what another replica had, at the end of the queue.
  mutating func resume(_ rest: Unfinished, at now: Nanoseconds) -> SequenceID {
    awake(at: now)
    let id = place(rest.sequence)
    if let entry = rest.entry { ledger?.enter(entry, slot: id.index) }
    return id
  }
}

extension Sequence {
  /// The same in the queue of a replica that has nothing of it: its prompt and what it emitted are
  /// to be computed again.
  fileprivate func anew(_ rules: EngineRules) -> Sequence {
    var other = self
    if phase != .waiting { other.preemptions += 1 }
    other.phase = .waiting
    (other.context, other.inFlight, other.lastChunk) = (0, 0, 0)
    other.target = promptTokens + emitted
    if rules.outputs.restartsAnswers { other.outputTokens = emitted + answerTokens }
    (other.pool, other.joined) = (0, 0)
    (other.decodesAlone, other.slidesWithPool) = (0, false)
    (other.scheduledIn, other.preemptedIn, other.tokensLeftAtPreemption) = (-1, -1, 0)
    return other
  }
}
