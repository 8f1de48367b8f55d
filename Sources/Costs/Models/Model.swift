/// The shape of a decoder-only transformer: all that its sizes and its work follow from.
public struct Model: Sendable, Equatable {
  /// The name that a user types, such as `llama-2-70b`.
  public var name: String
  /// Where the shape is from: a Hugging Face repository, or the user's file.
  public var source: String
  /// The `model_type` of its `config.json`; empty where it has none.
  public var family = ""
  /// Layers, each with one attention.
  public var layers: Int
  /// The width of the residual stream, in elements.
  public var hidden: Int
  /// Query heads, and the heads of keys and values that they share.
  public var heads: Int
  public var keyValueHeads: Int
  /// Elements of one head; where attention is latent, of its part without positions.
  public var headSize: Int
  /// The width of a dense layer's MLP.
  public var intermediate: Int
  /// Entries of the vocabulary: rows of the embedding and of the head.
  public var vocabulary: Int
  /// The longest sequence that the model was made for, in tokens; the default `--max-model-len`.
  public var maxPositions: Int
  /// Layers with a dense MLP: all of them, unless some have experts in its place.
  public var denseLayers: Int
  /// The experts, if there are any.
  public var mixture: Mixture?
  /// What latent attention compresses to, if attention is latent.
  public var latent: Latent?
  /// The tokens that a layer of those with a sliding window attends to, itself included; 0 if
  /// there are none.
  public var window = 0
  /// Layers with a sliding window; the others attend to the whole context.
  public var windowLayers = 0
  /// Whether MLP and experts multiply by a gate (three matrices) or are plain (two).
  public var isGated = true
  /// Whether the head shares the embedding's matrix.
  public var hasTiedHead = false
  /// Which matrices add a bias.
  public var biases: Biases = []
  /// How many normalisations of the residual stream a layer has, and whether each adds a bias, as
  /// LayerNorm does and RMSNorm does not.
  public var normalizationsPerLayer = 2
  public var normalizationHasBias = false
  /// Whether what attention and MLP return is normalised too (Gemma).
  public var normalizesOutputs = false
  /// Whether each head's queries and keys are normalised (Qwen3, Gemma 3).
  public var normalizesHeads = false
  /// Whether attention and MLP read the same input, and are reduced together (Falcon).
  public var isParallel = false
  /// Rows of a table of learned positions; 0 where positions turn queries and keys. It is on every
  /// GPU, as vLLM keeps it.
  public var learnedPositions = 0
  /// What the linear layers are stored in and multiplied by. Embedding, normalisations, biases and
  /// routers stay in bfloat16, as vLLM keeps them; and the head where nothing else is said of it.
  public var formats = WeightFormats(.bf16)
  /// What most of the linear layers are stored in; if it is set, all of them are.
  public var weights: NumberFormat {
    get { formats.main.numbers }
    set { formats = WeightFormats(WeightFormat(newValue)) }
  }
  /// What keys and values are cached in: bfloat16 or 8-bit floats.
  public var cache = NumberFormat.bf16

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
    denseLayers = layers
  }

  /// Parameters of the whole model, as its publisher counts them.
  public var parameters: Int { Shard(whole: self).parameters }

  /// Parameters that one token goes through, embedding and head included; on average where some
  /// experts compute nothing.
  public var activeParameters: Int {
    guard let mixture else { return parameters }
    let idle = Double(mixture.experts) - mixture.computedPerToken
    let expert = Shard(whole: self).parametersPerExpert
    return parameters - Int((Double(mixture.layers * expert) * idle).rounded())
  }

  /// The largest of `stages` equal parts of the layers, with embedding and head.
  ///
  /// It has as many of the layers with experts as fit into it, or its share where each layer has
  /// both experts and dense MLPs.
  public func largestStage(of stages: Int) -> Model {
    var stage = self
    stage.layers = (layers + stages - 1) / stages
    stage.windowLayers = min(windowLayers, stage.layers)
    if let mixture, denseLayers + mixture.layers == layers {
      stage.mixture?.layers = min(mixture.layers, stage.layers)
      stage.denseLayers = stage.layers - min(mixture.layers, stage.layers)
    } else {
      stage.denseLayers = (denseLayers + stages - 1) / stages
      stage.mixture?.layers = ((mixture?.layers ?? 0) + stages - 1) / stages
    }
    stage.formats = formats.heaviest(in: stage)
    return stage
  }
}
