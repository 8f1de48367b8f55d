/// The shape of a decoder-only transformer: all that its sizes and its work follow from.
public struct Model: Sendable, Equatable {
  /// The name that a user types, such as `llama-2-70b`.
  public var name: String
  /// Where the shape is from: a Hugging Face repository, or the user's file.
  public var source: String
  public var layers: Int
  /// The width of the residual stream, in elements.
  public var hidden: Int
  /// Query heads, and the heads of keys and values that they share.
  public var heads: Int
  public var keyValueHeads: Int
  /// Elements of one head.
  public var headSize: Int
  /// The width of the MLP, or of one expert.
  public var intermediate: Int
  /// Entries of the vocabulary: rows of the embedding and of the head.
  public var vocabulary: Int
  /// The longest sequence that the model was made for, in tokens; the default `--max-model-len`.
  public var maxPositions: Int
  /// Whether the MLP multiplies by a gate (three matrices) or is plain (two).
  public var isGated = true
  /// Experts of a layer, and how many of them a token goes through; 1 and 1 in a dense model.
  public var experts = 1
  public var expertsPerToken = 1
  /// Whether the head shares the embedding's matrix.
  public var hasTiedHead = false
  /// Which matrices add a bias.
  public var biases: Biases = []
  /// How many normalisations a layer has, and whether each adds a bias, as LayerNorm does and
  /// RMSNorm does not.
  public var normalizationsPerLayer = 2
  public var normalizationHasBias = false
  /// Whether attention and MLP read the same input, and are reduced together (Falcon).
  public var isParallel = false
  /// Bytes of one element of a weight matrix.
  public var bytesPerWeight = 2.0
  /// Bytes of one cached element of a key or a value.
  public var bytesPerCachedElement = 2.0

  /// Bytes of one element of an activation: bfloat16.
  public static let bytesPerActivation = 2.0

  /// The matrices of a layer that add a bias.
  public struct Biases: OptionSet, Sendable {
    public let rawValue: Int

    public init(rawValue: Int) { self.rawValue = rawValue }

    /// The fused product for queries, keys and values; the attention's output; all of the MLP's.
    public static let queryKeyValue = Biases(rawValue: 1)
    public static let attentionOutput = Biases(rawValue: 2)
    public static let mlp = Biases(rawValue: 4)
  }

  /// A dense, gated model without biases, as Llama is; what differs is set afterwards.
  public init(
    name: String, source: String, layers: Int, hidden: Int, heads: Int, keyValueHeads: Int,
    headSize: Int, intermediate: Int, vocabulary: Int, maxPositions: Int
  ) {
    self.name = name
    self.source = source
    self.layers = layers
    self.hidden = hidden
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.headSize = headSize
    self.intermediate = intermediate
    self.vocabulary = vocabulary
    self.maxPositions = maxPositions
  }

  /// Parameters of the whole model, as its publisher counts them.
  public var parameters: Int { Shard(whole: self).parameters }
}
