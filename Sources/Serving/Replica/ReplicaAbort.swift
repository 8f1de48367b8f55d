/// Requests whose clients have stopped waiting: the engine lets them go before its next plan, with
/// their blocks, and drops what is in flight for them.
///
/// vLLM 0.33.0: `AsyncLLM.abort` reaches the engine between two steps, where
/// `Scheduler.finish_requests` frees the blocks at once; `update_from_output` passes over the late
/// result.
extension Replica {
  /// Notes that nobody waits for `id` any more.
  ///
  /// - Parameter isSentAgain: whether the request comes once more, as another sequence.
  mutating func abandon(_ id: SequenceID, isSentAgain: Bool) {
    sequences[id].isAbandoned = true
    sequences[id].isSentAgain = isSentAgain
    abandoned.append(id)
  }

  /// Lets those go for whom nobody waits; says whether there is anything left to plan.
  mutating func letGoAbandoned(_ timeline: inout Timeline) -> Bool {
    // One that has ended since is abandoned no more, and its slot may be another's.
    for id in abandoned where sequences[id].isAbandoned { letGo(id, &timeline) }
    abandoned.removeAll(keepingCapacity: true)
    if !hasWork { plansOn = false }
    return hasWork
  }

  private mutating func letGo(_ id: SequenceID, _ timeline: inout Timeline) {
    if isPipelined && !isDecoding(id) { cancelInFlight(id) }
    if let place = leaving.firstIndex(of: id) {
      leaving.remove(at: place)
      if place < leavingFirst { leavingFirst -= 1 }
    }
    switch sequences[id].phase {
    case .waiting: waiting.remove(id)
    case .loading: preconditionFailure("clients wait for what is read from elsewhere")
    case .swapped: swapped.remove(id)
    case .decoding: if isDecoding(id) { leavePool(id) }
    case .skipped: skipped.removeLast(id)
    case .prefilling: prefilling.removeLast(id)
    case .leaving, .done: break
    }
    if sequences[id].phase == .swapped {
      cache.releaseHost(id)
    } else if sequences[id].phase != .waiting {
      forgetPrompted(id)
      encoder?.letGo(row: sequences[id].request.index)
      cache.enter(id, sequences[id], tokens: sequences[id].context)
      cache.release(id, .finished)
      running.remove(id)
    }
    alone.removeAll { $0 == id }
    if isRunning(id) { departures += 1 }
    _ = ledger?.retire(slot: id.index)
    bookAbandoned(id, &timeline)
    sequences[id].phase = .done
    freeSlots.append(id.slot)
    circle.end()
  }

  /// Books what `id` had when the engine let it go.
  mutating func bookAbandoned(_ id: SequenceID, _ timeline: inout Timeline) {
    let row = sequences[id].request.index
    if !sequences[id].isSentAgain {
      guard let time = timeline.records[row].timeOut else {
        preconditionFailure("its client stopped waiting at a time")
      }
      timeline.records[row] = RequestRecord(timedOutAt: time, sequences[id].record)
    }
    timeline.abandonedPromptTokens += sequences[id].promptTokensReached
    sequences[id].isAbandoned = false
  }
}

extension Sequence {
  /// Tokens of its prompt that have been in the cache, now or before a preemption.
  var promptTokensReached: Int {
    if emitted > 0 { return promptTokens }
    let before = preemptions > 0 ? target - tokensLeftAtPreemption : 0
    return min(promptTokens, max(context, before))
  }
}
