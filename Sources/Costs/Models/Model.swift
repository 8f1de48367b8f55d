/// The shape of a decoder-only language model: all that its sizes and its work follow from.
public struct Model: Sendable, Equatable {
  /// The name that a user types, such as `llama-2-70b`.
  public var name: String
  /// Where the shape is from: a Hugging Face repository, or the user's file.
  public var source: String
  /// The `model_type` of its `config.json`; empty where it has none.
  public var family = ""
  /// The layers, in their order.
  public var blocks: [Block]
  /// The width of the residual stream, in elements.
  public var hidden: Int
  /// Entries of the vocabulary: rows of the embedding and of the head.
  public var vocabulary: Int
  /// The longest sequence that the model was made for, in tokens; the default `--max-model-len`.
  public var maxPositions: Int
  /// Whether the head shares the embedding's matrix.
  public var hasTiedHead = false
  /// Whether normalisations of the residual stream add a bias, as LayerNorm does and RMSNorm does
  /// not.
  public var normalizationHasBias = false
  /// Rows of a table of learned positions; 0 where positions turn queries and keys. It is on every
  /// GPU, as vLLM keeps it.
  public var learnedPositions = 0
  /// Residual streams that layers mix (hyper-connections, arXiv 2512.24880); one in most models.
  public var residualStreams = 1
  /// Layers of a block of the residual stream, where mixers and channels weigh what it was at the
  /// end of each earlier block (Kimi-K3); nil in most models.
  public var residualBlockLayers: Int?
  /// Residual streams of which each layer computes one and predicts the others (AltUp); nil in most
  /// models.
  public var alternatingStreams: Int?
  /// Whether the head adds a bias.
  public var headHasBias = false
  /// What the linear layers are stored in and multiplied by, unless their block says else.
  /// Embedding, normalisations, biases and routers stay in bfloat16, as vLLM keeps them; and the
  /// head where nothing else is said of it.
  public var formats = WeightFormats(.bf16)
  /// What most of the linear layers are stored in; if it is set, all of them are.
  public var weights: NumberFormat {
    get { formats.main.numbers }
    set {
      formats = WeightFormats(WeightFormat(newValue))
      for index in blocks.indices { blocks[index].formats = MatrixFormats() }
      blocks = blocks.runs
    }
  }
  /// What routed experts are stored in; nil where there are none.
  public var expertFormat: NumberFormat? {
    blocks.first { !$0.mixtures.isEmpty }?.format(of: .experts, main: formats.main).numbers
  }
  /// What keys and values are cached in: bfloat16 or 8-bit floats.
  public var cache = NumberFormat.bf16

  /// Bytes of one element of an activation: bfloat16.
  public static let bytesPerActivation = 2.0

  /// A model without layers yet.
  public init(
    name: String, source: String, hidden: Int, vocabulary: Int, maxPositions: Int,
    blocks: [Block] = []
  ) {
    self.name = name
    self.source = source
    self.hidden = hidden
    self.vocabulary = vocabulary
    self.maxPositions = maxPositions
    self.blocks = blocks
  }

  /// A dense, gated model without biases, as Llama is; what differs is set afterwards.
  public init(
    name: String, source: String, layers: Int, hidden: Int, heads: Int, keyValueHeads: Int,
    headSize: Int, intermediate: Int, vocabulary: Int, maxPositions: Int
  ) {
    let attention = Attention(heads: heads, keyValueHeads: keyValueHeads, headSize: headSize)
    self.init(
      name: name, source: source, hidden: hidden, vocabulary: vocabulary,
      maxPositions: maxPositions,
      blocks: [
        Block(layers: layers, [.attention(attention)], [.dense(Dense(width: intermediate))])
      ])
  }

  /// Layers of all blocks.
  public var layers: Int { blocks.reduce(0) { $0 + $1.layers } }

