import Formats
import Serving

/// The lists of schedulers; they drive the command line, the tests and the README.
public enum Schedulers {
  /// Every scheduler of an engine, from the oldest idea to the newest.
  public static let all: [SchedulerEntry] = [
    RequestLevel.entry, Orca.entry, VLLMV0.entry, VLLMV1.entry011, VLLMV1.entry033, Sarathi.entry,
    Sarathi.artifact, SimpleChunking.entry, SplitFuse.entry, NanoFlow.entry, SGLang.entry,
    TensorRTLLM.entry,
  ]

  /// Schedulers of research, which no engine has as it stands.
  public static let research: [SchedulerEntry] = [
    VTC.entry, ShortestJobFirst.entry, MultiLevelFeedback.entry, EarliestDeadlineFirst.entry,
    PriorityClasses.entry,
  ]

  /// Both.
  public static var entries: [SchedulerEntry] { all + research }

  /// Other names: each means the newest version of its engine.
  public static let aliases: [(name: String, means: String)] = [("vllm", "vllm-0.33")]

  /// Every name that a scheduler goes by.
  public static var names: [String] { entries.map(\.name) + aliases.map(\.name) }

  /// The engine that `specification` names: a scheduler, and after a colon its options, as in
  /// `sarathi:chunk=512,max-num-seqs=64`.
  public static func engine(
    _ specification: String, _ setting: EngineSetting
  ) throws(InputError) -> Engine {
    let parts = specification.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let entry = try named(String(parts[0]))
    var values: [(name: String, value: String)] = []
    if parts.count == 2 {
      for piece in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
        let pair = piece.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard pair.count == 2 else {
          throw InputError(
            specification, problem: "\"\(piece)\" is not an option with a value",
            remedy: "write \(entry.name):\(entry.options[0].name)=NUMBER")
        }
        values.append((String(pair[0]), String(pair[1])))
      }
    }
    return try entry.engine(values, setting, source: specification)
  }

  /// The scheduler called `name`, or the newest of that engine.
  static func named(_ name: String) throws(InputError) -> SchedulerEntry {
    let full = aliases.first { $0.name == name }?.means ?? name
    if let entry = entries.first(where: { $0.name == full }) { return entry }
    throw .unknown(
      "scheduler", name, among: names, in: "--scheduler")
  }
}
