/// What an engine fixes besides the order in which it serves: its limits, and how it treats memory
/// and length. Engines differ in these more than in anything else, so each is a piece with a name.
public struct EngineRules: Sendable, Equatable {
  /// The most sequences admitted at once.
  public var maxNumSeqs: Int
  /// The most sequences in one iteration; no more than can be admitted.
  public var maxBatchSequences: Int
  /// The most tokens computed in one iteration, where the engine has such a budget.
  public var maxNumBatchedTokens: Int?
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
  /// The share of the blocks that an admission must leave free.
  public var watermark: Double
  /// When a sequence cannot decode.
  public var decodeGate: DecodeGate
  /// When an answer is cut off.
  public var lengthLimit: LengthLimit
  /// Plans that pass before the blocks of a finished sequence can be taken again.
  public var releaseLag: Int

  /// How many blocks an admission takes.
  public enum Reservation: Sendable {
    /// Blocks for the longest sequence there can be; decoding takes none.
    case maxModelLen
    /// Blocks for the whole prompt; decoding takes one at a time.
    case prompt
    /// Blocks for the first chunk; later chunks and decoding take theirs.
    case chunk
  }

  /// What must hold for a sequence to decode.
  public enum DecodeGate: Sendable {
    /// Nothing: its blocks were reserved.
    case open
    /// Some block is free, whether the sequence needs it or not.
    case anyFreeBlock
    /// A block is free if the sequence needs one.
    case neededBlock
  }

  /// What the engine does at the model's length.
  public enum LengthLimit: Sendable {
    /// Nothing; only prompts are held against it.
    case promptsOnly
    /// It stops an answer when prompt and answer have reached the limit.
    case reached
    /// It stops an answer when prompt and answer have passed the limit.
    case exceeded
  }

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

  /// Blocks that hold `tokens` tokens.
  public func blocks(for tokens: Int) -> Int { (tokens + blockSize - 1) / blockSize }

  /// Tokens of the answer to `request` that come out before the length limit.
  func emittedTokens(of request: Request) -> Int {
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
  func canServe(_ request: Request) -> Bool {
    let emitted = emittedTokens(of: request)
    guard emitted > 0, request.promptTokens <= maxModelLen else { return false }
    if !chunksPrompts, let budget = maxNumBatchedTokens, request.promptTokens > budget {
      return false
    }
    switch reservation {
    case .maxModelLen:
      return blocks(for: maxModelLen) + watermarkBlocks <= totalBlocks
    case .prompt, .chunk:
      let spare = max(watermarkBlocks, decodeGate == .anyFreeBlock ? 1 : 0)
      return blocks(for: request.promptTokens + emitted - 1) + spare <= totalBlocks
    }
  }
}
