/// Speculative decoding as vLLM 0.33.0 has it without asynchronous scheduling: a sequence computes
/// its next token and its drafts, with blocks for those that the drafter computes after them, and
/// keeps the blocks of drafts that were not accepted.
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
  public mutating func catchUpWithDrafts() {
    walk: for id in running.all where isRunning(id) {
      let room = roomForDrafts
      if room <= 0 { return }
      let drafts = isDecoding(id) ? drafting!.drafts[id.index] : 0
      let wanted = cutToThreshold(tokensLeft(id) + drafts)
      let length = rules.limits.maxModelLen - sequences[id].context - 1
      let tokens = min(wanted, room, length)
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
  /// computes as many as those that decode.
  public mutating func admitWithDrafts() {
    let isAmongPrompts = !batch.chunks.isEmpty
    while let id = waiting.first, roomForDrafts > 0, running.count < rules.limits.maxNumSeqs {
      if cache.sharesPrefixes { sequences[id].context = cache.find(id, sequences[id]) }
      let tokens = tokensToAdmit(id, isAmongPrompts)
      guard tokens > 0, fits(id, computing: tokens) else {
        if cache.sharesPrefixes { forgetPrefix(of: id) }
        return
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
    guard cache.freeBlocks - need >= rules.memory.watermarkBlocks else { return false }
    if rules.memory.admission != .wholePrompt { return true }
    let most = min(rules.tokenLimit, rules.limits.maxModelLen)
    return cache.lacking(id, toWhole: sequences[id].target, most: most) <= cache.freeBlocks
  }

  /// Tokens that `id` has blocks for when it computes `tokens`.
  private func reach(of id: SequenceID, computing tokens: Int) -> Int {
    let next = sequences[id].context + tokens + drafting!.rules.lookaheadTokens
    return max(drafting!.reach[id.index], min(next, rules.limits.maxModelLen))
  }

  private func blocksLacking(_ id: SequenceID, computing tokens: Int) -> Int {
    cache.lacking(id, at: sequences[id].context, to: reach(of: id, computing: tokens))
  }

  /// Has the plan compute `tokens` of `id`, which is running.
  private mutating func plan(_ id: SequenceID, computing tokens: Int) {
    let context = sequences[id].context
    let reach = reach(of: id, computing: tokens)
    let known = sequences[id].promptTokens + sequences[id].emitted
    cache.reserve(
      id, sequences[id], at: context, to: reach,
      known: min(context + tokens, known - drafting!.rules.hashLookahead))
    drafting!.extend(slot: id.index, to: reach)
    sequences[id].scheduledIn = planNumber
    selection = .withDrafts
    if isDecoding(id) {
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
    batch.removeDecode(context: sequences[id].context, drafts: drafts)
  }

  /// How many drafts for each sequence follow on the batch that has been planned: none where each
  /// of its sequences is sure to end with it, or has more of its prompt to compute.
  var draftsToFollow: Int {
    guard let drafting else { return 0 }
    let most = drafting.rules.drafts(after: batch.sequences)
    if drafting.rules.lookaheadTokens == 0 { return most }
    for verification in drafting.verifications {
      let sequence = sequences[verification.sequence]
      if sequence.emitted + 1 < sequence.outputTokens { return most }
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
      let accepted = drafting!.accepted(verification, sequences[id])
      timeline.drafts.add(drafts: verification.drafts, accepted: accepted)
      let left = sequences[id].outputTokens - sequences[id].emitted
      let tokens = min(accepted + 1, left)
      for _ in 0..<tokens { sequences[id].emit(at: now, into: &timeline.gaps) }
      sequences[id].context += tokens
      if tokens < left {
        drafting!.sample(sequences[id], slot: id.index, most: batch.draftsToFollow)
        let context = sequences[id].context
        cache.nameDecode(id, sequences[id], to: context, known: context)
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
    drafting!.sample(sequences[id], slot: id.index, most: batch.draftsToFollow)
    let context = sequences[id].context
    cache.nameDecode(id, sequences[id], to: context, known: context)
  }
}
