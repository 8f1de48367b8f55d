import Serving

/// How long the steps of a layer take on one GPU of its group, for any part of a batch, each with
/// the GPU to itself: a published table, or the GPU's own measured kernels.
public protocol LayerTimes: Sendable {
  /// One GPU's part of the model.
  var shard: Shard { get }
  /// One layer's `step`, other than attention, for `tokens`, which are at least one.
  func cost(of step: LayerStep, tokens: Int) -> StepCost
  /// One layer's attention of one new token of each of `requests`, which is at least one, with
  /// `context` cached tokens each on average.
  func decodeAttention(requests: Int, context: Double) -> StepCost
  /// One layer's attention of `chunks` of prompts.
  func prefillAttention(_ chunks: [Chunk]) -> StepCost
  /// Seconds of an iteration that are spent outside of layers: embedding, head, sampling.
  ///
  /// - Parameters:
  ///   - tokens: the batch's.
  ///   - rows: the tokens that a next one is sampled for.
  func secondsOutsideLayers(tokens: Int, rows: Int) -> Double
  /// Bytes a second between the memory of the GPU and the host's.
  var hostBytesPerSecond: Double { get }
  /// The times of a pipeline that holds its collectives to their shares even where nothing runs
  /// beside them, as a release does whose kernels are built for so many multiprocessors.
  var limited: any LayerTimes { get }
}

extension LayerTimes {
  /// The same: whatever runs alone has the whole GPU.
  public var limited: any LayerTimes { self }

  /// Seconds in which keys and values of `tokens`, in one layer, pass between GPU and host.
  func copySeconds(tokens: Int) -> Double {
    keyValueBytes(tokens: tokens) / hostBytesPerSecond
  }

  /// Bytes of keys and values of `tokens` in one layer of this GPU, on average over layers.
  func keyValueBytes(tokens: Int) -> Double {
    Double(tokens * shard.keyValueBytesPerToken) / Double(shard.model.layers)
  }
}

/// What one iteration computes where the number of its tokens is fixed: decodes first, then as much
/// of prompts as fills it (NanoFlow, OSDI 2025, section 4.2.1).
public struct DenseBatch: Sendable, Equatable {
  /// Decodes and tokens of prompts together.
  public var tokens: Int
  public var decodes: Int
  /// Cached tokens of a decode, on average.
  public var context: Double
  /// One layer's attention of the prompts.
  public var prefillAttention: StepCost
  /// Whether keys and values of as many tokens are copied to the host, and as many back.
  public var offloads = false

  public init(tokens: Int, decodes: Int, context: Double, prefillAttention: StepCost) {
    precondition(tokens > 0 && (0...tokens).contains(decodes), "decodes are some of the tokens")
    self.tokens = tokens
    self.decodes = decodes
    self.context = context
    self.prefillAttention = prefillAttention
  }

  /// The mean batch of endless requests that have `prompt` tokens and are answered with `output`:
  /// of a request's tokens each iteration computes a like part, and decodes are at all of their
  /// lengths alike.
  public init(tokens: Int, prompt: Int, output: Int, times: some LayerTimes) {
    precondition(prompt > 0 && output > 0, "a request has a prompt and an output")
    let share = Double(output) / Double(prompt + output)
    let decodes = Int((Double(tokens) * share).rounded())
    let chunks = Self.chunks(of: tokens - decodes, prompt: prompt)
    self.init(
      tokens: tokens, decodes: decodes, context: Double(prompt) + Double(output) / 2,
      prefillAttention: chunks.isEmpty ? .none : times.prefillAttention(chunks))
  }

  /// Whole prompts of `prompt` tokens, and what is left of one, from the middle of it.
  private static func chunks(of tokens: Int, prompt: Int) -> [Chunk] {
    let rest = tokens % prompt
    var prompts = [(tokens: Int, context: Int)](
      repeating: (prompt, 0), count: tokens / prompt)
    if rest > 0 { prompts.append((rest, (prompt - rest) / 2)) }
    return Self.chunks(prompts)
  }

  /// Chunks without prompts behind them, to be priced.
  static func chunks(_ prompts: [(tokens: Int, context: Int)]) -> [Chunk] {
    Batch(decodes: 0, decodeContext: 0, decodeContextSquares: 0, prompts: prompts).chunks
  }

  /// The tokens that a next one is sampled for, about: a prompt has one at its end.
  public var sampled: Int { max(1, decodes) }
}
