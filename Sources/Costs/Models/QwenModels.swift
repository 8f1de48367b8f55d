extension Models {
  static let qwen = [
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
    Model(
      name: "qwen2-57b-a14b", source: "Qwen/Qwen2-57B-A14B", layers: 28, hidden: 3584, heads: 28,
      keyValueHeads: 4, headSize: 128, intermediate: 18944, vocabulary: 151_936,
      maxPositions: 131_072
    ).with(biases: .queryKeyValue).withExperts(64, width: 2560) {
      $0.sharedIntermediate = 20480
      $0.hasSharedGate = true
    },
    Model(
      name: "qwen3-8b", source: "Qwen/Qwen3-8B", layers: 36, hidden: 4096, heads: 32,
      keyValueHeads: 8, headSize: 128, intermediate: 12288, vocabulary: 151_936,
      maxPositions: 40960
    ).withHeadNormalization(),
    Model(
      name: "qwen3-32b", source: "Qwen/Qwen3-32B", layers: 64, hidden: 5120, heads: 64,
      keyValueHeads: 8, headSize: 128, intermediate: 25600, vocabulary: 151_936,
      maxPositions: 40960
    ).withHeadNormalization(),
    Model(
      name: "qwen3-30b-a3b", source: "Qwen/Qwen3-30B-A3B", layers: 48, hidden: 2048, heads: 32,
      keyValueHeads: 4, headSize: 128, intermediate: 6144, vocabulary: 151_936,
      maxPositions: 40960
    ).withHeadNormalization().withExperts(128, width: 768),
    Model(
      name: "qwen3-235b-a22b", source: "Qwen/Qwen3-235B-A22B", layers: 94, hidden: 4096,
      heads: 64, keyValueHeads: 4, headSize: 128, intermediate: 12288, vocabulary: 151_936,
      maxPositions: 40960
    ).withHeadNormalization().withExperts(128, width: 1536),
  ]
}

extension Model {
  /// The same model with `count` experts of `width` in every layer, of which a token goes through
  /// eight.
  fileprivate func withExperts(
    _ count: Int, width: Int, change: (inout Mixture) -> Void = { _ in }
  ) -> Model {
    with {
      var mixture = Mixture(layers: layers, experts: count, perToken: 8, intermediate: width)
      change(&mixture)
      $0.mixture = mixture
      $0.denseLayers = 0
    }
  }
}
