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
    for (name, value, range) in sizes where !range.contains(value) {
      throw mistake(
        name, "\(value) is not from \(range.lowerBound) to \(range.upperBound)",
        "use a size in that range")
    }
    if heads % keyValueHeads != 0 {
      throw mistake(
        "keyValueHeads",
        "\(heads) query heads cannot share \(keyValueHeads) heads of keys and values",
        "use a number that divides \(heads)")
    }
    if let mixture, mixture.perToken > mixture.experts + mixture.zeroExperts {
      throw mistake(
        "mixture.perToken",
        "a token cannot go through \(mixture.perToken) of "
          + "\(mixture.experts + mixture.zeroExperts) experts", "use fewer")
    }
    if window == 0 && windowLayers > 0 {
      throw mistake("window", "\(windowLayers) layers have one of no tokens", "give its tokens")
    }
    if !ModelRange.parameters.contains(roughParameters) {
      throw mistake(
        "layers", "its sizes together make some \(roughParameters) parameters",
        "use a model of at most \(ModelRange.parameters.upperBound)")
    }
  }

  private typealias Size = (name: String, value: Int, range: ClosedRange<Int>)

  private var sizes: [Size] {
    let stored = 0...ModelRange.width.upperBound
    var sizes: [Size] = [
      ("layers", layers, ModelRange.layers), ("hidden", hidden, ModelRange.width),
      ("heads", heads, ModelRange.heads), ("keyValueHeads", keyValueHeads, ModelRange.heads),
      ("headSize", headSize, ModelRange.headSize),
      ("heads", heads &* headSize, ModelRange.attentionWidth),
      ("intermediate", intermediate, ModelRange.width),
      ("vocabulary", vocabulary, ModelRange.vocabulary),
      ("maxPositions", maxPositions, ModelRange.positions),
      ("learnedPositions", learnedPositions, 0...ModelRange.positions.upperBound),
      ("denseLayers", denseLayers, 0...max(0, layers)), ("window", window, 0...Int(Int32.max)),
      ("windowLayers", windowLayers, 0...max(0, layers)),
      ("normalizationsPerLayer", normalizationsPerLayer, 0...16),
    ]
    if let mixture {
      sizes += [
        ("mixture.layers", mixture.layers, 1...max(1, layers)),
        ("mixture.experts", mixture.experts, ModelRange.experts),
        ("mixture.perToken", mixture.perToken, ModelRange.expertsPerToken),
        ("mixture.intermediate", mixture.intermediate, ModelRange.width),
        ("mixture.sharedIntermediate", mixture.sharedIntermediate, stored),
        ("mixture.zeroExperts", mixture.zeroExperts, 0...ModelRange.experts.upperBound),
      ]
    }
    if let latent {
      sizes += [
        ("latent.queryRank", latent.queryRank, 0...ModelRange.rank.upperBound),
        ("latent.rank", latent.rank, ModelRange.rank),
        ("latent.rotary", latent.rotary, ModelRange.headSize),
        ("latent.valueSize", latent.valueSize, ModelRange.headSize),
        ("latent.rotary", heads &* latent.rotary, ModelRange.attentionWidth),
        ("latent.valueSize", heads &* latent.valueSize, ModelRange.attentionWidth),
      ]
    }
    return sizes
  }

  /// The parameters of matrices, which are nearly all, in numbers that do not overflow.
  private var roughParameters: Double {
    let (width, attention) = (Double(hidden), Double(heads * headSize))
    let dense = Double(denseLayers) * Double(intermediate)
    let experts = mixture.map {
      Double($0.layers)
        * (Double($0.experts) * Double($0.intermediate) + Double($0.sharedIntermediate))
    }
    return 2 * width * Double(vocabulary + learnedPositions)
      + width * (4 * Double(layers) * attention + 3 * (dense + (experts ?? 0)))
  }

  private func mistake(_ name: String, _ problem: String, _ remedy: String) -> InputError {
    InputError(source, column: name, problem: "\(self.name): \(problem)", remedy: remedy)
  }
}
