/// What an engine fixes besides the order in which it serves: its limits, and how it treats memory
/// and length. Engines differ in these more than in anything else, so each is a piece with a name.
public struct EngineRules: Sendable, Equatable {
  /// The most sequences admitted at once.
  public var maxNumSeqs: Int
  /// The most sequences in one iteration; no more than can be admitted.
  public var maxBatchSequences: Int
  /// The most tokens computed in one iteration, where the engine has such a budget.
  public var maxNumBatchedTokens: Int?
  /// Token budgets to choose the best from for the load (`auto`); empty where one is given.
  public var tokenBudgets: [Int] = []
  /// Whether a prompt may be computed over several iterations.
  public var chunksPrompts: Bool
  /// The most tokens of a prompt and its answer.
  public var maxModelLen: Int
  /// Tokens in a KV block.
  public var blockSize: Int
  /// The blocks that memory has room for.
  public var blocks: Int
  /// Blocks that the engine keeps to itself.
  public var nullBlocks: Int
  /// Blocks taken when a request is admitted.
  public var reservation: Reservation
  /// Whether what is reserved for a whole request is a power of two, as buddy allocators give.
  public var reservesPowersOfTwo = false
  /// The share of the blocks that an admission must leave free.
  public var watermark: Double
  /// When a sequence cannot decode.
  public var decodeGate: DecodeGate
  /// Whether prompts are computed only while some block is free, even where they need none.
  public var chunksNeedFreeBlock = false
  /// When an answer is cut off.
  public var lengthLimit: LengthLimit
  /// Plans that pass before the blocks of a finished sequence can be taken again.
  public var releaseLag: Int
  /// What must be free for an admission, beyond the blocks that it takes at once.
  public var admission = Admission.whatItTakes
  /// The most tokens of one prompt in one iteration; none if zero.
  public var longPrefillTokenThreshold = 0
  /// Whether that threshold holds for a sequence that has the replica to itself.
  public var thresholdHoldsAlone = true
  /// Whether a prompt too long for the budget lets those behind it pass, where prompts stay whole.
  public var longPromptsArePassed = false
  /// Who goes first, and who loses its cache first.
  public var order = Order.arrival
  /// Blocks in the host's memory for the caches of preempted sequences; where there is no room for
  /// one, it is computed again.
  public var swapBlocks = 0
  /// Whether a prompt that is computed in part goes there too.
  public var swapsCutPrompts = false
  /// Whether keys and values are copied to the host's memory as they are made, and as many of
  /// earlier rounds back.
  public var offloadsCache = false
  /// Whether prompts that begin alike share their blocks, where the trace tells which do.
  public var sharesPrefixes = false
  /// Stages of the pipeline, and the most batches in flight.
  public var pipelineParallelSize = 1
  /// Whether a prompt's next chunk may start before the one before has come back.
  public var chunksOverlap = false
  /// How chunks shrink as a prompt gets on; off unless it has stages.
  public var chunkSchedule = ChunkSchedule()
  /// Whose cache is taken when nothing at all can run.
  public var reset = Reset.last
  /// Whether the iteration that completes a prompt emits the first token.
  public var emitsWithPrompt = true
  /// Whether a preempted sequence generates its whole answer once more: a defect of sarathi-serve.
  public var restartsAnswers = false
  /// Whether a half-computed prompt that lost its cache may be admitted by the call that took it,
  /// with a chunk sized by what it had computed: a defect of sarathi-serve.
  public var readmitsAtOnce = false
  /// Whether the next batch is formed while one runs, so that a sequence is decoded once more after
  /// its last token and gives its blocks back an iteration later; the cache of the last token is
  /// not counted. Prompts share no blocks then.
  public var decodesPastEnd = false
  /// What admissions by predicted peak take requests for.
  public var averageLengths = Lengths()

