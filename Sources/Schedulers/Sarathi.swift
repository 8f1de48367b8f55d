import Serving

/// Stall-free batching: decodes first, then chunks of prompts up to the token budget.
///
/// Agrawal et al., "Sarathi-Serve", OSDI 2024; microsoft/sarathi-serve main 96f9911.
struct Sarathi: Scheduler {
  static let entry = SchedulerEntry(
    "sarathi", "Decodes first, then chunks of prompts up to a small budget (Sarathi-Serve).",
    reproduces: "sarathi-serve 96f9911, sarathi", tokenBudget: "chunk", hostTime: "sarathi-2024",
    logs: [EngineLog("sarathi", ["chunk_size", "dynamic"], defects: "readmits-at-once=true")],
    options: options
  ) { setting in
    EngineRules(
      maxNumSeqs: 128, maxNumBatchedTokens: 512, chunksPrompts: true,
      maxModelLen: setting.maxModelLen, blockSize: 16, reservation: .prompt, watermark: 0.01,
      decodeGate: .anyFreeBlock, lengthLimit: .promptsOnly)
  } scheduler: {
    Sarathi()
  }

  /// Whether who lost its cache, and heads the queue, is admitted in the same plan: a defect.
  var readmitsAtOnce = false

  var repeatsDecodes: Bool { true }

  mutating func plan(_ replica: inout Replica) {
    replica.decodeAll()
    replica.computeChunks()
    if replica.preempted.isEmpty || readmitsAtOnce { replica.admitChunks(resuming: readmitsAtOnce) }
  }
}
