extension Models {
  static let deepSeek = [
    Model(
      name: "deepseek-v2-lite", source: "deepseek-ai/DeepSeek-V2-Lite", layers: 27, hidden: 2048,
      heads: 16, keyValueHeads: 16, headSize: 128, intermediate: 10944, vocabulary: 102_400,
      maxPositions: 163_840
    ).asDeepSeek(queryRank: 0, denseLayers: 1, experts: 64, perToken: 6, width: 1408, shared: 2),
    Model(
      name: "deepseek-v2", source: "deepseek-ai/DeepSeek-V2", layers: 60, hidden: 5120,
      heads: 128, keyValueHeads: 128, headSize: 128, intermediate: 12288, vocabulary: 102_400,
      maxPositions: 163_840
    ).asDeepSeek(
      queryRank: 1536, denseLayers: 1, experts: 160, perToken: 6, width: 1536, shared: 2),
    Model(
      name: "deepseek-v3", source: "deepseek-ai/DeepSeek-V3", layers: 61, hidden: 7168,
      heads: 128, keyValueHeads: 128, headSize: 128, intermediate: 18432, vocabulary: 129_280,
      maxPositions: 163_840
    ).asDeepSeek(
      queryRank: 1536, denseLayers: 3, experts: 256, perToken: 8, width: 2048, shared: 1
    ).with { $0.weights = .fp8Block },
  ]

  /// Each of its 28 layers counts twice here: it has two attentions and two dense MLPs, and experts
  /// beside one of them.
  static let longCat = [
    Model(
      name: "longcat-flash", source: "meituan-longcat/LongCat-Flash-Chat", layers: 56,
      hidden: 6144, heads: 64, keyValueHeads: 64, headSize: 128, intermediate: 12288,
      vocabulary: 131_072, maxPositions: 131_072
    ).with {
      $0.latent = Latent(queryRank: 1536, rank: 512, rotary: 64, valueSize: 128)
      var mixture = Mixture(layers: 28, experts: 512, perToken: 12, intermediate: 2048)
      mixture.zeroExperts = 256
      $0.mixture = mixture
    }
  ]
}

extension Model {
  /// The same model with what the DeepSeeks from the second on share: latent attention of one size,
  /// and experts in all but the first `denseLayers`, `shared` of them shared.
  fileprivate func asDeepSeek(
    queryRank: Int, denseLayers: Int, experts: Int, perToken: Int, width: Int, shared: Int
  ) -> Model {
    with {
      $0.latent = Latent(queryRank: queryRank, rank: 512, rotary: 64, valueSize: 128)
      var mixture = Mixture(
        layers: layers - denseLayers, experts: experts, perToken: perToken, intermediate: width)
      mixture.sharedIntermediate = shared * width
      $0.mixture = mixture
      $0.denseLayers = denseLayers
    }
  }
}
