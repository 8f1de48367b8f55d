import Formats
import Serving

extension SGLang {
  static let entry = SchedulerEntry(
    "sglang",
    "Chunks of prompts first, decodes wait; admission guesses what answers take (SGLang).",
    reproduces: "SGLang 0.5.23", tokenBudget: chunkedPrefillSize, uncutBudget: -1,
    admittedSequences: maxRunningRequests, blockTokens: pageSize, hasPipelines: false,
    knows: "its max_tokens, which are taken to be the length of its answer",
    hostTime: "sglang", logs: [log], options: options
  ) { setting in
    var rules = EngineRules(
      maxNumSeqs: 2048, maxNumBatchedTokens: setting.chunkedPrefillSize, chunksPrompts: true,
      maxModelLen: setting.maxModelLen, blockSize: 1, reservation: .chunk, watermark: 0,
      decodeGate: .neededBlock, lengthLimit: .requestCut)
    rules.memory.keepsTree = true
    rules.outputs.schedulesAhead = true
    rules.outputs.dropsLateTokens = true
    return rules
  } scheduler: {
    SGLang()
  }

  static let chunkedPrefillSize = "chunked-prefill-size"
  static let pageSize = "page-size"
  private static let maxRunningRequests = "max-running-requests"
  private static let schedulePolicy = "schedule-policy"
  private static let withoutTree = "disable-radix-cache"
  private static let priorities = "enable-priority-scheduling"
  private static let threshold = "priority-scheduling-preemption-threshold"

  private static let log = EngineLog(
    "sglang", ["overlap", "schedule_low_priority_values_first"], limits: ["context_len"],
    memory: ["page_size", "num_tokens"],
    optionKeys: [
      "chunked_prefill_size", "max_prefill_tokens", "schedule_policy", "schedule_conservativeness",
      "max_running_requests", "enable_mixed_chunk", "disable_radix_cache", "ignore_eos",
      "prefill_decode_interval", "prefill_max_requests", "enable_priority_scheduling",
      "priority_scheduling_preemption_threshold",
    ])

  private static let options: [Setting<Engine>] = [
    .number(
      "max-prefill-tokens", \.sglang.maxPrefillTokens,
      "tokens of prompts after which a batch admits nobody more"),
    .choice(
      schedulePolicy,
      "who goes first: who came first, who has most of its prompt in the cache, the heavier branch "
        + "of it, who asks for most, who waited longest for its size, or who has least to compute",
      [
        "fcfs": { $0.sglang.policy = .arrival },
        "lpm": { $0.sglang.policy = .longestPrefix },
        "dfs-weight": { $0.sglang.policy = .weight },
        "lof": { $0.sglang.policy = .longestAnswer },
        "hrrn": { $0.sglang.policy = .responseRatio },
        "shortest-prefill-first": { $0.sglang.policy = .shortestPrefill },
      ]),
    Setting(
      "schedule-conservativeness", .number(0...10, "X"),
      "how much of what answers may still take is reckoned with: 0.7 times this at first"
    ) { (engine, given) throws(InputError) in
      engine.sglang.ratio.conservativeness = try given.double(
        min: 0, max: 10, exclusive: true)
    },
    .truth("enable-mixed-chunk", \.sglang.mixes, "whether decodes share the batches of prompts"),
    .truth(
      "disable-overlap-schedule", \.isSynchronous,
      "whether a batch is formed only when the one before has ended"),
    .truth(
      withoutTree, \.hasNoTree,
      "whether nothing of what was computed is kept for others"),
    .truth(
      "ignore-eos", \.sglang.ignoresEnd,
      "whether answers are known to take all they ask for, as those of bench_serving"),
    .number(
      "prefill-max-requests", \.sglang.prefillMaxRequests,
      "prompts in one batch; 0 for no such limit", least: 0),
    .number(
      "scheduler-recv-interval", \.sglang.polls.interval,
      "batches of decodes from one look for new requests to the next"),
    .number(
      "prefill-decode-interval", \.sglang.prefillDecodeInterval,
      "batches of decodes after one with prompts; 0 for no such rule", least: 0),
    .truth(
      priorities, \.sglang.hasPriorities,
      "whether who has the smaller priority goes first, and takes caches"),
    .number(
      threshold, \.sglang.preemptionThreshold,
      "how much smaller its priority must be to take a cache", least: 0),
  ]
}

extension SGLang {
  /// Refuses what SGLang refuses, and options that would go without effect.
  func check(
    _ rules: EngineRules, _ given: [String], _ source: String
  ) throws(InputError) {
    let page = rules.memory.blockSize
    if let budget = rules.limits.maxNumBatchedTokens, budget % page != 0 {
      throw InputError(
        source,
        problem: "chunks of \(budget) tokens are no whole number of pages of \(page) tokens",
        remedy: "give \(Self.chunkedPrefillSize) a multiple of \(Self.pageSize)")
    }
    if policy.readsCache && !rules.memory.keepsTree {
      throw InputError(
        source,
        problem: "this \(Self.schedulePolicy) goes by what \(Self.withoutTree) keeps from "
          + "being there", remedy: "leave one of them out")
    }
    if hasPriorities && policy.readsCache {
      throw InputError(
        source, problem: "\(Self.priorities) goes with the policies fcfs and lof alone",
        remedy: "give \(Self.schedulePolicy)=fcfs or lof")
    }
    if !hasPriorities && given.contains(Self.threshold) {
      throw InputError(
        source, problem: "\(Self.threshold) goes without effect",
        remedy: "give \(Self.priorities)=true too, or leave it out")
    }
  }
}

extension EngineSetting {
  /// SGLang's default by the memory of the GPU (`server_args.py`).
  fileprivate var chunkedPrefillSize: Int {
    guard let gib = gpuMemoryGiB else { return 8192 }
    return gib < 35 ? 2048 : gib < 60 ? 4096 : gib < 160 ? 8192 : 16_384
  }
}

extension Engine {
  /// Its scheduler, which is SGLang's.
  fileprivate var sglang: SGLang {
    get { scheduler as! SGLang }
    set { scheduler = newValue }
  }

  /// Whether it forms a batch only when the one before has ended.
  var isSynchronous: Bool {
    get { !rules.outputs.schedulesAhead }
    set { rules.outputs.schedulesAhead = !newValue }
  }

  fileprivate var hasNoTree: Bool {
    get { !rules.memory.keepsTree }
    set { rules.memory.keepsTree = !newValue }
  }
}
