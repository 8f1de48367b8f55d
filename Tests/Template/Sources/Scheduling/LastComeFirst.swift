import Schedulers
import Serving

/// Decodes first; of those that wait, who came last goes first.
public struct LastComeFirst: Scheduler {
  public static let entry = SchedulerEntry(
    "last-come-first", "Decodes first, then the latest requests.", reproduces: "no engine",
    tokenBudget: "max-num-batched-tokens", hasPipelines: false
  ) { setting in
    EngineRules(
      maxNumSeqs: 256, maxNumBatchedTokens: 2048, chunksPrompts: true,
      maxModelLen: setting.maxModelLen, blockSize: 16, reservation: .prompt, watermark: 0,
      decodeGate: .neededBlock, lengthLimit: .reached)
  } scheduler: {
    LastComeFirst()
  }

  public init() {}

  public mutating func plan(_ replica: inout Replica) {
    replica.decodeAll()
    replica.computeChunks()
    guard replica.preempted.isEmpty else { return }
    for next in replica.waiting.all.reversed() {
      let tokens = min(replica.tokensLeft(next), replica.tokensLeftInBudget)
      guard tokens > 0, replica.admit(next, computing: tokens) else { return }
    }
  }
}
