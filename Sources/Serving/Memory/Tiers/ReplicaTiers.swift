/// Keys and values that come from tiers below the memory of the GPUs, and go there.
///
/// As with vLLM's connectors, a request that waits is looked for in the tiers at every turn, behind
/// what it shares in the memory of the GPUs, and takes blocks for what it finds while that comes;
/// what a batch has filled is copied when it ends, and stays where it is until it is.
extension Replica {
  /// Has tiers as `tiering` says.
  mutating func use(_ tiering: Tiering) {
    precondition(
      cache.tree == nil || tiering.loads != .asynchronous && tiering.unitBlocks == 1,
      "an engine with a tree loads pages along with its batches")
    precondition(
      tiering.unitBlocks == 1 || tiering.tiers[0].write != .back, "blocks leave one by one")
    tiers = TierStack(tiering, blockTokens: cache.group.blockTokens)
    hasTiers = true
    connector = Connector()
    if tiering.tiers[0].write == .back { cache.keepDropped() }
  }

  /// Begins a plan.
  mutating func beginPlanOfTiers() {
    // An idle engine hears at once.
    if batchEnd == Simulation.never { tiers!.heard = now }
    tiers!.beginPlan()
  }

  /// Looks in the tiers for `id`, which waits and shares the first of its tokens by now; nil where
  /// it is to be computed from there on. Else says whether those behind it may be admitted, too: it
  /// waits for what is on its way, or is loaded, if there is room for that.
  mutating func fetch(_ id: SequenceID) -> Bool? {
    let names = cache.units(
      of: sequences[id], sequences[id].target / tiers!.unitTokens, each: tiers!.rules.unitBlocks)
    let start = sequences[id].context / tiers!.unitTokens
    let found = tiers!.find(names, from: start, slot: id.index, at: now)
    if found == .onItsWay {
      ledger?.beginLoading(slot: id.index)
      return true
    }
    ledger?.endLoading(slot: id.index)
    guard case .units(let count) = found else { return nil }
    let range = start..<start + count
    if tiers!.rules.loads == .asynchronous { return beginLoad(of: id, names, range) }
    // It has blocks when it is admitted, if it is.
    sequences[id].context = min(range.upperBound * tiers!.unitTokens, sequences[id].target - 1)
    tiers!.fetched = TierStack.Fetched(sequence: id, names: names, range: range)
    return nil
  }

  /// Looks in the tiers for what `sequence`, which waits, has behind what was found of it; false
  /// where it waits for what is on its way.
  public mutating func findBelow(_ sequence: SequenceID) -> Bool {
    !hasTiers || fetch(sequence) == nil
  }

  /// Has what lower tiers have of `id`, which arrives, come up.
  mutating func prefetch(_ id: SequenceID) {
    let now = sequences[id].arrival
    if batchEnd == Simulation.never { tiers!.heard = now }
    let found = cache.find(id, sequences[id])
    cache.forget(id)
    let names = cache.units(
      of: sequences[id], sequences[id].target / tiers!.unitTokens, each: tiers!.rules.unitBlocks)
    tiers!.prefetch(names, slot: id.index, from: found / tiers!.unitTokens, at: now)
  }

  /// Has what was fetched for `id`, which is admitted, read along with its batch.
  mutating func loadFetched(for id: SequenceID) {
    guard let fetched = tiers!.fetched, fetched.sequence == id else { return }
    let tokens = fetched.range.upperBound * tiers!.unitTokens
    let end = tiers!.load(
      fetched.names, fetched.range, slot: id.index, at: now,
      computing: tokens - sequences[id].context)
    tiers!.readUntil = max(tiers!.readUntil, end)
    tiers!.fetched = nil
  }

