/// Serving by priority, where the engine's rules say so.
extension Replica {
  /// Who loses its cache next: the last of `running`, or under priorities the least urgent, of
  /// equal ones the latest in the trace, so that the first of all is never taken from.
  public var victim: SequenceID? {
    guard rules.order == .priority else { return running.last }
    var worst: SequenceID?
    var cursor = running.first
    while let id = cursor {
      if worst.map({ isAhead($0, of: id) }) ?? true { worst = id }
      cursor = running.next(after: id)
    }
    return worst
  }

  /// Puts `id` among those waiting, where it belongs by its rank.
  mutating func insertByRank(_ id: SequenceID) {
    var before: SequenceID?
    var cursor = waiting.last
    while let other = cursor, isAhead(id, of: other) {
      before = other
      cursor = waiting.previous(before: other)
    }
    if let before { waiting.insert(id, before: before) } else { waiting.append(id) }
  }

  /// Whether `a` is served before `b`: by rank, and of equal ranks in the order of the trace.
  private func isAhead(_ a: SequenceID, of b: SequenceID) -> Bool {
    rank(a) == rank(b)
      ? sequences[a.index].request < sequences[b.index].request : rank(a) < rank(b)
  }

  /// Takes back what this plan computes for `sequence`, if it does, with the blocks that it took.
  mutating func unplan(_ id: SequenceID) {
    guard sequences[id.index].namedIn == plan else { return }
    sequences[id.index].namedIn = -1
    if isDecoding(id) {
      named -= 1
      // A block that has a name is given back with the others.
      if prefixes == nil { cache.evict(blocksNeeded(id, computing: 1)) }
    } else if let place = batch.chunks.firstIndex(where: { $0.sequence == id }) {
      batch.chunkTokens -= batch.chunks.remove(at: place).tokens
    }
  }

  /// Sorts those running and those waiting by rank, and takes the cache from the last running ones
  /// for as long as they rank behind the head of the queue and it cannot be admitted whole.
  ///
  /// vLLM 0.6.6, `_schedule_priority_preemption`.
  public mutating func preemptForPriority() {
    sort(\.running)
    if let head = waiting.first {
      while let last = running.last, rank(head) < rank(last) {
        let tokens = tokensLeft(head)
        if tokens <= tokensLeftInBudget, blocksToAdmit(head, computing: tokens) != nil { break }
        preempt(last)
      }
    }
    sort(\.waiting)
  }

  private mutating func sort(_ list: WritableKeyPath<Replica, SequenceList>) {
    let sorted = self[keyPath: list].all.enumerated().sorted {
      rank($0.element) == rank($1.element)
        ? $0.offset < $1.offset : rank($0.element) < rank($1.element)
    }
    for (_, id) in sorted {
      self[keyPath: list].remove(id)
      self[keyPath: list].append(id)
    }
  }

  /// A rank that is less for who goes first.
  private func rank(_ id: SequenceID) -> Rank {
    Rank(priority: sequences[id.index].priority, arrival: sequences[id.index].arrival)
  }

  private struct Rank: Comparable {
    var priority: Int
    var arrival: Nanoseconds

    static func < (a: Rank, b: Rank) -> Bool {
      (a.priority, a.arrival) < (b.priority, b.arrival)
    }
  }
}
