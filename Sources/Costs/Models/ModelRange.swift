import Formats
import Serving

/// The sizes of models that are taken: far beyond any that there is, and such that no product of
/// them, with the tokens and sequences that the engine takes, is more than a machine counts.
public enum ModelRange {
  /// Layers, each with one attention.
  public static let layers = 1...1000
  /// Elements of the residual stream, and of what an MLP or an expert makes of it.
  public static let width = 1...524_288
  /// Query heads of a layer, and heads of keys and values.
  public static let heads = 1...16_384
  /// Elements of a head, and of what of it carries positions.
  public static let headSize = 1...8192
  /// Elements of all heads of a layer together.
  public static let attentionWidth = 1...1_048_576
  /// Experts of a layer.
  public static let experts = 1...65_536
  /// Experts of a layer that a token goes through.
  public static let expertsPerToken = 1...256
  /// Elements that latent attention compresses to.
  public static let rank = 1...65_536
  /// Entries of the vocabulary.
  public static let vocabulary = 1...16_777_216
  /// Tokens of the longest sequence.
  public static let positions = EngineRange.tokens
  /// Parameters, whatever the sizes that they follow from.
  public static let parameters = 1.0...1e15
}

extension Model {
  /// Throws if a size is not in its range, or contradicts another: what passes can be counted,
  /// split and priced.
  public func check() throws(InputError) {
    for (name, value, range) in sizes + blocks.flatMap(\.sizes) where !range.contains(value) {
      throw mistake(
        name, "\(value) is not from \(range.lowerBound) to \(range.upperBound)",
        "use a size in that range")
    }
    for block in blocks {
      if let (name, problem, remedy) = block.contradiction { throw mistake(name, problem, remedy) }
    }
    if !ModelRange.parameters.contains(roughParameters) {
      throw mistake(
        "layers", "its sizes together make some \(roughParameters) parameters",
        "use a model of at most \(ModelRange.parameters.upperBound)")
    }
  }

  private var sizes: [ModelRange.Size] {
    [
      ("layers", layers, ModelRange.layers), ("hidden", hidden, ModelRange.width),
      ("vocabulary", vocabulary, ModelRange.vocabulary),
      ("maxPositions", maxPositions, ModelRange.positions),
      ("learnedPositions", learnedPositions, 0...ModelRange.positions.upperBound),
      ("residualStreams", residualStreams, 1...64),
      ("residualBlockLayers", residualBlockLayers ?? 1, ModelRange.layers),
      ("alternatingStreams", alternatingStreams ?? 1, 1...64),
    ]
  }

  /// The parameters of matrices, which are nearly all, in numbers that do not overflow.
  private var roughParameters: Double {
    let width = Double(hidden)
    let tables = width * (2 * Double(vocabulary) + Double(learnedPositions))
    return blocks.reduce(tables) { sum, block in
      let table = block.layerInput.map { Double($0.vocabulary) * Double($0.width) } ?? 0
      return sum + Double(block.layers) * (block.roughElements * width + table)
    }
  }

  private func mistake(_ name: String, _ problem: String, _ remedy: String) -> InputError {
    InputError(source, column: name, problem: "\(self.name): \(problem)", remedy: remedy)
  }
}

extension ModelRange {
  fileprivate typealias Size = (name: String, value: Int, range: ClosedRange<Int>)
}

extension Block {
  fileprivate var sizes: [ModelRange.Size] {
    var sizes: [ModelRange.Size] = [
      ("layers", layers, ModelRange.layers),
      ("mixers", mixers.count + channels.count, 1...8),
      ("normalizations", normalizations, 0...16),
      ("outputNormalizations", outputNormalizations, 0...16),
      ("layerInput.vocabulary", layerInput?.vocabulary ?? 1, ModelRange.vocabulary),
      ("layerInput.width", layerInput?.width ?? 1, ModelRange.width),
      ("sideRank", sideRank, 0...ModelRange.rank.upperBound),
    ]
    for attention in attentions {
      sizes += [
        ("heads", attention.heads, ModelRange.heads),
        ("keyValueHeads", attention.keyValueHeads, ModelRange.heads),
        ("headSize", attention.headSize, ModelRange.headSize),
        ("valueSize", attention.valueSize, ModelRange.headSize),
        ("heads", attention.heads &* attention.headSize, ModelRange.attentionWidth),
        ("heads", attention.heads &* attention.valueSize, ModelRange.attentionWidth),
        ("window", attention.keeps ?? 1, 1...Int(Int32.max)),
      ]
    }
    for latent in latents {
      sizes += [
        ("heads", latent.heads, ModelRange.heads),
        ("headSize", latent.headSize, ModelRange.headSize),
        ("latent.queryRank", latent.queryRank, 0...ModelRange.rank.upperBound),
        ("latent.rank", latent.rank, ModelRange.rank),
        ("latent.rotary", latent.rotary, 0...ModelRange.headSize.upperBound),
        ("latent.valueSize", latent.valueSize, ModelRange.headSize),
        ("heads", latent.heads &* latent.headSize, ModelRange.attentionWidth),
        ("latent.rotary", latent.heads &* latent.rotary, 0...ModelRange.attentionWidth.upperBound),
        ("latent.valueSize", latent.heads &* latent.valueSize, ModelRange.attentionWidth),
      ]
    }
    sizes += attentions.compactMap(\.indexer).flatMap(\.sizes)
    sizes += latents.compactMap(\.indexer).flatMap(\.sizes)
    sizes += compresseds.flatMap(\.sizes)
    sizes += recurrents.flatMap(\.sizes)
    for dense in denses { sizes.append(("intermediate", dense.width, ModelRange.width)) }
    return sizes + mixtures.flatMap(\.sizes)
  }

