import Serving

/// Chunks of prompts and decodes in turn, never in one batch: what is left of Sarathi-Serve without
/// hybrid batches.
///
/// The "chunked-prefills-only" ablation of Agrawal et al., "Sarathi-Serve", OSDI 2024.
struct SimpleChunking: Scheduler {
  static let entry = SchedulerEntry(
    "simple-chunking", "Chunks of prompts and decodes take turns (an ablation of Sarathi-Serve).",
    reproduces: "sarathi-serve 96f9911, simple_chunking", tokenBudget: "chunk",
    hostTime: "sarathi-2024", logs: [EngineLog("simple_chunking", ["chunk_size"])]
  ) { setting in
    Sarathi.entry.defaults(setting)
  } scheduler: {
    SimpleChunking()
  }

  private var isDecodesTurn = false

  mutating func plan(_ replica: inout Replica) {
    if !isDecodesTurn || replica.decoding == 0 {
      replica.computeChunks()
      if replica.batch.chunks.isEmpty { replica.admitChunks() }
      isDecodesTurn = true
      if !replica.batch.chunks.isEmpty { return }
    }
    replica.decodeAll()
    isDecodesTurn = false
  }
}
