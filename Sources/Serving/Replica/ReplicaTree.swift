/// Engines that keep what was computed in a radix tree, and what their schedulers see and do.
extension Replica {
  /// Tokens of the beginning of `sequence`, which waits, that are in the tree; for it to take when
  /// it is admitted next, or to let go with `forgetPrefix`. Its last token has to be computed.
  public mutating func findPrefix(of sequence: SequenceID) -> Int {
    sequences[sequence].context = cache.find(sequence, sequences[sequence])
    return sequences[sequence].context
  }

  /// Lets go of that where `sequence` was not admitted.
  public mutating func forgetPrefix(of sequence: SequenceID) {
    sequences[sequence].context = 0
    cache.forget(sequence)
  }

  /// Looks for all of `sequence`, which waits, in the tree, which thereby counts as used; returns
  /// the tokens that are there, and the node where they end.
  @discardableResult
  public mutating func touchPrefix(of sequence: SequenceID) -> (tokens: Int, node: Int32) {
    guard cache.tree != nil else { return (0, 0) }
    let pages = sequences[sequence].target / rules.memory.blockSize
    let tokens = cache.find(sequence, sequences[sequence], pages: pages)
    let node = cache.tree?.found.node ?? RadixTree.root
    cache.forget(sequence)
    return (tokens, node)
  }

  /// Indices of `nodes` in the order of a walk through the tree, the heavier branches first.
  public func orderByWeight(_ nodes: [Int32]) -> [Int] {
    cache.tree?.tree.orderByWeight(nodes) ?? Array(nodes.indices)
  }

  /// A number that two waiting sequences share if their first `tokens` tokens are the same; nil for
  /// one that has fewer.
  public func beginning(of sequence: SequenceID, tokens: Int) -> UInt64? {
    guard let tree = cache.tree?.tree, sequences[sequence].target >= tokens else { return nil }
    let names = tree.names.byToken
    return names.identity(of: names.key(of: sequences[sequence]), page: tokens - 1)
  }

  /// Enters what `sequence`, whose prompt is computed in part, has in the cache.
  public mutating func keepPrefix(of sequence: SequenceID) {
    cache.keep(sequence, sequences[sequence], tokens: sequences[sequence].context)
    if hasTiers { storeEntered(sequence, tokens: sequences[sequence].context, at: now) }
  }

  /// Drops what was used the longest ago until `tokens` tokens have room before this plan takes
  /// any, or nothing is left to drop.
  public mutating func makeRoom(tokens: Int) { cache.makeRoom(tokens: tokens) }

  /// Puts those who wait into the order of `order`, which has all of them.
  public mutating func orderWaiting(_ order: [SequenceID]) {
    precondition(order.count == waiting.count, "an order has all that wait")
    for sequence in order {
      waiting.remove(sequence)
      waiting.append(sequence)
    }
  }

  /// Forgets that the prompt of `id` is to be entered.
  mutating func forgetPrompted(_ id: SequenceID) {
    if prompted.isEmpty { return }
    guard let place = prompted.lastIndex(of: id) else { return }
    prompted.remove(at: place)
    if place < promptedFirst { promptedFirst -= 1 }
  }
}

/// What an engine knows of answers when it plans.
extension Replica {
  /// Tokens of the prompt of `sequence`.
  public func promptTokens(of sequence: SequenceID) -> Int { sequences[sequence].promptTokens }

  /// The most tokens that the client of `sequence` asked for. The engine stops there; that no
  /// answer ends before is for the trace to say.
  public func requestedTokens(of sequence: SequenceID) -> Int {
    let tokens = sequences[sequence].outputTokens
    if tokens > 1 || rules.outputs.lengthLimit != .requestCut { return tokens }
    return rules.roomBehind(sequences[sequence].promptTokens) < 1 ? 0 : tokens
  }

  /// Tokens of the answer of `sequence` that have come out by now.
  public func emittedTokens(of sequence: SequenceID) -> Int {
    if sequences[sequence].phase != .decoding {
      let isLate = schedulesAhead && sequences[sequence].lastToken == batchEnd
      return sequences[sequence].emitted - (isLate ? 1 : 0)
    }
    let last = pool.lastTokens(of: sequences[sequence]).last
    return sequences[sequence].emitted + pool.emissions - sequences[sequence].joined
      - (schedulesAhead && last == batchEnd ? 1 : 0)
  }

  /// What the answers of all who run and whose prompts are computed may still take, each counted as
  /// `most` tokens at most and times `share`, summed up in their order.
  public func answersLeft(atMost most: Int, share: Double) -> Double {
    let poolIsLate = schedulesAhead && pool.lastEmission == batchEnd
    return sequences.withUnsafeBufferPointer { sequences in
      var sum = 0.0
      var cursor = running.first
      while let id = cursor {
        cursor = running.next(after: id)
        if sequences[id.index].phase == .prefilling { continue }
        let tokens = sequences[id.index].outputTokens
        var left = (tokens > 1 ? tokens : requestedTokens(of: id)) - sequences[id.index].emitted
        let emitted =
          sequences[id.index].phase == .decoding ? pool.emissions - sequences[id.index].joined : 0
        left -= emitted
        if emitted > 0 ? poolIsLate : schedulesAhead && sequences[id.index].lastToken == batchEnd {
          left += 1
        }
        sum += Double(min(left, most)) * share
      }
      return sum
    }
  }

  /// Whether the last token of `sequence` is in flight, so that nothing is left to plan for it.
  public func isLeaving(_ sequence: SequenceID) -> Bool { sequences[sequence].phase == .leaving }

  /// How urgent `sequence` is, smaller first.
  public func priority(of sequence: SequenceID) -> Int { sequences[sequence].priority }

  /// The row of `sequence` in the trace.
  public func request(of sequence: SequenceID) -> RequestID { sequences[sequence].request }

  /// In what order `sequence` joined the queue for the last time.
  public func turn(of sequence: SequenceID) -> Int { sequences[sequence].turn }

  /// Blocks that all who can decode lack for their next tokens.
  public var blocksToDecode: Int { mutating get { blocksToDecodeAll } }
}

/// Tokens that are in flight when their sequences lose their caches.
extension Replica {
  /// Takes `id`, which loses its cache, out of the pool, and takes back its token in flight where
  /// the engine never uses it.
  mutating func leavePoolForQueue(_ id: SequenceID) {
    let (last, before) = pool.lastTokens(of: sequences[id])
    guard rules.outputs.dropsLateTokens, schedulesAhead, last == batchEnd else {
      return leavePool(id)
    }
    let cameWithPrompt = sequences[id].joined == pool.emissions
    leavePool(id, late: cameWithPrompt ? 0 : 1)
    if cameWithPrompt { sequences[id].smoothedGap = sequences[id].smoothedBefore }
    sequences[id].emitted -= 1
    sequences[id].lastToken = before
    if sequences[id].emitted == 0 {
      sequences[id].firstToken = -1
    } else {
      droppedGaps.append(last - before)
    }
  }

  /// Takes back the gaps before tokens that are not used.
  mutating func takeBackGaps(_ timeline: inout Timeline) {
    for gap in droppedGaps { timeline.gaps.remove(gap) }
    droppedGaps.removeAll(keepingCapacity: true)
  }
}
