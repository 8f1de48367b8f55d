@testable import Serving

/// The books of one simulation, kept by looking at its replica after every step.
struct Ledger {
  /// Tokens in the cache of each running sequence once the batch in flight has ended.
  private var contexts: [RequestID: Int] = [:]
  /// Tokens whose cache was lost in preemptions, and tokens computed in all.
  private(set) var lost = 0
  private(set) var computed = 0
  private(set) var lastStart = -1

  /// Books what `simulation` has just planned; returns what breaks a law, or nil.
  mutating func book(_ simulation: Simulation) -> String? {
    let replica = simulation.replicas[0]
    var now: [RequestID: Int] = [:]
    var held = 0
    for id in replica.running.all {
      let sequence = replica.sequences[Int(id.slot)]
      let inPool = sequence.phase == .decoding
      let context = inPool ? replica.pool.context(of: sequence) : sequence.context
      let decodes = inPool && replica.batch.decodes > replica.pastEnd.count ? 1 : 0
      let chunk = replica.batch.chunks.first { $0.sequence == id }?.tokens ?? 0
      let before = contexts[sequence.request] ?? context
      if !replica.rules.outputs.emitsWithPrompt && context == before - 1 {
        lost += 1  // The prompt's last token is computed once more.
      } else if before != context {
        // A sequence that was evicted and admitted again in one step starts anew.
        guard context == 0 else { return "\(sequence.request) holds \(context), not \(before)" }
        lost += before
      }
      now[sequence.request] = context + decodes + chunk
      held +=
        inPool && !replica.rules.memory.reservesAll
        ? replica.rules.blocks(for: context + decodes) : replica.cache.blocks(of: id)
    }
    for (request, context) in contexts where now[request] == nil {
      if !simulation.timeline.records[request.index].isCompleted { lost += context }
    }
    contexts = now
    // What is decoded past its end is of no use to anyone.
    computed += replica.batch.tokens - replica.pastEnd.count
    return broken(replica, held: held)
  }

  private func broken(_ replica: Replica, held: Int) -> String? {
    let rules = replica.rules
    let batch = replica.batch
    if replica.cache.freeBlocks < 0 { return "blocks taken that are not there" }
    let late = replica.cache.allReleasing + replica.cache.pastEndBlocks
    if held + replica.cache.freeBlocks + late != rules.memory.totalBlocks {
      return
        "\(held) held and \(replica.cache.freeBlocks) free of \(rules.memory.totalBlocks) blocks"
    }
    if let budget = rules.limits.maxNumBatchedTokens, batch.chunkTokens > 0, batch.tokens > budget {
      return "\(batch.tokens) tokens over a budget of \(budget)"
    }
    if batch.sequences > rules.limits.maxBatchSequences {
      return "\(batch.sequences) sequences in a batch"
    }
    if replica.running.count > rules.limits.maxNumSeqs { return "\(replica.running.count) running" }
    return nil
  }
}
