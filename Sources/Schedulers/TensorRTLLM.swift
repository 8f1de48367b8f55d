import Formats
import Serving

/// TensorRT-LLM's scheduler: decodes first, then whole prompts beside them, each once there are
/// blocks for all that it and those who run may still need.
///
/// TensorRT-LLM at commit 002f3cc, PyTorch flow,
/// `tensorrt_llm/_torch/pyexecutor/scheduler/scheduler.py` (`PyCapacityScheduler` and
/// `PyMicroBatchScheduler`), and of `llmapi/llm_args.py` the batch's limits, the tokens of a block,
/// whole prompts and the policy. That the scheduler overlaps, and that chunks are multiples of a
/// block, is from other versions. All of it was read and never run: no log tells what the original
/// decides. Not read, but taken from vLLM: a token in flight when its request is paused comes out,
/// and needs no block of its own. Clients are taken to ask for as many tokens as the trace says
/// that they get. What is reserved counts as used from admission on, where the original takes
/// blocks as they fill. A prompt that has not begun and of which no block's worth fits in the batch
/// holds up those behind it, where the original lets one pass that is shorter than what is left.
/// Prompts share no blocks here, and windows of attention spare none. Memory is what
/// `--gpu-memory-utilization` says, for which the original has `free_gpu_memory_fraction`.
struct TensorRTLLM: Scheduler {
  static let entry = SchedulerEntry(
    "trt-llm",
    "Decodes, then whole prompts with memory for their answers (TensorRT-LLM; read, not run).",
    reproduces: "TensorRT-LLM 002f3cc, rules read and not run", tokenBudget: maxNumTokens,
    admittedSequences: "max-batch-size", blockTokens: tokensPerBlock, hasPipelines: false,
    knows: "its max_tokens, which are taken to be the length of its answer",
    hostTime: "trt-llm", options: options
  ) { setting in
    var rules = EngineRules(
      maxNumSeqs: 2048, maxNumBatchedTokens: 8192, chunksPrompts: false,
      maxModelLen: setting.maxModelLen, blockSize: 32, reservation: .ownLength, watermark: 0,
      decodeGate: .open, lengthLimit: .reached)
    rules.outputs.schedulesAhead = true
    return rules
  } scheduler: {
    TensorRTLLM()
  }

  private static let maxNumTokens = "max-num-tokens"
  private static let tokensPerBlock = "tokens-per-block"
  private static let waitIterations = "batch-wait-timeout-iters"
  private static let waitShare = "batch-wait-max-tokens-ratio"

  private static let options: [Setting<Engine>] = [
    .choice(
      "capacity-scheduler-policy",
      "who gets memory: who has enough to the end beside all others, who has enough for the next "
        + "step, so that the latest may be paused and computed anew, or as the first, but nobody "
        + "before all others are done",
      [
        "GUARANTEED_NO_EVICT": { _ in },
        "MAX_UTILIZATION": {
          $0.rules.memory.reservation = .prompt
          $0.rules.memory.decodeGate = .neededBlock
        },
        "STATIC_BATCH": { $0.tensorRT.isStatic = true },
      ]),
    .number(
      waitIterations, \.tensorRT.wait.timeoutIterations,
      "iterations that prompts wait at most, beside decodes, for a batch as large as "
        + "\(waitShare) says; 0 for none", least: 0),
    Setting(
      waitShare, .number(0...1, "X"),
      "share of max-num-tokens that a batch has from which on prompts do not wait; 0 for no wait"
    ) { (engine, given) throws(InputError) in
      engine.tensorRT.wait.mostShare = try given.double(min: 0, max: 1)
    },
    .truth(
      "enable-chunked-context", \.rules.prompts.areChunked,
      "whether a prompt may be cut into chunks of whole blocks"),
    .truth(
      "disable-overlap-scheduler", \.isSynchronous,
      "whether a batch is formed only when the one before has ended"),
  ]

  /// Whether nobody is admitted before all others are done.
  var isStatic = false
  var wait = BatchWait()

  var repeatsDecodes: Bool { !wait.isOn }

