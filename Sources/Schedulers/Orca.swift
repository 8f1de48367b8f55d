import Formats
import Serving

/// Iteration-level batching: whole prompts join the decodes of running requests.
///
/// Yu et al., "Orca", OSDI 2022, with memory reserved for the longest sequence there can be, as in
/// sarathi-serve's `orca`.
struct Orca: Scheduler {
  static let entry = SchedulerEntry(
    "orca",
    "Whole prompts join running decodes; memory is reserved for the longest output (Orca).",
    reproduces: "sarathi-serve 96f9911, orca", hostTime: "none", logs: [EngineLog("orca")],
    options: [
      .choice(
        "reserve",
        "blocks for the longest sequence there can be, for the request's own prompt and the next "
          + "power of two above its output, or for its own length: Max, Pow2 and Oracle of vLLM's "
          + "paper",
        [
          "max": { $0.rules.memory.reservation = .maxModelLen },
          "pow2": { $0.rules.memory.reservation = .powerOfTwo },
          "own": { $0.rules.memory.reservation = .ownLength },
        ]),
      .choice(
        "allocator", "what is reserved is just that, or the next power of two of tokens",
        [
          "exact": { $0.rules.memory.reservesPowersOfTwo = false },
          "buddy": { $0.rules.memory.reservesPowersOfTwo = true },
        ]),
    ]
  ) { setting in
    .reservingWholeLength(setting)
  } scheduler: {
    Orca()
  }

  var repeatsDecodes: Bool { true }

  mutating func plan(_ replica: inout Replica) {
    replica.decodeAll()
    replica.admitWholePrompts()
  }
}

extension EngineRules {
  /// The rules of engines from before paged memory, as sarathi-serve runs them.
  static func reservingWholeLength(_ setting: EngineSetting) -> EngineRules {
    EngineRules(
      maxNumSeqs: 128, maxNumBatchedTokens: nil, chunksPrompts: false,
      maxModelLen: setting.maxModelLen, blockSize: 16, reservation: .maxModelLen, watermark: 0,
      decodeGate: .open, lengthLimit: .promptsOnly)
  }
}
