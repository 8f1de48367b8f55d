import Formats
import Serving

/// vLLM's second scheduler (V1): every running sequence catches up with its known tokens within one
/// budget, decodes and chunks of prompts alike, and new requests share what is left.
///
/// vLLM 0.11.0, synchronous, and 0.33.0, which schedules asynchronously as all versions since 0.14
/// do; `vllm/v1/core/sched/scheduler.py`.
struct VLLMV1: Scheduler {
  static let entry011 = SchedulerEntry(
    "vllm-0.11", "Decodes and chunks of prompts share one token budget in order (vLLM V1).",
    reproduces: "vLLM 0.11.0, V1", tokenBudget: "max-num-batched-tokens",
    logs: [EngineLog("vllm_v1", logKeys)], options: options
  ) { setting in
    var rules = EngineRules(
      maxNumSeqs: setting.isLargeGPU ? 1024 : 256,
      maxNumBatchedTokens: setting.isLargeGPU ? 8192 : 2048, chunksPrompts: true,
      maxModelLen: setting.maxModelLen, blockSize: 16, nullBlocks: 1, reservation: .chunk,
      watermark: 0, decodeGate: .neededBlock, lengthLimit: .reached)
    rules.memory.sharesPrefixes = true
    rules.prompts.chunksOverlap = true
    return rules
  } scheduler: {
    VLLMV1(isOlder: true)
  }

  static let entry033 = SchedulerEntry(
    "vllm-0.33", "As vllm-0.11, but admits a request only where its whole prompt fits (vLLM V1).",
    reproduces: "vLLM 0.33.0, V1", tokenBudget: "max-num-batched-tokens", drafts: true,
    connects: true,
    logs: [
      log("vllm_v1_0_33"), log("vllm_v1_async", ["spec"], schedulesAhead: true),
      log("vllm_v1_hybrid", ["groups"]), log("vllm_v1_spec", ["spec"]),
      log("vllm_v1_limits", ["chunked_prefill"]), log("vllm_v1_pd", ["kv_connector", "spec"]),
      log(
        "vllm_v1_mm", ["encoder_compute_budget", "encoder_cache_size", "disable_chunked_mm_input"]),
    ],
    options: options + newestOptions
  ) { setting in
    var rules = entry011.defaults(setting)
    rules.memory.admission = .wholePrompt
    rules.memory.reusesUnnamedFirst = true
    rules.memory.watermarkSparesFirst = true
    rules.prompts.thresholdHoldsAlone = false
    rules.outputs.schedulesAhead = true
    return rules
  } scheduler: {
    VLLMV1()
  }

  private static let logKeys = [
    "max_num_batched_tokens", "enable_chunked_prefill", "long_prefill_token_threshold", "policy",
    "prefix_caching",
  ]

  /// A log of 0.33 with keys of its `own`.
  private static func log(
    _ name: String, _ own: [String] = [], schedulesAhead: Bool = false
  ) -> EngineLog {
    EngineLog(
      name, logKeys + ["scheduler_reserve_full_isl", "async_scheduling", "effective"] + own,
      options: schedulesAhead ? "" : "async-scheduling=false",
      optionKeys: newestOptions.map(\.logKey))
  }

  private static let options: [Setting<Engine>] = [
    .number(
      "long-prefill-token-threshold", \.rules.prompts.longPrefillTokenThreshold,
      "tokens of one prompt in one iteration; 0 for no such limit", least: 0),
    .truth(
      "enable-chunked-prefill", \.rules.prompts.areChunked,
      "whether a prompt may be cut into chunks"),
    .schedulingPolicy(.priority),
    .truth(
      "enable-prefix-caching", \.rules.memory.sharesPrefixes,
      "whether prompts share blocks where the trace has prefix hashes"),
    .truth(
      "async-scheduling", \.rules.outputs.schedulesAhead,
      "whether the next batch is formed while one runs; without a pipeline"),
  ]

