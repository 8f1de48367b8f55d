/// What a scheduler may see and do. The replica refuses what would break its limits.
extension Replica {
  /// Tokens that the batch can still take within the token budget; all there are without one.
  @inline(__always)
  public var tokensLeftInBudget: Int {
    rules.tokenLimit - batch.chunkTokens - plannedDecodes - pastEnd.count
  }

  /// Sequences whose prompt is computed: those that can decode.
  @inline(__always)
  public var decoding: Int { pool.count + skipped.count }

  /// Whether the prompt of `sequence`, which is running, is computed.
  @inline(__always)
  public func isDecoding(_ sequence: SequenceID) -> Bool {
    sequences[sequence].phase == .decoding
      ? !isPipelined || sequences[sequence].pool == pool.tag
      : sequences[sequence].phase == .skipped
  }

  /// Whether `sequence`, which cannot decode now, has to wait for what is in flight of it.
  func isInFlight(_ sequence: SequenceID) -> Bool {
    sequences[sequence].phase == .decoding
      || sequences[sequence].inFlight > 0 && !rules.prompts.chunksOverlap
  }

  /// Whether `sequence` is admitted.
  public func isRunning(_ sequence: SequenceID) -> Bool {
    sequences[sequence].phase != .waiting && sequences[sequence].phase != .swapped
  }

  /// Tokens of `sequence` that are not in the cache and must be before it emits: the rest of its
  /// prompt with what it emitted before a preemption, or 1 while it decodes.
  @inline(__always)
  public func tokensLeft(_ sequence: SequenceID) -> Int {
    if isDecoding(sequence) { return 1 }
    if isPipelined && isInFlight(sequence) || sequences[sequence].phase == .leaving { return 0 }
    return sequences[sequence].target - sequences[sequence].context
      - sequences[sequence].inFlight
  }

  /// Blocks that `sequence` needs beyond those it holds to compute `tokens` tokens more.
  @inline(__always)
  public func blocksNeeded(_ sequence: SequenceID, computing tokens: Int) -> Int {
    if rules.memory.reservesAll { return 0 }
    if sequences[sequence].phase == .decoding {
      let context = pool.context(of: sequences[sequence])
      if sequences[sequence].decodesAlone == 0 { return cache.group.lacking(at: context) }
      return cache.lacking(sequence, at: computedTokens(of: sequence), to: context + 1)
    }
    let context = sequences[sequence].context + sequences[sequence].inFlight
    return cache.lacking(sequence, at: computedTokens(of: sequence), to: context + tokens)
  }

  /// Computes `tokens` more of the prompt of `sequence`, which is prefilling; its blocks are taken
  /// here where admission did not take them.
  public mutating func compute(_ sequence: SequenceID, tokens: Int) {
    precondition(
      sequences[sequence].phase == .prefilling, "only a prompt is computed in chunks")
    precondition(tokens > 0 && tokens <= tokensLeft(sequence), "a chunk is a part of its prompt")
    precondition(tokens <= tokensLeftInBudget, "prompts stay within the token budget")
    precondition(
      rules.prompts.mayBeCut || encoder != nil || tokens == tokensLeft(sequence),
      "this engine computes prompts whole"
    )
    let context = sequences[sequence].context + sequences[sequence].inFlight
    if rules.memory.reservation == .chunk {
      cache.grow(
        sequence, sequences[sequence], at: computedTokens(of: sequence), to: context + tokens)
    }
    sequences[sequence].scheduledIn = planNumber
    batch.chunks.append(Chunk(sequence: sequence, tokens: tokens, context: context))
    batch.chunkTokens += tokens
  }

  /// Whether every sequence that can decode finds the gate open when they decode in order.
  ///
  /// `mutating` only to avoid a copy of `self`.
  @inline(__always)
  public var canDecodeAll: Bool {
    mutating get {
      switch rules.memory.decodeGate {
      case .open: true
      case .neededBlock: blocksToDecodeAll + blocksPassing <= cache.freeBlocks
      case .anyFreeBlock:
        decoding == 0 || blocksToDecodeAll < cache.freeBlocks
          || blocksToDecodeAll == cache.freeBlocks && lastDecodeTakesBlock
      }
    }
  }

  /// Decodes every sequence that can decode, in the order of `running`. Where the gate is shut for
  /// one, the last of `running` loses its cache, until the gate opens or it was the last itself.
  ///
  /// A walk would take the cache from just as many of the last as leave blocks for the rest.
  public mutating func decodeAll() {
    precondition(selection == .none, "a plan decodes all once")
    while !canDecodeAll, let victim = running.last { preempt(victim) }
    cache.take(blocksToDecodeAll)
    if !alone.isEmpty { slideAlone() }
    while let id = skipped.popLast() {
      if cache.slides { cache.book(blocksNeeded(id, computing: 1), for: id) }
      joinPool(id)
    }
    selection = .all
    if cache.sharesPrefixes { nameDecodedBlocks() }
  }

