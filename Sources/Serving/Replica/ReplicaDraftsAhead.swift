/// Drafts where the next batch is planned while one runs: what that accepts is not known yet, and
/// is taken to be all, so that one that ends with it may be verified once more, for nothing.
///
/// As without drafts, a batch is booked when it is planned; what its end tells is kept beside it.
/// vLLM 0.33.0, `vllm/v1/core/sched/async_scheduler.py`.
extension Replica {
  /// Tokens in the cache of `id` if all drafts in flight are accepted.
  func supposedContext(of id: SequenceID) -> Int {
    sequences[id].context + (drafting!.inFlight(slot: id.index)?.rejected ?? 0)
  }

  /// Tokens that `id` has emitted at least once what is in flight has ended, as far as that is
  /// known.
  func leastEmitted(_ id: SequenceID) -> Int {
    guard let outcome = drafting!.inFlight(slot: id.index) else { return sequences[id].emitted }
    return sequences[id].emitted - outcome.tokens + 1
  }

  /// Tokens that `id`, which runs, would compute: what its prompt lacks, or its next token and its
  /// drafts; none where it is sure to have ended by then.
  func tokensWithDrafts(_ id: SequenceID) -> Int {
    if isDecoding(id) { return 1 + drafting!.drafts[id.index] }
    guard sequences[id].phase == .leaving else { return tokensLeft(id) }
    return leastEmitted(id) < sequences[id].outputTokens
      ? 1 + drafting!.rules.numSpeculativeTokens : 0
  }

  /// Notes what comes of the batch that has just been planned for `id`.
  mutating func noteFlight(of id: SequenceID, tokens: Int, rejected: Int) {
    drafting!.note(
      id, Drafting.Outcome(plan: planNumber, tokens: tokens, rejected: rejected))
  }

  /// Names the blocks that are full by what the batch that has ended brought.
  mutating func landDrafts() {
    for id in drafting!.land() where sequences[id].phase == .skipped {
      let late = drafting!.inFlight(slot: id.index)?.tokens ?? 0
      let known = sequences[id].context - late
      cache.nameDecode(id, sequences[id], to: known, known: known)
    }
  }
}