  /// Options that vLLM 0.11 does not have, or whose rules are not known of it.
  private static let newestOptions: [Setting<Engine>] = [
    .truth(
      adaptive, \.rules.prompts.thresholdAdapts,
      "whether that threshold is no less than an equal share of the budget"),
    .number(
      interval, \.vllm.cadence.interval,
      "iterations from one with prompts to the next while some decode and nobody is held up",
      most: 1_000_000),
    .count(
      active, \.rules.limits.maxNumActiveSeqs, in: EngineRange.sequences,
      "sequences that run at once, where that is less than max-num-seqs"),
    .count(
      "max-loras", \.rules.limits.maxLoras, in: EngineRange.sequences,
      "LoRA adapters of sequences that run at once, where the trace names adapters"),
    Setting(
      "watermark", .number(0...1, "SHARE"),
      "share of the blocks that an admission leaves free while others run"
    ) { (engine, given) throws(InputError) in
      engine.rules.memory.watermark = try given.double(min: 0, max: 1)
    },
  ]
  private static let adaptive = "long-prefill-token-threshold-adaptive"
  private static let interval = "prefill-schedule-interval"
  private static let active = "max-num-active-seqs"

  /// Whether it is 0.11, where a prompt too long for the budget lets those behind it pass if
  /// prompts stay whole, and one that loses its own cache ends the walk over those that run.
  var isOlder = false
  var cadence = PrefillCadence()

  var repeatsDecodes: Bool { cadence.interval == 1 }

  mutating func plan(_ replica: inout Replica) {
    let isPaced = cadence.interval > 1
    let holds = isPaced && cadence.holds(in: replica)
    if replica.speculates {
      replica.catchUpWithDrafts(holding: holds)
    } else {
      replica.joinArrived()
      replica.catchUp(passingEvicted: !isOlder, holding: holds)
    }
    if replica.preempted.isEmpty {
      let isBound =
        replica.speculates
        ? replica.admitWithDrafts(holding: holds)
        : !replica.admitArrived(holding: holds)
          || replica.admitChunks(passingLong: isOlder, holding: holds)
      if !holds { cadence.isBound = isBound }
    }
    if isPaced { cadence.note(replica) }
  }

  /// Refuses options that contradict others, or would go without effect.
  func check(_ rules: EngineRules, _ source: String) throws(InputError) {
    if rules.prompts.thresholdAdapts && rules.prompts.longPrefillTokenThreshold == 0 {
      throw InputError(
        source, problem: "\(Self.adaptive) goes without effect where there is no threshold",
        remedy: "give long-prefill-token-threshold too, or leave it out")
    }
    if let most = rules.limits.maxNumActiveSeqs, most > rules.limits.maxNumSeqs {
      throw InputError(
        source,
        problem: "\(Self.active) is \(most), more than the \(rules.limits.maxNumSeqs) sequences of "
          + "max-num-seqs", remedy: "lower \(Self.active)")
    }
    if rules.memory.watermark == 1 {
      throw InputError(
        source, problem: "a watermark of 1 admits nobody while others run",
        remedy: "give less than 1")
    }
  }
}

/// When prompts are computed, where that is only every so many iterations.
struct PrefillCadence: Sendable {
  /// Iterations from one with prompts to the next; 1 for no such rule.
  var interval = 1
  /// Whether somebody was held up by something else when prompts were computed last.
  var isBound = false
  private var executed = 0
  private var last = 0

  /// Whether prompts have to wait, which they do only while some sequence decodes.
  func holds(in replica: borrowing Replica) -> Bool {
    !isBound && executed + 1 - last < interval
      && replica.running.count > replica.prefilling.count
  }

  /// Notes what `replica` has planned.
  mutating func note(_ replica: borrowing Replica) {
    if replica.batch.chunks.isEmpty && replica.plannedDecodes == 0 { return }
    executed += 1
    if !replica.batch.chunks.isEmpty { last = executed }
  }
}

extension Engine {
  /// Its scheduler, which is vLLM's second.
  fileprivate var vllm: VLLMV1 {
    get { scheduler as! VLLMV1 }
    set { scheduler = newValue }
  }
}