  /// The first attention that there is, and the first MLP, experts and latent attention.
  public var attention: Attention? { blocks.lazy.compactMap(\.attentions.first).first }
  public var latent: Latent? { blocks.lazy.compactMap(\.latents.first).first }
  public var dense: Dense? { blocks.lazy.compactMap(\.denses.first).first }
  public var mixture: Mixture? { blocks.lazy.compactMap(\.mixtures.first).first }

  /// Elements of a head of the first layer that has one; 128 where none has.
  public var headSize: Int { attention?.headSize ?? latent?.headSize ?? 128 }

  /// Layers with experts.
  public var expertLayers: Int { blocks.layers { !$0.mixtures.isEmpty } }

  /// Whether some layers attend to less than the whole context, and keep no more.
  public var hasWindows: Bool { blocks.contains { $0.attentions.contains { $0.keeps != nil } } }

  /// Whether every layer has one attention, and then an MLP or experts.
  public var hasPlainLayers: Bool {
    blocks.allSatisfy {
      $0.mixers.count == 1 && $0.recurrents.isEmpty && $0.compresseds.isEmpty
        && $0.channels.count == 1
    }
  }

  /// Parameters of the whole model, as its publisher counts them.
  public var parameters: Int { Shard(whole: self).parameters - repeatedParameters }

  /// Parameters that vLLM keeps twice.
  private var repeatedParameters: Int {
    blocks.reduce(0) { sum, block in
      sum + block.layers
        * block.attentions.filter(\.valuesAreKeys).reduce(0) {
          $0 + hidden * $1.keyValueHeads * $1.valueSize
        }
    }
  }

  /// Parameters that one token goes through, embedding and head included; on average where some
  /// experts compute nothing.
  public var activeParameters: Int {
    var idle = 0.0
    for block in blocks {
      for mixture in block.mixtures {
        let experts = Double(mixture.experts) - mixture.computedPerToken
        idle += Double(block.layers * mixture.parametersPerExpert(hidden: hidden)) * experts
      }
    }
    return parameters - Int(idle.rounded())
  }

  /// Changes every attention that keeps keys and values.
  public mutating func changeAttention(_ change: (inout Attention) -> Void) {
    for (index, block) in blocks.enumerated() {
      for (place, mixer) in block.mixers.enumerated() {
        guard case .attention(var attention) = mixer else { continue }
        change(&attention)
        blocks[index].mixers[place] = .attention(attention)
      }
    }
  }

  /// Changes every MLP.
  public mutating func changeDense(_ change: (inout Dense) -> Void) {
    for (index, block) in blocks.enumerated() {
      for (place, channel) in block.channels.enumerated() {
        guard case .dense(var dense) = channel else { continue }
        change(&dense)
        blocks[index].channels[place] = .dense(dense)
      }
    }
  }

  /// Changes every layer by itself, given its number from 0 on.
  public mutating func changeLayers<Failure: Error>(
    _ change: (Int, inout Block) throws(Failure) -> Void
  ) throws(Failure) {
    var layers = blocks.single
    for index in layers.indices { try change(index, &layers[index]) }
    blocks = layers.runs
  }

  /// The largest of `stages` equal parts of the layers, with embedding and head: that of the parts
  /// of layers in their order whose weights take most.
  public func largestStage(of stages: Int) -> Model {
    let all = blocks.single
    let count = (all.count + stages - 1) / stages
    let starts = Set((0..<stages).map { min($0 * count, all.count - count) }).sorted()
    let parts = starts.map { start in
      with { $0.blocks = Array(all[start..<start + count]).runs }
    }
    let weights = parts.map { Shard(whole: $0).weightBytes }
    let heaviest = weights.indices.max { weights[$0] < weights[$1] } ?? 0
    return parts[heaviest]
  }

  /// The same model with `change` made to it.
  public func with(_ change: (inout Model) -> Void) -> Model {
    var model = self
    change(&model)
    return model
  }
}
