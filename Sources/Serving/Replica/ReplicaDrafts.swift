/// Speculative decoding as vLLM 0.33.0 has it: a sequence computes its next token and its drafts,
/// with blocks for those that the drafter computes after them, and keeps the blocks of drafts that
/// were not accepted.
extension Replica {
  /// Whether sequences decode with drafts.
  @inline(__always)
  public var speculates: Bool { drafting != nil }

  /// Tokens that one sequence more can compute within the budget.
  private var roomForDrafts: Int {
    tokensLeftInBudget - drafting!.rules.draftSlots * (batch.sequences + 1)
  }

  /// Computes what each running sequence lacks, in order, and verifies its drafts; where memory is
  /// short, a victim loses its cache, until there is enough or it was the sequence itself, which
  /// those behind it need not wait for.
  ///
  /// - Parameter holding: whether prompts are passed over.
  public mutating func catchUpWithDrafts(holding: Bool = false) {
    walk: for id in running.all where isRunning(id) {
      if holding && sequences[id].phase == .prefilling { continue }
      let room = roomForDrafts
      if room <= 0 { return }
      let length = rules.limits.maxModelLen - supposedContext(of: id) - 1
      let tokens = min(cutToThreshold(tokensWithDrafts(id)), room, length)
      if tokens <= 0 { continue }
      while blocksLacking(id, computing: tokens) > cache.freeBlocks {
        guard let victim = victimAmongDrafts else { return }
        preempt(victim)
        if victim == id { continue walk }
      }
      plan(id, computing: tokens)
    }
  }

  /// Who loses its cache next: the last of `running`, or under priorities the least urgent; of
  /// those that are as urgent and came together, the first of `running`.
  private var victimAmongDrafts: SequenceID? {
    guard rules.order == .priority else { return running.last }
    return running.all.max { Rank(of: sequences[$0]) < Rank(of: sequences[$1]) }
  }

  /// Admits waiting requests, each with as much of its prompt as the budget has left. One that
  /// lacks a single token takes places for drafts too, which are never accepted, so that it
  /// computes as many as those that decode. One for whose LoRA adapter there is no room is passed
  /// over. Says whether anyone waits who was not passed over.
  ///
  /// - Parameter holding: whether one that lacks more than a token ends it.
  public mutating func admitWithDrafts(holding: Bool = false) -> Bool {
    let isAmongPrompts = !batch.chunks.isEmpty
    guard admitArrivedWithDrafts(isAmongPrompts) else { return true }
    var adapters = rules.limits.maxLoras == nil ? nil : runningAdapters
    var cursor = waiting.first
    while let id = cursor, roomForDrafts > 0, running.count < rules.limits.mostRunning {
      cursor = waiting.next(after: id)
      if adapters != nil && !takeAdapter(of: id, &adapters!) { continue }
      if cache.sharesPrefixes { sequences[id].context = cache.find(id, sequences[id]) }
      if isToBeRead(id) {
        guard beginLoad(of: id) else {
          if cache.sharesPrefixes { forgetPrefix(of: id) }
          return true
        }
        continue
      }
      let tokens = holding && tokensLeft(id) > 1 ? 0 : tokensToAdmit(id, isAmongPrompts)
      guard tokens > 0, fits(id, computing: tokens) else {
        if cache.sharesPrefixes { forgetPrefix(of: id) }
        return true
      }
      waiting.remove(id)
      running.append(id)
      prefilling.append(id)
      sequences[id].phase = .prefilling
      cachedTokens += sequences[id].context
      admissions += 1
      if sequences[id].context > 0 { cacheHits += 1 }
      plan(id, computing: tokens)
    }
    return cursor != nil
  }

  /// Admits those whose prompts are read, in order; false where one has to wait, and all others
  /// with it.
  private mutating func admitArrivedWithDrafts(_ isAmongPrompts: Bool) -> Bool {
    guard loads > 0 else { return true }
    var cursor = connector!.loading.first
    while let id = cursor, roomForDrafts > 0, running.count < rules.limits.mostRunning {
      cursor = connector!.loading.next(after: id)
      guard sequences[id].hasArrived else { continue }
      nameRead(id)
      let tokens = tokensToAdmit(id, isAmongPrompts)
      guard tokens > 0, fits(id, computing: tokens) else { return false }
      leaveLoading(id)
      plan(id, computing: tokens)
    }
    return true
  }

  /// Tokens that `id`, which waits, computes if it is admitted now; 0 where it has to wait.
  private func tokensToAdmit(_ id: SequenceID, _ isAmongPrompts: Bool) -> Int {
    let left = tokensLeft(id)
    let context = sequences[id].context
    let most = drafting!.rules.numSpeculativeTokens
    let isPadded =
      left == 1 && drafting!.rules.byBatchSize.isEmpty && !isAmongPrompts
      && (!batch.isEmpty || context > 0) && context + 2 + most <= rules.limits.maxModelLen
    if isPadded && 1 + most > roomForDrafts { return 0 }
    let wanted = cutToThreshold(isPadded ? 1 + most : left)
    if !rules.prompts.areChunked && wanted > roomForDrafts { return 0 }
    return min(wanted, roomForDrafts)
  }