  /// Has the units in `range` of `id`, which waits, read beside the batches, if memory has room for
  /// its whole prompt, and for these besides what others lack that have begun; says whether it has.
  private mutating func beginLoad(
    of id: SequenceID, _ names: [UInt64], _ range: Range<Int>
  ) -> Bool {
    let hit = sequences[id].context
    let target = sequences[id].target
    let end = range.upperBound * tiers!.unitTokens
    let free = cache.freeBlocks - blocksToSpare
    guard cache.lacking(id, at: hit, to: target) <= free,
      cache.lacking(id, at: hit, to: end) <= free - reservedBlocks
    else { return false }
    waiting.remove(id)
    sequences[id].phase = .loading
    cache.reserve(id, sequences[id], at: hit, to: end, known: hit)
    sequences[id].context = end
    enterLoading(id)
    ledger?.beginLoading(slot: id.index)
    let there = tiers!.load(
      names, range, slot: id.index, at: now, computing: end == target ? 1 : 0)
    tiers!.waits.append(.init(sequence: id, request: sequences[id].request, end: there))
    return true
  }

  /// Admits those that are loaded, in order, while the token budget and the cap on sequences allow
  /// it; false where one has no room, which holds up all behind it.
  mutating func admitLoaded(holding: Bool) -> Bool {
    var cursor = connector!.loading.first
    while let id = cursor, tokensLeftInBudget > 0, running.count < rules.limits.mostRunning {
      cursor = connector!.loading.next(after: id)
      guard sequences[id].hasArrived else { continue }
      let known = sequences[id].context
      cache.nameDecode(id, sequences[id], to: known, known: known)
      sequences[id].context = min(known, sequences[id].target - 1)
      if holding && tokensLeft(id) > 1 { return false }
      let wanted = wantedTokens(id)
      if !rules.prompts.areChunked && wanted > tokensLeftInBudget { return false }
      let tokens = min(wanted, tokensLeftInBudget)
      guard let held = tokensToHold(id, computing: tokens) else { return false }
      leaveLoading(id)
      cachedTokens += sequences[id].context
      admissions += 1
      cacheHits += 1
      cache.grow(id, sequences[id], at: computedTokens(of: id), to: held)
      compute(id, tokens: tokens)
    }
    return true
  }

  /// Seconds by which a batch of `seconds`, which begins at `begin`, is longer for the copies that
  /// it waits for.
  mutating func copySeconds(beside seconds: Double, from begin: Nanoseconds) -> Double {
    if tiers!.rules.tiers[0].write == .back {
      let written = tiers!.takeOver(cache.takeDropped(), at: begin)
      tiers!.blockedUntil = max(tiers!.blockedUntil, written)
    }
    return tiers!.copySeconds(beside: seconds, from: begin)
  }

  /// Has what the batch that ends at `end` fills copied to the tiers.
  mutating func store(from end: Nanoseconds) {
    for place in batch.chunks.indices { store(batch.chunks[place].sequence, from: end) }
    for place in tiers!.filled.indices { store(tiers!.filled[place], from: end) }
    tiers!.filled.removeAll(keepingCapacity: true)
  }

  private mutating func store(_ id: SequenceID, from end: Nanoseconds) {
    store(id, blocks: cache.fullBlocks(of: id), from: end)
  }

  /// Has the first `tokens` tokens of `id`, which were entered in the tree at `now`, copied.
  mutating func storeEntered(_ id: SequenceID, tokens: Int, at now: Nanoseconds) {
    if cache.tree == nil { return }
    store(id, blocks: tokens / cache.group.blockTokens, from: now)
  }

  private mutating func store(_ id: SequenceID, blocks: Int, from end: Nanoseconds) {
    var blocks = blocks
    if !tiers!.rules.keepsAnswers {
      blocks = min(blocks, sequences[id].promptTokens / cache.group.blockTokens)
    }
    let units = blocks / tiers!.rules.unitBlocks
    guard units > tiers!.given[id.index] else { return }
    let names = cache.units(of: sequences[id], units, each: tiers!.rules.unitBlocks)
    tiers!.store(names, slot: id.index, from: end)
  }

  /// Keeps the blocks of `id`, which is done, until they are copied; false where they are.
  mutating func keepForWriting(_ id: SequenceID) -> Bool {
    let end = tiers!.writtenAt[id.index]
    // The tree has its pages for as long as there is room.
    guard end > lastDeparture, cache.tree == nil else { return false }
    running.remove(id)
    connector!.underWay += 1
    tiers!.waits.append(.init(sequence: id, request: sequences[id].request, end: end))
    return true
  }
}
