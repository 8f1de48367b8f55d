/// Serving by priority, where the engine's rules say so.
extension Replica {
  /// Who loses its cache next: the last of `running`, or under priorities the least urgent, of
  /// equal ones the latest in the trace, so that the first of all is never taken from.
  ///
  /// It changes nothing that can be seen.
  public var victim: SequenceID? {
    mutating get {
      guard rules.order == .priority else { return running.last }
      let sequences = sequences
      return running.greatest { sequences[$0].rankInTrace }
    }
  }

  /// Puts `id` among those waiting, where it belongs by its rank, and of equal ranks in the order
  /// of the trace.
  mutating func insertByRank(_ id: SequenceID) {
    waiting.insert(id, sequences[id].rankInTrace)
  }

  /// Takes back what this plan computes for `sequence`, if it does, with the blocks that it took.
  mutating func unplan(_ id: SequenceID) {
    guard sequences[id].scheduledIn == planNumber else { return }
    sequences[id].scheduledIn = -1
    encoder?.takeBack(row: sequences[id].request.index)
    if speculates && sequences[id].phase != .prefilling {
      unplanDrafts(of: id)
    } else if isDecoding(id) {
      scheduledByName -= 1
      cache.cutDecode(by: blocksNeeded(id, computing: 1))
    } else if let place = batch.chunks.firstIndex(where: { $0.sequence == id }) {
      batch.chunkTokens -= batch.chunks.remove(at: place).tokens
    }
  }

  /// Sorts those running and those waiting by rank, and takes the cache from the last running ones
  /// for as long as they rank behind the head of the queue and it cannot be admitted whole.
  ///
  /// vLLM 0.6.6, `_schedule_priority_preemption`.
  public mutating func preemptForPriority() {
    sortByRank(\.running)
    if let head = waiting.first {
      while let last = running.last, rank(head) < rank(last) {
        let tokens = tokensLeft(head)
        if tokens <= tokensLeftInBudget, tokensToHold(head, computing: tokens) != nil { break }
        preempt(last)
      }
    }
    sortByRank(\.waiting)
  }

  private mutating func sortByRank(_ list: WritableKeyPath<Replica, SequenceList>) {
    let sequences = sequences
    self[keyPath: list].sort { Rank(of: sequences[$0], turn: $1) }
  }

  private func rank(_ id: SequenceID) -> Rank { Rank(of: sequences[id]) }
}

extension Sequence {
  /// Its rank where equal requests go in the order of the trace.
  var rankInTrace: Rank { Rank(of: self, turn: request.index) }
}
