import Formats
import Serving

/// Dynamic SplitFuse: every forward is filled to one size with decodes, then with parts of prompts.
///
/// Holmes et al., "DeepSpeed-FastGen", 2024; DeepSpeed-MII d100a854. A decode that lacks a block
/// skips a turn; only when nothing at all can run does the last holder of a cache lose it.
struct SplitFuse: Scheduler {
  static let entry = SchedulerEntry(
    "splitfuse", "Forwards of one size, decodes first, the rest cut from prompts (FastGen).",
    reproduces: "DeepSpeed-MII d100a854", tokenBudget: "max-ragged-batch-size",
    batchSequences: "max-ragged-sequence-count", hasPipelines: false,
    hostTime: "fastgen-2023",
    logs: [
      EngineLog(
        "splitfuse",
        limits: [
          "max_length", "max_ragged_batch_size", "max_ragged_sequence_count",
          "max_tracked_sequences", "flush_mode",
        ])
    ],
    options: [
      .number(
        "max-tracked-sequences", \.rules.limits.maxNumSeqs,
        "sequences that may hold a cache at once"),
      .number(
        "flush-lag", \.rules.memory.releaseLag,
        "turns before a finished sequence's blocks are free",
        least: 0,
        most: 8),
      .choice(
        "reset", "whose cache is taken when nothing can run",
        [
          "last": { $0.rules.memory.reset = .last }, "all": { $0.rules.memory.reset = .all },
          "none": { $0.rules.memory.reset = .none },
        ]),
    ]
  ) { setting in
    var rules = EngineRules(
      maxNumSeqs: 2048, maxBatchSequences: 512, maxNumBatchedTokens: 768, chunksPrompts: true,
      maxModelLen: setting.maxModelLen, blockSize: setting.headSize <= 64 ? 128 : 64,
      reservation: .chunk, watermark: 0, decodeGate: .neededBlock, lengthLimit: .reached,
      releaseLag: 1)
    rules.prompts.needFreeBlock = true
    return rules
  } scheduler: {
    SplitFuse()
  }

  var repeatsDecodes: Bool { true }

  mutating func plan(_ replica: inout Replica) {
    let hadFreeBlocks = replica.cache.freeBlocks > 0
    let tracked = replica.running.count + replica.cache.releasingSequences
    decode(in: &replica)
    if hadFreeBlocks { fill(&replica, admitting: tracked < replica.rules.limits.maxNumSeqs) }
    let isStarved = replica.plannedDecodes == 0 && replica.batch.chunks.isEmpty
    if isStarved && !replica.cache.isReleasing { reset(&replica) }
  }

  /// Takes the cache from the last holder, or as the version of the engine has it.
  private func reset(_ replica: inout Replica) {
    repeat {
      guard replica.rules.memory.reset != .none, let victim = lastHolder(in: replica) else {
        return
      }
      replica.preemptToEnd(victim)
    } while replica.rules.memory.reset == .all
  }

  /// Decodes the first sequences up to the caps, skipping those that lack a block; who was left out
  /// comes first in the next turn.
  private func decode(in replica: inout Replica) {
    let cap = min(replica.rules.limits.maxBatchSequences, replica.tokensLeftInBudget)
    if replica.decoding <= cap && replica.canDecodeAll {
      replica.decodeAll()
      return
    }
    var leftOut: [SequenceID] = []
    for (place, sequence) in replica.running.all.filter(replica.isDecoding).enumerated() {
      if place < cap && replica.gateIsOpen(for: sequence) {
        replica.decode(sequence)
      } else {
        leftOut.append(sequence)
      }
    }
    for sequence in leftOut.reversed() { replica.moveToFront(sequence) }
  }

  /// Fills the forward with prompts in order, each only if all that is left of it fits in memory.
  private func fill(_ replica: inout Replica, admitting: Bool) {
    for sequence in replica.prefilling {
      guard hasRoom(in: replica), fits(sequence, in: replica) else { return }
      let tokens = min(replica.tokensLeft(sequence), replica.tokensLeftInBudget)
      replica.compute(sequence, tokens: tokens)
    }
    while admitting, let head = replica.waiting.first {
      guard hasRoom(in: replica), fits(head, in: replica) else { return }
      let tokens = min(replica.tokensLeft(head), replica.tokensLeftInBudget)
      guard replica.admit(head, computing: tokens) else { return }
    }
  }

  private func hasRoom(in replica: borrowing Replica) -> Bool {
    replica.tokensLeftInBudget > 0
      && replica.plannedDecodes + replica.batch.chunks.count
        < replica.rules.limits.maxBatchSequences
  }

  private func fits(_ sequence: SequenceID, in replica: borrowing Replica) -> Bool {
    let tokens = replica.tokensLeft(sequence)
    return replica.blocksNeeded(sequence, computing: tokens) <= replica.cache.freeBlocks
  }

  /// The last sequence that holds a cache: a decode if there is one, for a cut prompt comes first.
  private func lastHolder(in replica: borrowing Replica) -> SequenceID? {
    var cursor = replica.running.last
    while let sequence = cursor {
      if replica.isDecoding(sequence) { return sequence }
      cursor = replica.running.previous(before: sequence)
    }
    return replica.prefilling.last
  }
}
