import Schedulers
import Serving

/// A scheduler as a user of the library writes it: decodes go on, and of those that wait, the
/// shortest prompt goes first.
struct ShortestFirst: Scheduler {
  static let entry = SchedulerEntry(
    "shortest-first", "Decodes first, then the shortest prompts.", reproduces: "no other engine",
    tokenBudget: "max-num-batched-tokens"
  ) { setting in
    EngineRules(
      maxNumSeqs: 64, maxNumBatchedTokens: 4096, chunksPrompts: true,
      maxModelLen: setting.maxModelLen, blockSize: 16, reservation: .prompt, watermark: 0,
      decodeGate: .neededBlock, lengthLimit: .reached)
  } scheduler: {
    ShortestFirst()
  }

  mutating func plan(_ replica: inout Replica) {
    replica.decodeAll()
    replica.computeChunks()
    let waiting = replica.waiting.all.map { (sequence: $0, tokens: replica.tokensLeft($0)) }
    for next in waiting.sorted(by: { $0.tokens < $1.tokens }) {
      let tokens = min(next.tokens, replica.tokensLeftInBudget)
      guard tokens > 0, replica.admit(next.sequence, computing: tokens) else { return }
    }
  }
}
