import Serving

/// The models that servesim knows by name.
public enum Models {
  /// Every one of them, by family and size.
  ///
  /// Source: the `config.json` of the Hugging Face repository that each names.
  public static let all = llama + mistral + yi + falcon + qwen

  /// The model called `name`.
  public static func named(_ name: String) throws(InputError) -> Model {
    if let model = all.first(where: { $0.name == name }) { return model }
    throw .unknown("model", name, among: all.map(\.name), in: "--model")
  }

  private static let llama = [
    Model(
      name: "llama-2-7b", source: "meta-llama/Llama-2-7b-hf", layers: 32, hidden: 4096,
      heads: 32, keyValueHeads: 32, headSize: 128, intermediate: 11008, vocabulary: 32000,
      maxPositions: 4096),
    Model(
      name: "llama-2-13b", source: "meta-llama/Llama-2-13b-hf", layers: 40, hidden: 5120,
      heads: 40, keyValueHeads: 40, headSize: 128, intermediate: 13824, vocabulary: 32000,
      maxPositions: 4096),
    Model(
      name: "llama-2-70b", source: "meta-llama/Llama-2-70b-hf", layers: 80, hidden: 8192,
      heads: 64, keyValueHeads: 8, headSize: 128, intermediate: 28672, vocabulary: 32000,
      maxPositions: 4096),
    Model(
      name: "llama-3-8b", source: "meta-llama/Meta-Llama-3-8B", layers: 32, hidden: 4096,
      heads: 32, keyValueHeads: 8, headSize: 128, intermediate: 14336, vocabulary: 128_256,
      maxPositions: 8192),
    Model(
      name: "llama-3-70b", source: "meta-llama/Meta-Llama-3-70B", layers: 80, hidden: 8192,
      heads: 64, keyValueHeads: 8, headSize: 128, intermediate: 28672, vocabulary: 128_256,
      maxPositions: 8192),
    Model(
      name: "codellama-34b", source: "codellama/CodeLlama-34b-Instruct-hf", layers: 48,
      hidden: 8192, heads: 64, keyValueHeads: 8, headSize: 128, intermediate: 22016,
      vocabulary: 32000, maxPositions: 16384),
  ]

  private static let mistral = [
    Model(
      name: "mistral-7b", source: "mistralai/Mistral-7B-v0.1", layers: 32, hidden: 4096,
      heads: 32, keyValueHeads: 8, headSize: 128, intermediate: 14336, vocabulary: 32000,
      maxPositions: 32768),
    Model(
      name: "mixtral-8x7b", source: "mistralai/Mixtral-8x7B-v0.1", layers: 32, hidden: 4096,
      heads: 32, keyValueHeads: 8, headSize: 128, intermediate: 14336, vocabulary: 32000,
      maxPositions: 32768
    ).with(experts: 8, perToken: 2),
  ]

  private static let yi = [
    Model(
      name: "yi-34b", source: "01-ai/Yi-34B", layers: 60, hidden: 7168, heads: 56,
      keyValueHeads: 8, headSize: 128, intermediate: 20480, vocabulary: 64000,
      maxPositions: 4096),
    Model(
      name: "yi-34b-200k", source: "01-ai/Yi-34B-200K", layers: 60, hidden: 7168, heads: 56,
      keyValueHeads: 8, headSize: 128, intermediate: 20480, vocabulary: 64000,
      maxPositions: 200_000),
  ]

  private static let falcon = [
    Model(
      name: "falcon-40b", source: "tiiuae/falcon-40b", layers: 60, hidden: 8192, heads: 128,
      keyValueHeads: 8, headSize: 64, intermediate: 32768, vocabulary: 65024,
      maxPositions: 2048
    ).asFalcon(),
    Model(
      name: "falcon-180b", source: "tiiuae/falcon-180B", layers: 80, hidden: 14848, heads: 232,
      keyValueHeads: 8, headSize: 64, intermediate: 59392, vocabulary: 65024,
      maxPositions: 2048
    ).asFalcon(),
  ]

  private static let qwen = [
    Model(
      name: "qwen2.5-7b", source: "Qwen/Qwen2.5-7B-Instruct", layers: 28, hidden: 3584,
      heads: 28, keyValueHeads: 4, headSize: 128, intermediate: 18944, vocabulary: 152_064,
      maxPositions: 32768
    ).with(biases: .queryKeyValue),
    Model(
      name: "qwen2.5-32b", source: "Qwen/Qwen2.5-32B-Instruct", layers: 64, hidden: 5120,
      heads: 40, keyValueHeads: 8, headSize: 128, intermediate: 27648, vocabulary: 152_064,
      maxPositions: 32768
    ).with(biases: .queryKeyValue),
    Model(
      name: "qwen2.5-72b", source: "Qwen/Qwen2.5-72B-Instruct", layers: 80, hidden: 8192,
      heads: 64, keyValueHeads: 8, headSize: 128, intermediate: 29568, vocabulary: 152_064,
      maxPositions: 32768
    ).with(biases: .queryKeyValue),
  ]
}

extension Model {
  /// The same model with an MLP of `experts`, of which a token goes through `perToken`.
  func with(experts: Int, perToken: Int) -> Model {
    var model = self
    model.experts = experts
    model.expertsPerToken = perToken
    return model
  }

  /// The same model with `biases`.
  func with(biases: Biases) -> Model {
    var model = self
    model.biases = biases
    return model
  }

  /// The same model with what all Falcons share: a plain MLP beside the attention, LayerNorm, and
  /// the embedding's matrix as its head.
  func asFalcon() -> Model {
    var model = self
    model.isGated = false
    model.isParallel = true
    model.normalizationHasBias = true
    model.hasTiedHead = true
    return model
  }
}
