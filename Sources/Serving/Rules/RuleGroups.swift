extension EngineRules {
  /// How many sequences and tokens there may be.
  public struct Limits: Sendable, Equatable {
    /// The most sequences admitted at once.
    public var maxNumSeqs: Int
    /// The most sequences in one iteration; no more than can be admitted.
    public var maxBatchSequences: Int
    /// The most tokens computed in one iteration, where the engine has such a budget.
    public var maxNumBatchedTokens: Int?
    /// The most tokens of a prompt and its answer.
    public var maxModelLen: Int
    /// Stages of the pipeline, and the most batches in flight.
    public var pipelineParallelSize = 1
    /// The most sequences that run at once, where that is less than `maxNumSeqs`.
    public var maxNumActiveSeqs: Int?
    /// The most LoRA adapters of sequences that run at once; any number where nil.
    public var maxLoras: Int?

    /// The most sequences that run at once.
    @inline(__always)
    public var mostRunning: Int { maxNumActiveSeqs ?? maxNumSeqs }
  }

  /// How blocks are taken and given back.
  public struct Memory: Sendable, Equatable {
    /// Tokens in a KV block.
    public var blockSize: Int
    /// The groups of layers that take blocks.
    public var groups = CacheGroups()
    /// The blocks that memory has room for.
    public var blocks: Int
    /// Blocks that the engine keeps to itself.
    public var nullBlocks: Int
    /// Blocks taken when a request is admitted.
    public var reservation: Reservation
    /// Whether what is reserved for a whole request is a power of two, as buddy allocators give.
    public var reservesPowersOfTwo = false
    /// What must be free for an admission, beyond the blocks that it takes at once.
    public var admission = Admission.whatItTakes
    /// What admissions by predicted peak take requests for.
    public var averageLengths = Lengths()
    /// The share of the blocks that an admission must leave free.
    public var watermark: Double
    /// Whether that holds only while others run, and for the whole prompt where that has to fit.
    public var watermarkSparesFirst = false
    /// When a sequence cannot decode.
    public var decodeGate: DecodeGate
    /// Plans that pass before the blocks of a finished sequence can be taken again.
    public var releaseLag: Int
    /// Whose cache is taken when nothing at all can run.
    public var reset = Reset.last
    /// Blocks in the host's memory for the caches of preempted sequences; where there is no room
    /// for one, it is computed again.
    public var swapBlocks = 0
    /// Whether a prompt that is computed in part goes there too.
    public var swapsCutPrompts = false
    /// Whether prompts that begin alike share their blocks, where the trace tells which do.
    public var sharesPrefixes = false
    /// Whether, where they do, free blocks that are not full are taken before all others, so that
    /// what can be found again stays longer.
    public var reusesUnnamedFirst = false
    /// Whether what was computed stays in a tree until room is needed: SGLang's radix cache, in
    /// which a request also finds its own beginning again after it lost its cache.
    public var keepsTree = false

    /// The tiers below it; nil where there are none.
    public var tiering: Tiering?

    /// The blocks that sequences can hold.
    public var totalBlocks: Int { max(0, blocks - nullBlocks) }

    /// Blocks that an admission must leave free.
    public var watermarkBlocks: Int { Int(watermark * Double(blocks)) }

    /// Whether an admission takes all blocks that a sequence will ever hold.
    @inline(__always)
    public var reservesAll: Bool { reservation != .prompt && reservation != .chunk }

    /// Blocks that a sequence needs to be free beside its own, even where it is alone.
    var spareBlocks: Int {
      max(watermarkSparesFirst ? 0 : watermarkBlocks, decodeGate == .anyFreeBlock ? 1 : 0)
    }
  }

  /// How prompts are cut.
  public struct Prompts: Sendable, Equatable {
    /// Whether a prompt may be computed over several iterations.
    public var areChunked: Bool
    /// Whether prompts are computed only while some block is free, even where they need none.
    public var needFreeBlock = false
    /// The most tokens of one prompt in one iteration; none if zero.
    public var longPrefillTokenThreshold = 0
    /// Whether that threshold holds for a sequence that has the replica to itself.
    public var thresholdHoldsAlone = true
    /// Whether it is no less than an equal share of the budget for each sequence that is there.
    public var thresholdAdapts = false
    /// Whether a prompt's next chunk may start before the one before has come back.
    public var chunksOverlap = false
    /// How chunks shrink as a prompt gets on; off unless it has stages.
    public var chunkSchedule = ChunkSchedule()

    /// Whether a prompt may come in pieces: where chunking is on, or where the threshold for long
    /// prompts cuts one that chunking would not, as in vLLM V1.
    @inline(__always)
    var mayBeCut: Bool { areChunked || longPrefillTokenThreshold > 0 }
  }

  /// When an output begins and ends.
  public struct Outputs: Sendable, Equatable {
    /// When an answer is cut off.
    public var lengthLimit: LengthLimit
    /// Whether the iteration that completes a prompt emits the first token.
    public var emitsWithPrompt = true
    /// Whether a preempted sequence generates its whole answer once more: a defect of
    /// sarathi-serve.
    public var restartsAnswers = false
    /// Whether the next batch is formed while one runs, so that a sequence is decoded once more
    /// after its last token and gives its blocks back an iteration later; the cache of the last
    /// token is not counted. Prompts share no blocks then.
    public var decodesPastEnd = false
    /// Whether the batch after the one that runs is formed when that one starts, as if its results
    /// were known: vLLM's asynchronous scheduling. A pipeline forms its batches in its own way.
    public var schedulesAhead = false
    /// Whether a token that is in flight when its sequence loses its cache is dropped, and comes
    /// out of another iteration.
    public var dropsLateTokens = false
    /// How well lengths of answers are predicted, where a scheduler asks.
    public var prediction: LengthPrediction?
  }
}