  mutating func plan(_ replica: inout Replica) {
    let isServing = replica.running.count > replica.prefilling.count
    replica.decodeAll()
    if isStatic && isServing { return }
    if wait.isOn && replica.plannedDecodes > 0 && wait.holds(batch(&replica), in: replica) {
      return
    }
    for sequence in replica.prefilling {
      let tokens = chunk(of: sequence, in: replica)
      if tokens > 0 { replica.compute(sequence, tokens: tokens) }
    }
    guard replica.preempted.isEmpty else { return }
    while let head = replica.waiting.first {
      let tokens = chunk(of: head, in: replica)
      guard tokens > 0, replica.admit(head, computing: tokens) else { return }
    }
  }

  /// Tokens of the prompts that the batch would have, whole, or nil if it would have none. Memory
  /// is asked for the first alone.
  private func batch(_ replica: inout Replica) -> Int? {
    var room = replica.tokensLeftInBudget
    var tokens = 0
    for sequence in replica.prefilling {
      let chunk = chunk(of: sequence, in: replica, room: room)
      if chunk > 0 { tokens += replica.promptTokens(of: sequence) }
      room -= chunk
    }
    var cursor = replica.preempted.isEmpty ? replica.waiting.first : nil
    var seats = replica.rules.limits.mostRunning - replica.running.count
    while let id = cursor, seats > 0 {
      let chunk = chunk(of: id, in: replica, room: room)
      guard chunk > 0, tokens > 0 || replica.hasRoom(for: id, computing: chunk) else { break }
      tokens += replica.promptTokens(of: id)
      room -= chunk
      seats -= 1
      cursor = replica.waiting.next(after: id)
    }
    return tokens > 0 ? tokens : nil
  }

  /// Tokens of the prompt of `sequence` that the batch has room for: all that are left, or as many
  /// whole blocks as fit where prompts may be cut.
  private func chunk(
    of sequence: SequenceID, in replica: borrowing Replica, room: Int? = nil
  ) -> Int {
    let left = replica.tokensLeft(sequence)
    let room = room ?? replica.tokensLeftInBudget
    if left <= room { return left }
    return replica.rules.prompts.areChunked ? room - room % replica.rules.memory.blockSize : 0
  }

  /// Refuses chunks that would always be rounded down to nothing, and half a rule to wait by.
  func check(_ rules: EngineRules, _ source: String) throws(InputError) {
    if (wait.timeoutIterations > 0) != (wait.mostShare > 0) {
      let (given, missing) =
        wait.mostShare > 0
        ? (Self.waitShare, Self.waitIterations) : (Self.waitIterations, Self.waitShare)
      throw InputError(
        source, problem: "\(given) goes without effect",
        remedy: "give \(missing) too, or leave it out")
    }
    guard rules.prompts.areChunked, rules.tokenBudget < rules.memory.blockSize else { return }
    throw InputError(
      source,
      problem: "\(rules.tokenBudget) tokens of an iteration are less than the "
        + "\(rules.memory.blockSize) of a block, so that no prompt could be cut",
      remedy: "give \(Self.maxNumTokens) at least as much as \(Self.tokensPerBlock)")
  }
}

/// Prompts wait for others beside decodes, until a batch is large enough or they have waited long.
///
/// TensorRT-LLM 1.1, `_torch/pyexecutor/py_executor.py` (`_waiting_requests`); not where ranks have
/// requests of their own.
struct BatchWait: Sendable {
  /// `batch_wait_timeout_iters`.
  var timeoutIterations = 0
  /// `batch_wait_max_tokens_ratio`.
  var mostShare = 0.0
  /// Iterations waited so far.
  private var waited = 0

  var isOn: Bool { timeoutIterations > 0 && mostShare > 0 }

  /// Whether prompts of `tokens` tokens wait for another iteration beside the planned decodes; nil
  /// for no prompts.
  mutating func holds(_ tokens: Int?, in replica: borrowing Replica) -> Bool {
    guard let tokens else { return false }
    let all = Double(tokens + replica.plannedDecodes)
    let isLarge = all >= mostShare * Double(replica.rules.limits.maxNumBatchedTokens ?? 0)
    let goesOn = waited >= timeoutIterations || isLarge
    waited = goesOn ? 0 : waited + 1
    return !goesOn
  }
}

extension Engine {
  /// Its scheduler, which is TensorRT-LLM's.
  fileprivate var tensorRT: TensorRTLLM {
    get { scheduler as! TensorRTLLM }
    set { scheduler = newValue }
  }
}