  /// - Parameters:
  ///   - maxBatchSequences: as many as `maxNumSeqs` unless given.
  ///   - blocks: none unless given, for the caller to fill in.
  public init(
    maxNumSeqs: Int, maxBatchSequences: Int? = nil, maxNumBatchedTokens: Int?,
    chunksPrompts: Bool, maxModelLen: Int, blockSize: Int, blocks: Int = 0, nullBlocks: Int = 0,
    reservation: Reservation, watermark: Double, decodeGate: DecodeGate,
    lengthLimit: LengthLimit, releaseLag: Int = 0
  ) {
    self.maxNumSeqs = maxNumSeqs
    self.maxBatchSequences = maxBatchSequences ?? maxNumSeqs
    self.maxNumBatchedTokens = maxNumBatchedTokens
    self.chunksPrompts = chunksPrompts
    self.maxModelLen = maxModelLen
    self.blockSize = blockSize
    self.blocks = blocks
    self.nullBlocks = nullBlocks
    self.reservation = reservation
    self.watermark = watermark
    self.decodeGate = decodeGate
    self.lengthLimit = lengthLimit
    self.releaseLag = releaseLag
  }

  /// The blocks that sequences can hold.
  public var totalBlocks: Int { max(0, blocks - nullBlocks) }

  /// Blocks that an admission must leave free.
  public var watermarkBlocks: Int { Int(watermark * Double(blocks)) }

  /// Whether a prompt may come in pieces: where chunking is on, or where the threshold for long
  /// prompts cuts one that chunking would not, as in vLLM V1.
  @inline(__always)
  var cutsPrompts: Bool { chunksPrompts || longPrefillTokenThreshold > 0 }

  /// The most tokens of an iteration: the budget, unless chunks have sizes of their own.
  @inline(__always)
  var tokenLimit: Int {
    chunkSchedule.stages > 0 ? Int.max : maxNumBatchedTokens ?? Int.max
  }

  /// Whether an admission takes all blocks that a sequence will ever hold.
  @inline(__always)
  var reservesAll: Bool { reservation != .prompt && reservation != .chunk }

  /// Blocks that are reserved for all of a request of `prompt` tokens with an answer of `answer`.
  func reservedBlocks(prompt: Int, answer: Int) -> Int {
    let tokens =
      switch reservation {
      case .powerOfTwo: min(prompt + Self.powerOfTwo(from: answer), maxModelLen)
      case .ownLength: prompt + answer
      case .maxModelLen, .prompt, .chunk: maxModelLen
      }
    return blocks(for: reservesPowersOfTwo ? Self.powerOfTwo(from: tokens) : tokens)
  }

  /// The least power of two that is not less than `number`, which is at least 1.
  private static func powerOfTwo(from number: Int) -> Int {
    1 << (Int.bitWidth - (number - 1).leadingZeroBitCount)
  }

  /// Blocks that hold `tokens` tokens.
  public func blocks(for tokens: Int) -> Int { (tokens + blockSize - 1) / blockSize }

  /// Tokens of the answer to `request` that come out before the length limit.
  public func emittedTokens(of request: Request) -> Int {
    switch lengthLimit {
    case .promptsOnly: request.outputTokens
    case .reached: min(request.outputTokens, maxModelLen - request.promptTokens)
    case .exceeded: min(request.outputTokens, maxModelLen + 1 - request.promptTokens)
    }
  }

  /// Whether `request` could ever be served to its end, alone on an empty replica.
  ///
  /// The last token is computed from the cache of all tokens before it. An engine that admits only
  /// above a watermark, or decodes only while any block is free, needs that many blocks more.
  public func canServe(_ request: Request) -> Bool {
    let emitted = emittedTokens(of: request)
    guard emitted > 0, request.promptTokens <= maxModelLen else { return false }
    if !chunksPrompts, let budget = maxNumBatchedTokens, request.promptTokens > budget {
      return false
    }
    switch reservation {
    case .maxModelLen, .ownLength, .powerOfTwo:
      let reserved = reservedBlocks(prompt: request.promptTokens, answer: emitted)
      return reserved + watermarkBlocks <= totalBlocks
    case .prompt, .chunk:
      guard !isStranded(prompt: request.promptTokens) else { return false }
      return blocks(for: request.promptTokens + emitted - 1) + spareBlocks <= totalBlocks
    }
  }

  /// Blocks that a sequence needs to be free beside its own, even where it is alone.
  var spareBlocks: Int { max(watermarkBlocks, decodeGate == .anyFreeBlock ? 1 : 0) }

  /// Whether the chunks of a prompt of `tokens` tokens, alone on an empty replica, fill the memory
  /// before the last one is computed, where an engine computes none then.
  private func isStranded(prompt tokens: Int) -> Bool {
    guard chunksNeedFreeBlock, let budget = maxNumBatchedTokens else { return false }
    return blocks(for: (tokens - 1) / budget * budget) >= totalBlocks
  }
}
