import Serving

/// A scheduler with the rules of the engine that it belongs to: what a replica runs.
public struct Engine: Sendable {
  /// The name that the user gave, options included.
  public var name: String
  /// The name of its scheduler in the list: the version that an alias means.
  public var version: String
  /// Whether it keeps several batches in flight where there are pipeline stages.
  public var hasPipelines: Bool
  /// Whether operations of nano-batches overlap inside the GPU, in iterations of one size.
  public var overlaps: Bool
  /// The name of the host times that are known of it.
  public var hostTime: String
  public var scheduler: any Scheduler
  /// Limits and treatment of memory; how many blocks there are is for the caller to fill in.
  public var rules: EngineRules
  /// Token budgets to choose the best from for the load (`auto`); empty where one is given.
  public var tokenBudgets: [Int] = []
  /// Whether keys and values are copied to the host's memory as they are made, and as many of
  /// earlier rounds back.
  public var offloadsCache = false
  /// Whether it is known how it decodes with drafts.
  public var drafts = false
  /// Whether it is known how it reads keys and values from another engine.
  public var connects = false
  /// The names of the options that its user gave.
  public var given: [String] = []
  /// What its scheduler goes by besides prompts and arrivals, in words.
  var knows: String?

  /// What is known here of requests besides prompts and arrivals; nil where nothing is. How long an
  /// answer will be nobody knows but Orca's oracles, and who goes by its `max_tokens`, which
  /// traces do not tell apart from that.
  public var knowledge: String? {
    switch rules.memory.reservation {
    case .ownLength: return knows ?? "the length of its answer, as no server can"
    case .powerOfTwo: return "the power of two above the length of its answer, as no server can"
    case .prompt, .chunk, .maxModelLen: break
    }
    return rules.outputs.prediction.map {
      "a predicted length, whose logarithm is off by \($0.deviation) (standard deviation)"
    } ?? knows
  }
}

/// What an engine's defaults depend on, and what the user said for all engines alike.
public struct EngineSetting: Sendable {
  /// The most tokens of a prompt and its output.
  public var maxModelLen: Int
  /// The size of an attention head.
  public var headSize: Int
  /// vLLM's larger defaults: a GPU with at least 70 GiB that is not an A100 (vLLM 0.11,
  /// `engine/arg_utils.py`).
  public var isLargeGPU: Bool
  /// The memory of the GPU, in GiB; nil where it is not known.
  public var gpuMemoryGiB: Double?
  /// The most sequences at once, if the user set it for all engines.
  public var maxNumSeqs: Int?
  /// The token budget, if the user set it for all engines.
  public var maxNumBatchedTokens: Int?
  /// Tokens in a KV block, if the user set it for all engines.
  public var blockSize: Int?

  public init(
    maxModelLen: Int, headSize: Int, isLargeGPU: Bool, gpuMemoryGiB: Double? = nil,
    maxNumSeqs: Int? = nil,
    maxNumBatchedTokens: Int? = nil, blockSize: Int? = nil
  ) {
    self.maxModelLen = maxModelLen
    self.headSize = headSize
    self.isLargeGPU = isLargeGPU
    self.gpuMemoryGiB = gpuMemoryGiB
    self.maxNumSeqs = maxNumSeqs
    self.maxNumBatchedTokens = maxNumBatchedTokens
    self.blockSize = blockSize
  }
}

extension EngineRules {
  /// The token budget of an engine that has one.
  var tokenBudget: Int {
    get { limits.maxNumBatchedTokens ?? Int.max }
    set { limits.maxNumBatchedTokens = newValue }
  }

  /// The cap of an engine that admits no more sequences than it batches.
  var sequenceCap: Int {
    get { limits.maxNumSeqs }
    set {
      limits.maxNumSeqs = newValue
      limits.maxBatchSequences = newValue
    }
  }
}
