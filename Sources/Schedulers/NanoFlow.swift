import Formats
import Serving

/// Iterations of one size: decodes first, then prompts, cut at any token, to fill it exactly.
///
/// Zhu et al., "NanoFlow", OSDI 2025, section 4.2; `serve_8B.py` of github.com/efeslab/Nanoflow at
/// 23c8046, which serves all of its models. A request is admitted if one of average length fits
/// when the memory in use is at its predicted peak. The next batch is formed while one runs, so
/// that a sequence is decoded once more after its last token. As in the paper, who has to give way
/// may go to the host's memory; nobody is admitted then. The release has no way out of a lack of
/// memory.
struct NanoFlow: Scheduler {
  static let entry = SchedulerEntry(
    "nanoflow", "Batches of one size, filled exactly; admission by predicted peak (NanoFlow).",
    reproduces: "Nanoflow 23c8046", tokenBudget: "global-batch-size",
    tokenBudgets: [768, 1024, 2048], hasPipelines: false,
    overlaps: true,
    options: [
      .number(
        "average-prefill-length", \.rules.memory.averageLengths.prompt,
        "tokens of a prompt that admission reckons with; 0 for the trace's average", least: 0,
        most: EngineRange.averageTokens.upperBound),
      .number(
        "average-decode-length", \.rules.memory.averageLengths.answer,
        "output tokens, likewise", least: 0, most: EngineRange.averageTokens.upperBound),
      .swapBlocks,
      .truth(
        "enable-offload", \.offloadsCache,
        "copy keys and values to the host as they are made, and as many back"),
    ]
  ) { setting in
    var rules = EngineRules(
      maxNumSeqs: 2048, maxNumBatchedTokens: 2048, chunksPrompts: true,
      maxModelLen: setting.maxModelLen, blockSize: 16, reservation: .prompt, watermark: 0,
      decodeGate: .neededBlock, lengthLimit: .reached)
    rules.memory.admission = .predictedPeak
    rules.outputs.decodesPastEnd = true
    return rules
  } scheduler: {
    NanoFlow()
  }

  mutating func plan(_ replica: inout Replica) {
    replica.decodeAll()
    if replica.preempted.isEmpty { replica.swapIn() }
    replica.computeChunks()
    if replica.preempted.isEmpty && replica.swapped.isEmpty { replica.admitChunks() }
  }
}
