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
        "STATIC_BATCH": { $0.scheduler = TensorRTLLM(isStatic: true) },
      ]),
    .truth(
      "enable-chunked-context", \.rules.prompts.areChunked,
      "whether a prompt may be cut into chunks of whole blocks"),
    .truth(
      "disable-overlap-scheduler", \.isSynchronous,
      "whether a batch is formed only when the one before has ended"),
  ]

  /// Whether nobody is admitted before all others are done.
  var isStatic = false

  var repeatsDecodes: Bool { true }

  mutating func plan(_ replica: inout Replica) {
    let isServing = replica.running.count > replica.prefilling.count
    replica.decodeAll()
    if isStatic && isServing { return }
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

  /// Tokens of the prompt of `sequence` that the batch has room for: all that are left, or as many
  /// whole blocks as fit where prompts may be cut.
  private func chunk(of sequence: SequenceID, in replica: borrowing Replica) -> Int {
    let left = replica.tokensLeft(sequence)
    let room = replica.tokensLeftInBudget
    if left <= room { return left }
    return replica.rules.prompts.areChunked ? room - room % replica.rules.memory.blockSize : 0
  }

  /// Refuses chunks that would always be rounded down to nothing.
  func check(_ rules: EngineRules, _ source: String) throws(InputError) {
    guard rules.prompts.areChunked, rules.tokenBudget < rules.memory.blockSize else { return }
    throw InputError(
      source,
      problem: "\(rules.tokenBudget) tokens of an iteration are less than the "
        + "\(rules.memory.blockSize) of a block, so that no prompt could be cut",
      remedy: "give \(Self.maxNumTokens) at least as much as \(Self.tokensPerBlock)")
  }
}