  /// Decodes `sequence`, which can decode and whose block, if it needs one, is free.
  public mutating func decode(_ sequence: SequenceID) {
    precondition(selection != .all, "a plan decodes all or names each")
    precondition(isDecoding(sequence), "only a computed prompt decodes")
    precondition(
      sequences[sequence].scheduledIn != planNumber, "a sequence decodes once an iteration")
    let blocks = blocksNeeded(sequence, computing: 1)
    cache.take(blocks)
    if cache.slides && sequences[sequence].phase != .decoding {
      cache.book(blocks, for: sequence)
    } else if sequences[sequence].decodesAlone > 0 {
      decodedAlone(sequence, taking: blocks)
    }
    nameDecodedBlock(of: sequence)
    sequences[sequence].scheduledIn = planNumber
    selection = .byName
    scheduledByName += 1
  }

  /// Whether memory lets `sequence`, which is running, compute `tokens` more.
  public func gateIsOpen(for sequence: SequenceID, computing tokens: Int = 1) -> Bool {
    switch rules.memory.decodeGate {
    case .open: true
    case .anyFreeBlock: cache.freeBlocks > 0
    case .neededBlock: blocksNeeded(sequence, computing: tokens) <= cache.freeBlocks
    }
  }

  /// Takes the cache from `sequence`, which this plan computes nothing for, and puts it at the
  /// front of the queue, to be computed again with what it has emitted.
  public mutating func preempt(_ sequence: SequenceID) {
    if rules.memory.swapBlocks > 0 && swapOut(sequence) { return }
    if rules.order == .priority { unplan(sequence) }
    evict(sequence)
    if rules.order == .priority { insertByRank(sequence) } else { waiting.prepend(sequence) }
  }

  /// As `preempt`, but puts it at the end of the queue.
  public mutating func preemptToEnd(_ sequence: SequenceID) {
    evict(sequence)
    sequences[sequence].turn = queued
    queued += 1
    waiting.append(sequence)
  }

  /// Whether this plan computes anything for `sequence`.
  public func isPlanned(_ sequence: SequenceID) -> Bool {
    sequences[sequence].scheduledIn == planNumber || selection == .all && isDecoding(sequence)
  }

  /// Makes `sequence`, which is running, the last of `running`.
  public mutating func moveToBack(_ sequence: SequenceID) {
    running.remove(sequence)
    running.append(sequence)
  }

  /// Makes `sequence`, which is running, the first of `running`.
  public mutating func moveToFront(_ sequence: SequenceID) {
    running.remove(sequence)
    running.prepend(sequence)
  }

  private mutating func evict(_ id: SequenceID) {
    precondition(
      isRunning(id) && sequences[id].scheduledIn != planNumber, "planned work is not undone")
    precondition(selection != .all || !isDecoding(id), "planned work is not undone")
    sequences[id].preemptedIn = planNumber
    sequences[id].tokensLeftAtPreemption =
      sequences[id].phase == .prefilling
      ? sequences[id].target - sequences[id].context : 0
    if isPipelined && !isDecoding(id) { cancelInFlight(id) }
    switch sequences[id].phase {
    case .decoding: if isDecoding(id) { leavePoolForQueue(id) }
    case .skipped: skipped.removeLast(id)
    case .prefilling: prefilling.removeLast(id)
    case .waiting, .swapped, .loading, .leaving, .done: break
    }
    forgetPrompted(id)
    encoder?.letGo(row: sequences[id].request.index)
    drafting?.drop(slot: id.index)
    if hasTiers { tiers!.lose(slot: id.index) }
    if sequences[id].phase != .leaving {
      ledger?.lose(slot: id.index, context: sequences[id].context)
    }
    cache.release(id, .preempted)
    sequences[id].context = 0
    sequences[id].target = sequences[id].promptTokens + sequences[id].emitted
    if rules.outputs.restartsAnswers {
      sequences[id].outputTokens = sequences[id].emitted + sequences[id].answerTokens
    }
    sequences[id].preemptions += 1
    sequences[id].phase = .waiting
    running.remove(id)
    preempted.append(sequences[id].request)
  }

  /// Whether the last of the sequences that can decode needs a block to do so.
  @inline(__always)
  private var lastDecodeTakesBlock: Bool {
    var cursor = running.last
    while let id = cursor, !isDecoding(id) { cursor = running.previous(before: id) }
    return cursor.map { blocksNeeded($0, computing: 1) > 0 } ?? false
  }

  /// Blocks that those who decode take, less those that they give back.
  @inline(__always)
  var blocksToDecodeAll: Int {
    mutating get {
      if rules.memory.reservesAll { return 0 }
      var blocks = pool.lackingBlocks - blocksPassing
      if !skipped.isEmpty { blocks += blocksToDecodeSkipped() }
      return blocks
    }
  }

  /// Blocks that the pool gives back; who comes first may need what a later one does.
  @inline(__always)
  private var blocksPassing: Int { cache.slides ? pool.passingBlocks : 0 }

  @inline(never)
  private mutating func blocksToDecodeSkipped() -> Int {
    var blocks = 0
    for id in skipped { blocks += blocksNeeded(id, computing: 1) }
    return blocks
  }

  @inline(__always)
  func context(of sequence: SequenceID) -> Int {
    sequences[sequence].phase == .decoding
      ? pool.context(of: sequences[sequence]) : sequences[sequence].context
  }

  /// Sequences that the plan under way decodes.
  @inline(__always)
  public var plannedDecodes: Int {
    switch selection {
    case .none: 0
    case .all: pool.count
    case .byName: scheduledByName
    case .withDrafts: batch.decodes + batch.drafts
    }
  }
}
