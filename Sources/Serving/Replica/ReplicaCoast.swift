/// Stretches of iterations in which nobody comes or goes: every sequence decodes one token more,
/// and only the clock and the sums run.
///
/// What such an iteration brings about is just what its plan, its batch and their end would: no
/// other decision was open to them. The first iteration that is not sure to be like the one before
/// it is planned as any other.
extension Replica {
  /// Whether stretches can be passed over at all: nothing is kept of single iterations, and no
  /// rule but the scheduler's own has a say in them.
  func canCoast(_ scheduler: any Scheduler) -> Bool {
    scheduler.repeatsDecodes && !isPipelined && ledger == nil && decisions == nil
      && forecast == nil && !pool.smoothsGaps && !rules.outputs.decodesPastEnd
      && cache.tree == nil && !cache.slides && !cache.slidesByName
  }

  /// Whether the batch in flight, which was planned last, decodes all that run and nothing else, so
  /// that the next plan does so too unless somebody comes or goes.
  ///
  /// Who waits could not be admitted beside it, and there is no more room for them now; where
  /// prompts share blocks, only the cap on sequences is sure to go on holding them up.
  @inline(__always)
  private var onlyDecodes: Bool {
    batch.chunks.isEmpty && selection == .all && prefilling.isEmpty && skipped.isEmpty
      && preempted.isEmpty && swapped.isEmpty && abandoned.isEmpty && leaving.isEmpty
      && done.isEmpty && cache.allReleasing == 0
      && (waiting.isEmpty
        || rules.order == .arrival
          && (!cache.sharesPrefixes || running.count == rules.limits.mostRunning))
      && batch.swappedTokens == 0 && (!schedulesAhead || followingEnd != Simulation.never)
  }

  /// Passes over the iterations that end before `limit`, at which the next request or client acts,
  /// as long as each is like the one before it.
  ///
  /// - Parameters:
  ///   - now: the present, which moves on to the end of the last of them.
  /// - Returns: whether a plan is due at `now` that has to be made as usual.
  mutating func coast(
    before limit: Nanoseconds, _ now: inout Nanoseconds, _ cost: any CostModel,
    _ timeline: inout Timeline
  ) -> Bool {
    guard onlyDecodes, batchEnd < limit, !pool.completesNext else { return false }
    circle.end()
    let ahead = schedulesAhead
    let reservesAll = rules.memory.reservesAll
    let atSequenceCap =
      running.count == rules.limits.mostRunning
      || batch.sequences == rules.limits.maxBatchSequences
    repeat {
      now = batchEnd
      timeline.end = now
      if ahead {
        batchEnd = followingEnd
        followingEnd = Simulation.never
        plansOn = true
      } else {
        batchEnd = Simulation.never
        pool.emit(at: now, sequences: &sequences, into: &timeline.gaps)
      }
      // From here on as `start`, which has the last word where memory or the clock may be short.
      let blocks = reservesAll ? 0 : pool.lackingBlocks
      guard blocks < cache.freeBlocks || reservesAll else { return true }
      batch.decodeContext = pool.contextSum
      batch.decodeContextSquares = pool.contextSquares
      let seconds = cost.seconds(for: batch)
      guard seconds > 0, seconds <= EngineRange.clock.upperBound.seconds else { return true }
      let duration = max(1, Nanoseconds(seconds: seconds))
      let end = (ahead ? batchEnd : now) + duration
      guard end <= EngineRange.clock.upperBound else { return true }
      planNumber += 1
      cache.beginPlan()
      cache.take(blocks)
      if cache.sharesPrefixes { nameDecodedBlocks() }
      timeline.occupancy.record(
        batch, for: duration, usedBlocks: cache.usedBlocks, of: cache.totalBlocks,
        atSequenceCap: atSequenceCap)
      if ahead {
        pool.emit(at: end, sequences: &sequences, into: &timeline.gaps)
        followingEnd = end
        plansOn = false
      } else {
        batchEnd = end
      }
    } while batchEnd < limit && !pool.completesNext
    return false
  }
}
