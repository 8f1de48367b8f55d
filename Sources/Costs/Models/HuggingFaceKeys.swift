extension HuggingFaceFile {
  /// The keys that matter, under their names in camel case.
  struct Keys: Decodable {
    var modelType: String?
    var numHiddenLayers, nLayer, numLayers: Int?
    var hiddenSize: Int?
    var numAttentionHeads, nHead: Int?
    var numKeyValueHeads, numKvHeads, nHeadKv: Int?
    var headDim: Int?
    var intermediateSize, ffnHiddenSize: Int?
    var vocabSize: Int?
    var maxPositionEmbeddings: Int?
    var tieWordEmbeddings: Bool?
    var attentionBias, mlpBias, bias: Bool?
    var newDecoderArchitecture, multiQuery, parallelAttn: Bool?

    var slidingWindow, slidingWindowPattern, maxWindowLayers: Int?
    var useSlidingWindow: Bool?
    var layerTypes: [String]?

    var numLocalExperts, numExperts, nRoutedExperts: Int?
    var numExpertsPerTok, moeTopk: Int?
    var moeIntermediateSize, expertFfnHiddenSize: Int?
    var nSharedExperts, sharedExpertIntermediateSize, zeroExpertNum: Int?
    var decoderSparseStep, firstKDenseReplace, moeLayerFreq: Int?
    var mlpOnlyLayers: [Int]?

    var qLoraRank, kvLoraRank: Int?
    var qkNopeHeadDim, qkRopeHeadDim, vHeadDim: Int?

    var ngramVocabSizeRatio: Double?
    var quantizationConfig: Quantization?
  }

  /// The file of a model that sees, whose keys for text are an object of their own.
  struct Whole: Decodable {
    var textConfig: Keys?
  }

  /// How the weights are quantised.
  struct Quantization: Decodable {
    var quantMethod, quantAlgo: String?
    var bits, wBit: Int?
    var weightBlockSize: [Int]?
    /// Of compressed-tensors: what each group of layers is stored in.
    var configGroups: [String: Group]?
    /// Linear layers that stay in 16 bits, or patterns of them.
    var modulesToNotConvert, ignore: [String]?

    /// Layers that are quantised alike.
    struct Group: Decodable {
      var weights, inputActivations: Numbers?
    }

    /// The numbers that weights or inputs are quantised to.
    struct Numbers: Decodable, Equatable {
      var numBits: Int?
      var type, strategy: String?
      var blockStructure: [Int]?
    }
  }
}
