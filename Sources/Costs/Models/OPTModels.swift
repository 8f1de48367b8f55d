extension Models {
  static let opt = [
    Model(
      name: "opt-13b", source: "facebook/opt-13b", layers: 40, hidden: 5120, heads: 40,
      keyValueHeads: 40, headSize: 128, intermediate: 20480, vocabulary: 50272,
      maxPositions: 2048
    ).asOPT(),
    Model(
      name: "opt-66b", source: "facebook/opt-66b", layers: 64, hidden: 9216, heads: 72,
      keyValueHeads: 72, headSize: 128, intermediate: 36864, vocabulary: 50272,
      maxPositions: 2048
    ).asOPT(),
    Model(
      name: "opt-175b", source: "Zhang et al., arXiv 2205.01068, Table 1", layers: 96,
      hidden: 12288, heads: 96, keyValueHeads: 96, headSize: 128, intermediate: 49152,
      vocabulary: 50272, maxPositions: 2048
    ).asOPT(),
  ]

  /// GPT-3, of which OPT is a likeness.
  static let gpt = [
    Model(
      name: "gpt-3-175b", source: "Brown et al., arXiv 2005.14165, Table 2.1", layers: 96,
      hidden: 12288, heads: 96, keyValueHeads: 96, headSize: 128, intermediate: 49152,
      vocabulary: 50257, maxPositions: 2048
    ).asOPT(unused: 0)
  ]
}

extension Model {
  /// The same model with what OPT and GPT-3 share: a plain MLP, biases everywhere, LayerNorm, the
  /// embedding's matrix as its head, and a table of positions with `unused` rows that are never
  /// read.
  func asOPT(unused: Int = 2) -> Model {
    with {
      $0.isGated = false
      $0.biases = .all
      $0.normalizationHasBias = true
      $0.hasTiedHead = true
      $0.learnedPositions = maxPositions + unused
    }
  }
}
