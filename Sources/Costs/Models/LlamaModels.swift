extension Models {
  static let llama = [
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
      name: "llama-3.1-8b", source: "meta-llama/Llama-3.1-8B", layers: 32, hidden: 4096,
      heads: 32, keyValueHeads: 8, headSize: 128, intermediate: 14336, vocabulary: 128_256,
      maxPositions: 131_072),
    Model(
      name: "llama-3.1-70b", source: "meta-llama/Llama-3.1-70B", layers: 80, hidden: 8192,
      heads: 64, keyValueHeads: 8, headSize: 128, intermediate: 28672, vocabulary: 128_256,
      maxPositions: 131_072),
    Model(
      name: "llama-3.1-405b", source: "meta-llama/Llama-3.1-405B", layers: 126, hidden: 16384,
      heads: 128, keyValueHeads: 8, headSize: 128, intermediate: 53248, vocabulary: 128_256,
      maxPositions: 131_072),
    Model(
      name: "codellama-34b", source: "codellama/CodeLlama-34b-Instruct-hf", layers: 48,
      hidden: 8192, heads: 64, keyValueHeads: 8, headSize: 128, intermediate: 22016,
      vocabulary: 32000, maxPositions: 16384),
  ]

  static let mistral = [
    Model(
      name: "mistral-7b", source: "mistralai/Mistral-7B-v0.1", layers: 32, hidden: 4096,
      heads: 32, keyValueHeads: 8, headSize: 128, intermediate: 14336, vocabulary: 32000,
      maxPositions: 32768
    ).with(window: 4096),
    Model(
      name: "mixtral-8x7b", source: "mistralai/Mixtral-8x7B-v0.1", layers: 32, hidden: 4096,
      heads: 32, keyValueHeads: 8, headSize: 128, intermediate: 14336, vocabulary: 32000,
      maxPositions: 32768
    ).with(experts: 8, perToken: 2),
    Model(
      name: "mixtral-8x22b", source: "mistralai/Mixtral-8x22B-v0.1", layers: 56, hidden: 6144,
      heads: 48, keyValueHeads: 8, headSize: 128, intermediate: 16384, vocabulary: 32000,
      maxPositions: 65536
    ).with(experts: 8, perToken: 2),
  ]

  static let yi = [
    Model(
      name: "yi-34b", source: "01-ai/Yi-34B", layers: 60, hidden: 7168, heads: 56,
      keyValueHeads: 8, headSize: 128, intermediate: 20480, vocabulary: 64000,
      maxPositions: 4096),
    Model(
      name: "yi-34b-200k", source: "01-ai/Yi-34B-200K", layers: 60, hidden: 7168, heads: 56,
      keyValueHeads: 8, headSize: 128, intermediate: 20480, vocabulary: 64000,
      maxPositions: 200_000),
  ]

  static let falcon = [
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

  static let phi = [
    Model(
      name: "phi-2", source: "microsoft/phi-2", layers: 32, hidden: 2560, heads: 32,
      keyValueHeads: 32, headSize: 80, intermediate: 10240, vocabulary: 51200,
      maxPositions: 2048
    ).asFalcon().with {
      $0.hasTiedHead = false
      $0.normalizationsPerLayer = 1
      $0.biases = [.queryKeyValue, .attentionOutput, .mlp]
    },
    Model(
      name: "phi-3-mini", source: "microsoft/Phi-3-mini-4k-instruct", layers: 32, hidden: 3072,
      heads: 32, keyValueHeads: 32, headSize: 96, intermediate: 8192, vocabulary: 32064,
      maxPositions: 4096
    ).with(window: 2047),
    Model(
      name: "phi-3-medium", source: "microsoft/Phi-3-medium-4k-instruct", layers: 40,
      hidden: 5120, heads: 40, keyValueHeads: 10, headSize: 128, intermediate: 17920,
      vocabulary: 32064, maxPositions: 4096
    ).with(window: 2047),
  ]

  static let gemma = [
    Model(
      name: "gemma-2-9b", source: "google/gemma-2-9b", layers: 42, hidden: 3584, heads: 16,
      keyValueHeads: 8, headSize: 256, intermediate: 14336, vocabulary: 256_000,
      maxPositions: 8192
    ).asGemma(window: 4096, windowLayers: 21),
    Model(
      name: "gemma-2-27b", source: "google/gemma-2-27b", layers: 46, hidden: 4608, heads: 32,
      keyValueHeads: 16, headSize: 128, intermediate: 36864, vocabulary: 256_000,
      maxPositions: 8192
    ).asGemma(window: 4096, windowLayers: 23),
    // Without what it sees with.
    Model(
      name: "gemma-3-27b", source: "google/gemma-3-27b-it", layers: 62, hidden: 5376, heads: 32,
      keyValueHeads: 16, headSize: 128, intermediate: 21504, vocabulary: 262_208,
      maxPositions: 131_072
    ).asGemma(window: 1024, windowLayers: 52).withHeadNormalization(),
  ]
}
