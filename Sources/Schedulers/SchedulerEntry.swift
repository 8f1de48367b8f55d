import Formats
import Serving

/// A scheduler in the list: its name, what it is, and how to make it.
public struct SchedulerEntry: Sendable {
  /// The name that `--scheduler` takes.
  public let name: String
  /// One sentence on its rule.
  public let summary: String
  /// The implementation whose decisions it makes, with its version.
  public let reproduces: String
  /// What its user can set.
  public let options: [Setting<Engine>]
  /// The name of the host times that are known of its engine.
  public let hostTime: String
  /// The logs of its engine's decisions that can be compared with ours.
  public let logs: [EngineLog]

  private let hasPipelines: Bool
  private let overlaps: Bool
  private let drafts: Bool
  private let connects: Bool
  private let knows: String?
  private let rules: @Sendable (EngineSetting) -> EngineRules
  private let scheduler: @Sendable () -> any Scheduler
  /// What the engine calls its token budget, if it has one, and its cap on sequences.
  let tokenBudget: String?
  let sequenceCap: String
  private let capsAdmissions: Bool

  /// A scheduler of this list or of another package.
  ///
  /// - Parameters:
  ///   - tokenBudget: what the engine calls its token budget, if it has one.
  ///   - tokenBudgets: those that its users choose among by the load, if they do.
  ///   - uncutBudget: what is given for it where prompts are never cut, if they may not be.
  ///   - batchSequences: what it calls its cap on the sequences of a batch, where that is not its
  ///     cap on admitted sequences.
  ///   - admittedSequences: what it calls its cap on admitted sequences.
  ///   - blockTokens: what it calls the tokens of a KV block.
  ///   - hasPipelines: whether it keeps several batches in flight.
  ///   - overlaps: whether operations of nano-batches overlap inside the GPU.
  ///   - drafts: whether it is known how it decodes with drafts.
  ///   - connects: whether it is known how it reads keys and values from another engine.
  ///   - knows: what it goes by of a request besides its prompt and arrival.
  ///   - hostTime: the name of the host times that are known of its engine; `none` where nothing
  ///     is known of them.
  ///   - logs: the logs of its engine's decisions that can be compared with ours.
  ///   - options: what else its user can set.
  ///   - rules: the engine's own limits and treatment of memory.
  ///   - scheduler: a scheduler that has planned nothing yet.
  public init(
    _ name: String, _ summary: String, reproduces: String, tokenBudget: String? = nil,
    tokenBudgets: [Int] = [], uncutBudget: Int? = nil,
    batchSequences: String? = nil, admittedSequences: String = "max-num-seqs",
    blockTokens: String = "block-size", hasPipelines: Bool = true, overlaps: Bool = false,
    drafts: Bool = false, connects: Bool = false,
    knows: String? = nil,
    hostTime: String = "vllm-v1", logs: [EngineLog] = [],
    options: [Setting<Engine>] = [],
    rules: @escaping @Sendable (EngineSetting) -> EngineRules,
    scheduler: @escaping @Sendable () -> any Scheduler
  ) {
    self.name = name
    self.summary = summary
    self.reproduces = reproduces
    self.hasPipelines = hasPipelines
    self.overlaps = overlaps
    self.drafts = drafts
    self.connects = connects
    self.knows = knows
    self.hostTime = hostTime
    self.logs = logs
    self.rules = rules
    self.scheduler = scheduler
    self.tokenBudget = tokenBudget
    sequenceCap = batchSequences ?? admittedSequences
    capsAdmissions = batchSequences == nil
    let own: [Setting<Engine>] = [
      batchSequences.map {
        .number($0, \.rules.limits.maxBatchSequences, "sequences in one iteration")
      }
        ?? .number(admittedSequences, \.rules.sequenceCap, "sequences served at once"),
      .number(
        blockTokens, \.rules.memory.blockSize, "tokens in a KV block",
        most: EngineRange.blockTokens.upperBound),
    ]
    self.options =
      (tokenBudget.map { [.tokenBudget($0, bestOf: tokenBudgets, uncut: uncutBudget)] } ?? []) + own
      + options
  }

  /// The engine's own rules in `setting`.
  public func defaults(_ setting: EngineSetting) -> EngineRules { rules(setting) }

  /// The engine in `setting`, with the user's `values` by option name; `source` is what the user
  /// wrote, and what the engine is called.
  public func engine(
    _ values: [(name: String, value: String)], _ setting: EngineSetting, source: String
  ) throws(InputError) -> Engine {
    var engine = Engine(
      name: source, version: name, hasPipelines: hasPipelines, overlaps: overlaps,
      hostTime: hostTime, scheduler: scheduler(), rules: rules(setting))
    var given: [(option: Setting<Engine>, value: GivenValue)] = []
    for (name, value) in values {
      guard let option = options.first(where: { $0.name == name }) else {
        throw unknownOption(name, source)
      }
      if given.contains(where: { $0.option.name == name }) {
        throw InputError(source, problem: "\(name) is given twice", remedy: "give it once")
      }
      given.append((option, GivenValue(source: "\(self.name):\(name)", text: value)))
    }
    // A word may change the defaults of the numbers.
    for (option, value) in given where !option.words.isEmpty { try option.set(&engine, value) }
    try apply(setting, to: &engine.rules)
    for (option, value) in given where option.words.isEmpty { try option.set(&engine, value) }
    engine.given = given.map(\.option.name)
    engine.drafts = drafts
    engine.connects = connects
    engine.knows = knows
    try check(engine.rules, given: given.map(\.option.name), setting, source)
    try (engine.scheduler as? SGLang)?.check(engine.rules, given.map(\.option.name), source)
    try (engine.scheduler as? VTC)?.check(engine.rules, source)
    try (engine.scheduler as? VLLMV1)?.check(engine.rules, source)
    try (engine.scheduler as? TensorRTLLM)?.check(engine.rules, source)
    return engine
  }

  /// Sets `values` of `engine` beside what else is to be set of it.
  public func set(
    _ values: [(name: String, value: String)], of engine: inout Engine
  ) throws(InputError) {
    for (name, value) in values {
      guard let option = options.first(where: { $0.name == name }) else {
        throw unknownOption(name, self.name)
      }
      try option.set(&engine, GivenValue(source: "\(self.name):\(name)", text: value))
    }
  }

  private func apply(
    _ setting: EngineSetting, to rules: inout EngineRules
  ) throws(InputError) {
    if let size = setting.blockSize { rules.memory.blockSize = size }
    if let cap = setting.maxNumSeqs {
      if capsAdmissions {
        rules.sequenceCap = cap
      } else {
        rules.limits.maxBatchSequences = cap
        rules.limits.maxNumSeqs = max(rules.limits.maxNumSeqs, cap)
      }
    }
    if let budget = setting.maxNumBatchedTokens {
      guard tokenBudget != nil else {
        throw InputError(
          "--max-num-batched-tokens", problem: "\(name) has no token budget",
          remedy: "leave it out, or give it to a scheduler that has one, as in "
            + "vllm:max-num-batched-tokens=\(budget)")
      }
      rules.limits.maxNumBatchedTokens = budget
    }
  }

  private func unknownOption(_ option: String, _ source: String) -> InputError {
    .unknown("option of \(name)", option, among: options.map(\.name), in: source)
  }
}
