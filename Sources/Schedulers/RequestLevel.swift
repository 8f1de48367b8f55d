import Serving

/// Request-level batching: a batch of requests runs until the last of them is done.
///
/// As NVIDIA FasterTransformer batches, in the form of sarathi-serve's `faster_transformer`.
struct RequestLevel: Scheduler {
  static let entry = SchedulerEntry(
    "request-level",
    "A batch of requests runs to the end of its longest; nobody joins it (FasterTransformer).",
    reproduces: "sarathi-serve 96f9911, faster_transformer", hostTime: "none",
    logs: [EngineLog("faster_transformer")]
  ) { setting in
    .reservingWholeLength(setting)
  } scheduler: {
    RequestLevel()
  }

  var repeatsDecodes: Bool { true }

  mutating func plan(_ replica: inout Replica) {
    if replica.decoding > 0 {
      replica.decodeAll()
    } else {
      replica.admitWholePrompts()
    }
  }
}
