/// Layers of a model that follow one another and are alike: what mixes their tokens, what each
/// token goes through by itself, and what their matrices are stored in.
public struct Block: Sendable, Equatable {
  /// How many layers there are.
  public var layers: Int
  /// What mixes tokens: one mixer in most models, side by side where there are more, none where
  /// each layer has either a mixer or a channel (Nemotron-H).
  public var mixers: [Mixer]
  /// What each token goes through: one channel in most models; more add up.
  public var channels: [Channel]
  /// Normalisations of the residual stream in a layer: one in front of mixers, and one of channels,
  /// unless something else is said.
  public var normalizations: Int
  /// Normalisations in a layer of what mixers and channels return (Gemma).
  public var outputNormalizations = 0
  /// Whether mixers and channels read the same input, and are reduced together (Falcon).
  public var isParallel = false
  /// An input that each layer has of its own beside the residual stream (Gemma 3n); nil in most
  /// models.
  public var layerInput: LayerInput?
  /// The rank of a product of low rank beside attention (LAuReL); 0 where there is none.
  public var sideRank = 0
  /// What those matrices are stored in that are not in the model's main format.
  public var formats = MatrixFormats()

  public init(layers: Int = 1, _ mixers: [Mixer], _ channels: [Channel]) {
    self.layers = layers
    self.mixers = mixers
    self.channels = channels
    normalizations = (mixers.isEmpty ? 0 : 1) + (channels.isEmpty ? 0 : 1)
  }

  /// What a layer mixes its tokens with.
  public enum Mixer: Sendable, Equatable {
    case attention(Attention)
    case latent(Latent)
    case recurrent(Recurrent)
    case compressed(Compressed)
  }

  /// What a layer does with each token by itself.
  public enum Channel: Sendable, Equatable {
    case dense(Dense)
    case experts(Mixture)
  }
}

/// An MLP that every token goes through.
public struct Dense: Sendable, Equatable {
  /// Elements between its products.
  public var width: Int
  /// Whether it multiplies by a gate (three matrices) or is plain (two).
  public var isGated = true
  public var hasBias = false

  public init(width: Int) { self.width = width }
}

/// What a layer reads of each token by itself: a row of a table, and a product of its embedding.
public struct LayerInput: Sendable, Equatable {
  /// Rows of the table.
  public var vocabulary: Int
  /// Elements of a row.
  public var width: Int

  public init(vocabulary: Int, width: Int) {
    self.vocabulary = vocabulary
    self.width = width
  }
}

extension Block {
  var attentions: [Attention] {
    mixers.compactMap { if case .attention(let attention) = $0 { attention } else { nil } }
  }

  var latents: [Latent] {
    mixers.compactMap { if case .latent(let latent) = $0 { latent } else { nil } }
  }

  var recurrents: [Recurrent] {
    mixers.compactMap { if case .recurrent(let recurrent) = $0 { recurrent } else { nil } }
  }

  var compresseds: [Compressed] {
    mixers.compactMap { if case .compressed(let compressed) = $0 { compressed } else { nil } }
  }

  var denses: [Dense] {
    channels.compactMap { if case .dense(let dense) = $0 { dense } else { nil } }
  }

  var mixtures: [Mixture] {
    channels.compactMap { if case .experts(let mixture) = $0 { mixture } else { nil } }
  }

  /// What `matrix` is stored in, in a model whose main format is `main`.
  func format(of matrix: Operation.Name, main: WeightFormat) -> WeightFormat {
    if Self.plainMatrices.contains(matrix) { return WeightFormat(.bf16) }
    return formats[matrix] ?? main
  }

  /// Matrices that no quantiser changes.
  private static let plainMatrices: Set<Operation.Name> = [
    .router, .indexWeights, .compressor,
  ]
}

extension [Block] {
  /// The same layers, those that follow one another and are alike in one block.
  var runs: [Block] {
    reduce(into: []) { runs, block in
      if var last = runs.last {
        last.layers = block.layers
        if last == block {
          runs[runs.count - 1].layers += block.layers
          return
        }
      }
      runs.append(block)
    }
  }

  /// Each layer as a block of its own.
  var single: [Block] {
    flatMap { block in
      var one = block
      one.layers = 1
      return [Block](repeating: one, count: block.layers)
    }
  }

  /// The layers of those for which `condition` holds.
  func layers(where condition: (Block) -> Bool) -> Int {
    reduce(0) { $0 + (condition($1) ? $1.layers : 0) }
  }
}