  /// Sizes that contradict each other.
  fileprivate var contradiction: (name: String, problem: String, remedy: String)? {
    for attention in attentions where attention.heads % attention.keyValueHeads != 0 {
      let (heads, shared) = (attention.heads, attention.keyValueHeads)
      return (
        "keyValueHeads", "\(heads) query heads cannot share \(shared) heads of keys and values",
        "use a number that divides \(heads)"
      )
    }
    for mixture in mixtures where mixture.perToken > mixture.experts + mixture.zeroExperts {
      return (
        "mixture.perToken",
        "a token cannot go through \(mixture.perToken) of "
          + "\(mixture.experts + mixture.zeroExperts) experts", "use fewer"
      )
    }
    return nil
  }

  /// Elements of its matrices for each of the residual stream, about.
  fileprivate var roughElements: Double {
    let mixing = mixers.reduce(0.0) { sum, mixer in
      switch mixer {
      case .attention(let attention): sum + 4 * Double(attention.heads * attention.headSize)
      case .latent(let latent): sum + 4 * Double(latent.heads * latent.headSize)
      case .compressed(let compressed): sum + 4 * Double(compressed.heads * compressed.headSize)
      case .recurrent(let recurrent):
        sum + 4 * Double(recurrent.width) + 4 * Double(recurrent.keyHeads * recurrent.keySize)
      }
    }
    return channels.reduce(mixing) { sum, channel in
      switch channel {
      case .dense(let dense): sum + 3 * Double(dense.width)
      case .experts(let mixture):
        sum
          + 3
          * (Double(mixture.experts) * Double(mixture.intermediate)
            + Double(mixture.sharedIntermediate))
      }
    }
  }
}

extension Indexer {
  fileprivate var sizes: [ModelRange.Size] {
    [
      ("indexer.heads", heads, ModelRange.heads), ("indexer.size", size, ModelRange.headSize),
      ("indexer.chosen", chosen, ModelRange.positions),
      ("indexer.bytesPerToken", bytesPerToken, ModelRange.rank),
    ]
  }
}

extension Compressed {
  fileprivate var sizes: [ModelRange.Size] {
    [
      ("compressed.heads", heads, ModelRange.heads),
      ("compressed.headSize", headSize, 65...ModelRange.headSize.upperBound),
      ("compressed.heads", heads &* headSize, ModelRange.attentionWidth),
      ("compressed.queryRank", queryRank, ModelRange.rank),
      ("compressed.outputGroups", outputGroups, ModelRange.heads),
      ("compressed.outputRank", outputRank, ModelRange.rank),
      ("compressed.window", window, ModelRange.positions),
      ("compressed.ratio", ratio, 0...65_536),
    ] + (indexer?.sizes ?? [])
  }
}

extension Recurrent {
  fileprivate var sizes: [ModelRange.Size] {
    [
      ("recurrent.heads", heads, ModelRange.width),
      ("recurrent.valueSize", valueSize, ModelRange.headSize),
      ("recurrent.keyHeads", keyHeads, ModelRange.heads),
      ("recurrent.keySize", keySize, ModelRange.headSize),
      ("recurrent.heads", heads &* valueSize, ModelRange.attentionWidth),
      ("recurrent.keyHeads", keyHeads &* keySize, ModelRange.attentionWidth),
      ("recurrent.convolution", convolution, 0...64),
      ("recurrent.timeRank", timeRank, 0...ModelRange.rank.upperBound),
      ("recurrent.gateRank", gateRank, 0...ModelRange.rank.upperBound),
      ("recurrent.bytesPerState", bytesPerState, 1...8),
    ]
  }
}

extension Mixture {
  fileprivate var sizes: [ModelRange.Size] {
    [
      ("mixture.experts", experts, ModelRange.experts),
      ("mixture.perToken", perToken, ModelRange.expertsPerToken),
      ("mixture.intermediate", intermediate, ModelRange.width),
      (
        "mixture.sharedIntermediate", sharedIntermediate, 0...ModelRange.width.upperBound
      ),
      ("mixture.latentWidth", latentWidth ?? 1, ModelRange.width),
      ("mixture.zeroExperts", zeroExperts, 0...ModelRange.experts.upperBound),
    ]
  }
}
