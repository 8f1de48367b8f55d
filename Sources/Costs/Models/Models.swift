import Formats
import Serving

/// The models that servesim knows by name.
public enum Models {
  /// Every one of them, by family and size.
  ///
  /// Source: the `config.json` of the Hugging Face repository that each names.
  public static let all =
    llama + mistral + yi + falcon + qwen + phi + gemma + deepSeek + longCat + opt + gpt

  /// The model called `name`.
  public static func named(_ name: String) throws(InputError) -> Model {
    if let model = all.first(where: { $0.name == name }) { return model }
    throw .unknown("model", name, among: all.map(\.name), in: "--model")
  }
}

extension Model {
  /// The same model with `change` made to it.
  func with(_ change: (inout Model) -> Void) -> Model {
    var model = self
    change(&model)
    return model
  }

  /// The same model with `experts` in place of each MLP, of which a token goes through `perToken`.
  func with(experts: Int, perToken: Int) -> Model {
    with {
      $0.mixture = Mixture(
        layers: layers, experts: experts, perToken: perToken, intermediate: intermediate)
      $0.denseLayers = 0
    }
  }

  /// The same model with `biases`.
  func with(biases: Biases) -> Model { with { $0.biases = biases } }

  /// The same model with all layers attending to the last `window` tokens.
  func with(window: Int) -> Model {
    with {
      $0.window = window
      $0.windowLayers = layers
    }
  }

  /// The same model with what all Falcons share: a plain MLP beside the attention, LayerNorm, and
  /// the embedding's matrix as its head.
  func asFalcon() -> Model {
    with {
      $0.isGated = false
      $0.isParallel = true
      $0.normalizationHasBias = true
      $0.hasTiedHead = true
    }
  }

  /// The same model with what all Gemmas from the second on share: the embedding's matrix as its
  /// head, results normalised, and `windowLayers` that attend to the last `window` tokens.
  func asGemma(window: Int, windowLayers: Int) -> Model {
    with {
      $0.hasTiedHead = true
      $0.normalizesOutputs = true
      $0.window = window
      $0.windowLayers = windowLayers
    }
  }

  /// The same model with each head's queries and keys normalised.
  func withHeadNormalization() -> Model { with { $0.normalizesHeads = true } }
}
