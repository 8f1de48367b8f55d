/// One step of an iteration on one GPU: what it computes, moves and sends.
///
/// FLOPs are those of matrix products and attention; arithmetic on single elements is never what
/// an operation waits for, and counts none.
public struct Operation: Sendable, Equatable {
  public var name: Name
  public let shape: Shape
  /// The kind that the shape is of.
  public let kind: Kind
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
  /// Where sequences decode, the new tokens of each that attend to its cache, on average.
  public var queriesPerSequence = 1.0

  public init(
    _ name: Name, _ shape: Shape, format: NumberFormat = .bf16, repeats: Int, flops: Double = 0,
    weightBytes: Double = 0, otherBytes: Double = 0, wireBytes: Double = 0, launches: Int = 1
  ) {
    self.name = name
    self.shape = shape
    kind = shape.kind
    self.format = format
    self.repeats = repeats
    self.flops = flops
    self.weightBytes = weightBytes
    memoryBytes = weightBytes + otherBytes
    self.wireBytes = wireBytes
    self.launches = launches
  }

  /// Bytes of weights that one run reads more than a kernel whose scales are those that tables are
  /// of; fewer where negative.
  var scaleBytesBeyondTables: Double {
    switch shape {
    case .matrix(_, let inputs, let outputs):
      weightBytes - Double(inputs) * Double(outputs) * format.bytesPerWeight
    case .experts(let work):
      weightBytes
        - work.distinct * (work.matrices * work.hidden * work.intermediate) * format.bytesPerWeight
    default: 0
    }
  }

  /// What the operation is in the model.
  public enum Name: String, CaseIterable, Sendable {
    case embedding
    /// Joins a token with the states before it, for a layer that drafts.
    case draftInput = "draft input"
    case reduceEmbedding = "all-reduce embedding"
    case normalization
    case queryKeyValue = "QKV"
    /// Compresses to the latents of queries, and of keys and values.
    case queryKeyValueDown = "QKV down"
    /// Makes queries, and a prompt's keys and values, of latents.
    case queryUp = "query up"
    case keyValueUp = "KV up"
    /// A factor for each element of the result.
    case attentionGate = "attention gate"
    case rotaryAndCache = "rotary and cache"
    /// Takes decodes' queries to where the cached latents are, and their results back.
    case absorbQuery = "absorb query"
    case absorbValue = "absorb value"
    /// An indexer's queries, its keys, and the factors of its heads; then the choice itself.
    case indexQuery = "indexer query"
    case indexKey = "indexer key"
    case indexWeights = "indexer weights"
    case indexer
    /// What recurrent mixers make of a token, and of what they remember.
    case recurrentInput = "recurrent input"
    case recurrentGates = "recurrent gates"
    case timeStep = "time step"
    case convolution
    case recurrentPrefill = "recurrent prefill"
    case recurrentDecode = "recurrent decode"
    case recurrentOutput = "recurrent output"
    case prefillAttention = "prefill attention"
    case decodeAttention = "decode attention"
    /// Makes keys of several tokens.
    case compressor
    /// Compresses what groups of heads return.
    case outputDown = "attention output down"
    case attentionOutput = "attention output"
    case sideProduct = "side product"
    /// What a layer makes of an input of its own.
    case layerInput = "layer input"
    case router
    /// Chooses the experts of each token by what the router made of it.
    case chooseExperts = "choose experts"
    case experts
    /// Compress tokens for experts that work on fewer elements, and take their results back.
    case expertsDown = "experts down"
    case expertsUp = "experts up"
    case sharedUp = "shared up"
    case sharedDown = "shared down"
    case up = "MLP up"
    case activation
    case down = "MLP down"
    case combine = "combine experts"
    /// Take tokens to the GPUs that have their experts, and what these make of them back.
    case dispatchTokens = "dispatch tokens"
    case combineTokens = "combine tokens"
    /// Brings the tokens that the GPUs of a rank got back together again.
    case gatherTokens = "gather tokens"
    case allReduce = "all-reduce"
    /// What queries and keys of all heads together are normalised by, of heads on several GPUs.
    case reduceStatistics = "all-reduce of norms"
    /// An all-reduce that adds to the residual stream and normalises as well.
    case fusedAllReduce = "all-reduce and norm"
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
    /// All routed experts of a layer: both products and the activation between them.
    case experts(ExpertWork)
    /// Causal attention of the prompts that `work` sums up, each token to the last `window` tokens;
    /// to all of them if it is 0.
    case prefill(PrefillWork, heads: Int, keyValueHeads: Int, headSize: Int, window: Int)
    /// Attention of one new token of each of `sequences`, whose cached tokens sum to `context`
    /// and the squares of them to `contextSquares`; `window` likewise.
    case decode(
      sequences: Int, context: Int, contextSquares: Int, heads: Int, keyValueHeads: Int,
      headSize: Int, window: Int)
    /// Latent attention of prompts, whose keys and values are expanded from latents of `rank`
    /// elements to heads of `headSize`, and of `rotary` more for queries and keys.
    case latentPrefill(PrefillWork, heads: Int, rank: Int, rotary: Int, headSize: Int)
    /// Latent attention of decodes, on the cached latents themselves.
    case latentDecode(
      sequences: Int, context: Int, contextSquares: Int, heads: Int, rank: Int, rotary: Int)
    /// The convolution before a recurrence, over `length` tokens of each of `channels`, on `tokens`
    /// of `sequences`: of prompts, or one of each in decodes.
    case convolution(
      tokens: Double, sequences: Double, channels: Int, length: Int, isDecode: Bool)
    /// Recurrent mixers, likewise.
    case recurrent(Recurrent, tokens: Double, sequences: Double, isDecode: Bool)
    /// An indexer's choice for each of `queries` among `keys` on average, of heads of `headSize`.
    case indexer(queries: Double, keys: Double, heads: Int, headSize: Int, isDecode: Bool)
    /// Latent attention of `tokens` to `chosen` cached latents each.
    case sparseLatent(tokens: Double, chosen: Int, heads: Int, isDecode: Bool)
    /// Attention of `tokens` to compressed ones; `keys` are read.
    case sparse(tokens: Double, keys: Double, isDecode: Bool)
    /// Tokens sent to the GPUs of their experts, or results brought back.
    case exchange(Exchange)
    /// Work on each of `rows` by `width` elements.
    case elements(rows: Int, width: Int)
    /// A collective over `ranks` GPUs on `rows` by `width` elements.
    case collective(rows: Int, width: Int, ranks: Int)
  }
}
