/// One step of an iteration on one GPU: what it computes, moves and sends.
///
/// FLOPs are those of matrix products and attention; arithmetic on single elements is never what
/// an operation waits for, and counts none.
public struct Operation: Sendable, Equatable {
  public var name: Name
  public var shape: Shape
  /// What its weights and inputs are stored in; for attention, its cached keys and values.
  public var format: NumberFormat
  /// How many times it runs in an iteration, such as once a layer.
  public var repeats: Int
  /// Floating-point operations of one run; a multiplication and an addition are two.
  public var flops: Double
  /// Bytes of weights that one run reads.
  public var weightBytes: Double
  /// Bytes that one run reads from memory or writes to it, weights included.
  public var memoryBytes: Double
  /// Bytes that one run sends to other GPUs.
  public var wireBytes: Double
  /// Kernels that one run starts.
  public var launches: Int

  public init(
    _ name: Name, _ shape: Shape, format: NumberFormat = .bf16, repeats: Int, flops: Double = 0,
    weightBytes: Double = 0, otherBytes: Double = 0, wireBytes: Double = 0, launches: Int = 1
  ) {
    self.name = name
    self.shape = shape
    self.format = format
    self.repeats = repeats
    self.flops = flops
    self.weightBytes = weightBytes
    memoryBytes = weightBytes + otherBytes
    self.wireBytes = wireBytes
    self.launches = launches
  }

  /// What the operation is in the model.
  public enum Name: String, CaseIterable, Sendable {
    case embedding
    case embeddingAllReduce = "embedding all-reduce"
    case normalization
    case queryKeyValue = "QKV"
    case rotaryAndCache = "rotary and cache"
    case prefillAttention = "prefill attention"
    case decodeAttention = "decode attention"
    case attentionOutput = "attention output"
    case router
    case up = "MLP up"
    case activation
    case down = "MLP down"
    case combine = "combine experts"
    case allReduce = "all-reduce"
    case sendActivations = "send activations"
    case finalNormalization = "final normalization"
    case head
    case gatherLogits = "gather logits"
    case sampling
  }

  /// The sizes that a table of measured times would be looked up by.
  public enum Shape: Sendable, Equatable {
    /// A product of `rows` by `inputs` with a weight matrix of `inputs` by `outputs`.
    case matrix(rows: Int, inputs: Int, outputs: Int)
    /// Products of `rows` tokens, each with the matrices of `perToken` of the `experts`.
    case experts(rows: Int, inputs: Int, outputs: Int, experts: Int, perToken: Int)
    /// Causal attention of `tokens` new tokens of a prompt after `context` cached ones.
    case prefill(tokens: Int, context: Int, heads: Int, keyValueHeads: Int, headSize: Int)
    /// Attention of one new token of each of `sequences`, whose cached tokens sum to `context`
    /// and the squares of them to `contextSquares`.
    case decode(
      sequences: Int, context: Int, contextSquares: Int, heads: Int, keyValueHeads: Int,
      headSize: Int)
    /// Work on each of `rows` by `width` elements.
    case elements(rows: Int, width: Int)
    /// A collective over `ranks` GPUs on `rows` by `width` elements.
    case collective(rows: Int, width: Int, ranks: Int)
  }

  /// The kinds that differ in how much of the GPU they reach.
  public enum Kind: CaseIterable, Sendable {
    case matrix, prefillAttention, decodeAttention, elementwise, collective
  }

  /// GPUs that take part in it.
  public var ranks: Int {
    if case .collective(_, _, let ranks) = shape { return ranks }
    return 1
  }

  /// The kind that the shape is of.
  public var kind: Kind {
    switch shape {
    case .matrix, .experts: .matrix
    case .prefill: .prefillAttention
    case .decode: .decodeAttention
    case .elements: .elementwise
    case .collective: .collective
    }
  }
}