  /// Whether memory admits `id` with `tokens` of its prompt.
  private func fits(_ id: SequenceID, computing tokens: Int) -> Bool {
    let need = blocksLacking(id, computing: tokens)
    guard cache.freeBlocks - need >= blocksToSpare else { return false }
    if rules.memory.admission != .wholePrompt { return true }
    let most = min(rules.tokenLimit, rules.limits.maxModelLen)
    let whole = cache.lacking(id, toWhole: sequences[id].target, most: most)
    return whole + blocksToSpare <= cache.freeBlocks
  }

  /// Tokens that `id` has blocks for when it computes `tokens`.
  private func reach(of id: SequenceID, computing tokens: Int) -> Int {
    let next = supposedContext(of: id) + tokens + drafting!.rules.lookaheadTokens
    return max(drafting!.reach[id.index], min(next, rules.limits.maxModelLen))
  }

  private func blocksLacking(_ id: SequenceID, computing tokens: Int) -> Int {
    cache.lacking(id, at: sequences[id].context, to: reach(of: id, computing: tokens))
  }

  /// Has the plan compute `tokens` of `id`, which is running.
  private mutating func plan(_ id: SequenceID, computing tokens: Int) {
    let context = supposedContext(of: id)
    let reach = reach(of: id, computing: tokens)
    let late = drafting!.inFlight(slot: id.index)?.tokens ?? 0
    let known = sequences[id].promptTokens + sequences[id].emitted - late
    cache.reserve(
      id, sequences[id], at: context, to: reach,
      known: min(context + tokens, known - drafting!.rules.hashLookahead))
    drafting!.extend(slot: id.index, to: reach)
    sequences[id].scheduledIn = planNumber
    selection = .withDrafts
    if sequences[id].phase != .prefilling {
      drafting!.verifications.append(.init(sequence: id, drafts: tokens - 1))
      batch.addDecode(context: context, drafts: tokens - 1)
    } else {
      batch.chunks.append(Chunk(sequence: id, tokens: tokens, context: context))
      batch.chunkTokens += tokens
    }
  }

  /// Takes back what the plan computes for `id`, which decodes.
  mutating func unplanDrafts(of id: SequenceID) {
    guard let place = drafting!.verifications.lastIndex(where: { $0.sequence == id }) else {
      return
    }
    let drafts = drafting!.verifications.remove(at: place).drafts
    batch.removeDecode(context: supposedContext(of: id), drafts: drafts)
  }

  /// How many drafts for each sequence follow on the batch that has been planned: none where each
  /// of its sequences is sure to end with it, or has more of its prompt to compute.
  var draftsToFollow: Int {
    guard let drafting else { return 0 }
    let most = drafting.rules.drafts(after: batch.sequences)
    if drafting.rules.lookaheadTokens == 0 { return most }
    for verification in drafting.verifications
    where leastEmitted(verification.sequence) + 1 < sequences[verification.sequence].outputTokens {
      return most
    }
    for chunk in batch.chunks {
      let sequence = sequences[chunk.sequence]
      if chunk.context + chunk.tokens >= sequence.target
        && sequence.emitted + 1 < sequence.outputTokens
      {
        return most
      }
    }
    return 0
  }

  /// Books what the verifications of the batch, which ends at `now`, bring about.
  mutating func applyDrafts(at now: Nanoseconds, _ timeline: inout Timeline) {
    let verifications = drafting!.verifications
    drafting!.verifications.removeAll(keepingCapacity: true)
    if !verifications.isEmpty { circle.end() }
    for verification in verifications {
      let id = verification.sequence
      // One that has ended with the batch before is verified for nothing.
      if sequences[id].phase == .leaving { continue }
      let accepted = drafting!.accepted(verification, sequences[id])
      timeline.drafts.add(drafts: verification.drafts, accepted: accepted)
      let left = sequences[id].outputTokens - sequences[id].emitted
      let tokens = min(accepted + 1, left)
      for _ in 0..<tokens { sequences[id].emit(at: now, into: &timeline.gaps) }
      sequences[id].context += tokens
      if schedulesAhead {
        noteFlight(of: id, tokens: tokens, rejected: verification.drafts + 1 - tokens)
      }
      if tokens < left {
        sampleDrafts(of: id)
      } else {
        skipped.removeLast(id)
        retire(id, &timeline)
      }
    }
  }

  /// Has `id`, whose prompt is computed and whose first token is out, decode with drafts.
  mutating func beginDrafts(of id: SequenceID) {
    sequences[id].phase = .skipped
    skipped.append(id)
    sampleDrafts(of: id)
  }

  /// Has drafts follow on a token of `id`, and names the blocks that are known to be full by it.
  private mutating func sampleDrafts(of id: SequenceID) {
    let most = schedulesAhead ? drafting!.rules.numSpeculativeTokens : batch.draftsToFollow
    drafting!.sample(sequences[id], slot: id.index, most: most)
    if schedulesAhead { return }
    let context = sequences[id].context
    cache.nameDecode(id, sequences[id], to: context, known: context)
  }
}
