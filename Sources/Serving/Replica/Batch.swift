/// Tokens of one prompt that are computed in one iteration.
public struct Chunk: Sendable, Equatable {
  /// The sequence whose prompt it is.
  public var sequence: SequenceID
  /// Tokens computed in this iteration.
  public var tokens: Int
  /// Tokens of the same prompt whose keys and values were in the cache before.
  public var context: Int

  public init(sequence: SequenceID, tokens: Int, context: Int) {
    self.sequence = sequence
    self.tokens = tokens
    self.context = context
  }
}

/// What one iteration computes: decodes, summed up, and chunks of prompts, one by one.
public struct Batch: Sendable, Equatable {
  /// Sequences that compute their next token each, and verify what was drafted behind it.
  public internal(set) var decodes: Int
  /// Drafts that they verify, a token each.
  public internal(set) var drafts = 0
  /// Drafts that follow on the iteration for each of its sequences.
  public internal(set) var draftsToFollow = 0
  /// The sum over the decodes of the tokens in the cache before the iteration.
  public internal(set) var decodeContext: Int
  /// The sum over the decodes of the square of the tokens in the cache before the iteration.
  public internal(set) var decodeContextSquares: Int
  /// Prompts in this iteration.
  public internal(set) var chunks: [Chunk]
  /// Tokens whose keys and values move between the GPU and the host's memory.
  public internal(set) var swappedTokens = 0
  /// The sum over the chunks of their tokens.
  public internal(set) var chunkTokens: Int

  public init(
    decodes: Int = 0, decodeContext: Int = 0, decodeContextSquares: Int = 0, chunks: [Chunk] = []
  ) {
    self.decodes = decodes
    self.decodeContext = decodeContext
    self.decodeContextSquares = decodeContextSquares
    self.chunks = chunks
    chunkTokens = chunks.reduce(0) { $0 + $1.tokens }
  }

  /// A batch without requests behind it, to be priced: decodes as above, and of each prompt the
  /// tokens that are computed and those that were in the cache before.
  public init(
    decodes: Int, decodeContext: Int, decodeContextSquares: Int,
    prompts: [(tokens: Int, context: Int)]
  ) {
    let nobody = SequenceID(0)
    self.init(
      decodes: decodes, decodeContext: decodeContext, decodeContextSquares: decodeContextSquares,
      chunks: prompts.map { Chunk(sequence: nobody, tokens: $0.tokens, context: $0.context) })
  }

  /// `sequences` that verify `drafts` in all, after `context` tokens in the cache, and for each of
  /// which `following` are drafted then: to be priced.
  public static func verifying(
    sequences: Int, drafts: Int, context: Int, following: Int
  ) -> Batch {
    var batch = Batch(decodes: sequences, decodeContext: context)
    batch.drafts = drafts
    batch.draftsToFollow = following
    return batch
  }

  /// The batch with so many masked tokens more behind each of its sequences: to be priced.
  public borrowing func masking(_ tokens: Int) -> Batch {
    var batch = copy self
    batch.drafts += decodes * tokens
    for place in batch.chunks.indices { batch.chunks[place].tokens += tokens }
    batch.chunkTokens += chunks.count * tokens
    return batch
  }

  /// Tokens computed in the iteration.
  public var tokens: Int { decodes + drafts + chunkTokens }
  /// Sequences in the iteration.
  public var sequences: Int { decodes + chunks.count }
  /// Rows that the head and the sampler run on: one of each sequence and one of each draft.
  public var sampledRows: Int { decodes + drafts + chunks.count }
  public var isEmpty: Bool { decodes == 0 && chunks.isEmpty }

  /// Makes the batch empty, keeping its storage.
  mutating func clear() {
    decodes = 0
    decodeContext = 0
    decodeContextSquares = 0
    if !chunks.isEmpty { chunks.removeAll(keepingCapacity: true) }
    chunkTokens = 0
    swappedTokens = 0
    drafts = 0
    draftsToFollow = 0
  }

  /// Adds a sequence that decodes with `drafts` after `context` tokens in the cache.
  mutating func addDecode(context: Int, drafts: Int) {
    decodes += 1
    decodeContext += context
    decodeContextSquares += context * context
    self.drafts += drafts
  }

  /// Takes it back.
  mutating func removeDecode(context: Int, drafts: Int) {
    decodes -= 1
    decodeContext -= context
    decodeContextSquares -= context * context
    self.drafts -= drafts
  }
}
