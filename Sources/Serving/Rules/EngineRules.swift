/// What an engine fixes besides the order in which it serves: its limits, and how it treats memory,
/// prompts and outputs. Engines differ in these more than in anything else, so each is a piece with
/// a name.
public struct EngineRules: Sendable, Equatable {
  /// How many sequences and tokens there may be.
  public var limits: Limits
  /// How blocks are taken and given back.
  public var memory: Memory
  /// How prompts are cut.
  public var prompts: Prompts
  /// When an output begins and ends.
  public var outputs: Outputs
  /// Who goes first, and who loses its cache first.
  public var order = Order.arrival
  /// How sequences decode with drafts; nil where they do without.
  public var speculation: Speculation?
  /// What the encoder of images may compute and keep; nil where there is none.
  public var encoder: Encoder?

  /// - Parameters:
  ///   - maxBatchSequences: as many as `maxNumSeqs` unless given.
  ///   - blocks: none unless given, for the caller to fill in.
  public init(
    maxNumSeqs: Int, maxBatchSequences: Int? = nil, maxNumBatchedTokens: Int?,
    chunksPrompts: Bool, maxModelLen: Int, blockSize: Int, blocks: Int = 0, nullBlocks: Int = 0,
    reservation: Reservation, watermark: Double, decodeGate: DecodeGate,
    lengthLimit: LengthLimit, releaseLag: Int = 0
  ) {
    limits = Limits(
      maxNumSeqs: maxNumSeqs, maxBatchSequences: maxBatchSequences ?? maxNumSeqs,
      maxNumBatchedTokens: maxNumBatchedTokens, maxModelLen: maxModelLen)
    memory = Memory(
      blockSize: blockSize, blocks: blocks, nullBlocks: nullBlocks, reservation: reservation,
      watermark: watermark, decodeGate: decodeGate, releaseLag: releaseLag)
    prompts = Prompts(areChunked: chunksPrompts)
    outputs = Outputs(lengthLimit: lengthLimit)
  }

  /// The most tokens of an iteration: the budget, unless chunks have sizes of their own.
  @inline(__always)
  var tokenLimit: Int {
    prompts.chunkSchedule.stages > 0 ? Int.max : limits.maxNumBatchedTokens ?? Int.max
  }

  /// Tokens that are reserved for all of a request of `prompt` tokens with an answer of `answer`.
  func reservedTokens(prompt: Int, answer: Int) -> Int {
    let tokens =
      switch memory.reservation {
      case .powerOfTwo: min(prompt + Self.powerOfTwo(from: answer), limits.maxModelLen)
      case .ownLength: prompt + answer
      case .maxModelLen, .prompt, .chunk: limits.maxModelLen
      }
    return memory.reservesPowersOfTwo ? Self.powerOfTwo(from: tokens) : tokens
  }

  /// The least power of two that is not less than `number`, which is at least 1.
  private static func powerOfTwo(from number: Int) -> Int {
    1 << (Int.bitWidth - (number - 1).leadingZeroBitCount)
  }

  /// Tokens of the answer to `request` that come out before the length limit.
  public func emittedTokens(of request: Request) -> Int {
    switch outputs.lengthLimit {
    case .promptsOnly: request.outputTokens
    case .reached: min(request.outputTokens, limits.maxModelLen - request.promptTokens)
    case .exceeded: min(request.outputTokens, limits.maxModelLen + 1 - request.promptTokens)
    case .requestCut: max(1, min(request.outputTokens, roomBehind(request.promptTokens)))
    }
  }

  /// Tokens of an answer to a prompt of `prompt` tokens that an engine lets a request ask for which
  /// cuts it to its limits; where that is none, one comes out all the same.
  func roomBehind(_ prompt: Int) -> Int {
    let held = group.tokens(in: memory.totalBlocks)
    let whole = (prompt + memory.blockSize - 1) / memory.blockSize * memory.blockSize
    return min(
      min(limits.maxModelLen, held) - 1 - prompt - 1, held - whole - memory.blockSize - 1)
  }

  /// Whether `request` could ever be served to its end, alone on an empty replica.
  ///
  /// The last token is computed from the cache of all tokens before it. An engine that admits only
  /// above a watermark, or decodes only while any block is free, needs that many blocks more.
  public func canServe(_ request: Request) -> Bool {
    let emitted = emittedTokens(of: request)
    guard emitted > 0, request.promptTokens <= limits.maxModelLen else { return false }
    if outputs.lengthLimit == .requestCut {
      let held = group.tokens(in: memory.totalBlocks)
      guard request.promptTokens < min(limits.maxModelLen, held - memory.blockSize) else {
        return false
      }
    }
    if !prompts.areChunked, let budget = limits.maxNumBatchedTokens, request.promptTokens > budget {
      return false
    }
    switch memory.reservation {
    case .maxModelLen, .ownLength, .powerOfTwo:
      let reserved = reservedTokens(prompt: request.promptTokens, answer: emitted)
      return blocks(for: reserved) + memory.watermarkBlocks <= memory.totalBlocks
    case .prompt, .chunk:
      guard !isStranded(prompt: request.promptTokens) else { return false }
      return blocks(for: mostTokens(prompt: request.promptTokens, emitted)) + memory.spareBlocks
        <= memory.totalBlocks
    }
  }

  /// Tokens that a sequence has blocks for at most: where it decodes with drafts, for those behind
  /// its last token but one.
  private func mostTokens(prompt: Int, _ emitted: Int) -> Int {
    guard let speculation else { return prompt + emitted - 1 }
    let drafts = emitted > 1 ? speculation.numSpeculativeTokens : 0
    return min(prompt + emitted - 1 + drafts + speculation.lookaheadTokens, limits.maxModelLen)
  }

  /// Whether the chunks of a prompt of `tokens` tokens, alone on an empty replica, fill the memory
  /// before the last one is computed, where an engine computes none then.
  private func isStranded(prompt tokens: Int) -> Bool {
    guard prompts.needFreeBlock, let budget = limits.maxNumBatchedTokens else { return false }
    return blocks(for: (tokens - 1) / budget * budget) >= memory.totalBlocks
  }
}
