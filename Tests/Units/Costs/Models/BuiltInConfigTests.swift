import Serving
import Testing

@testable import Costs
@testable import Formats

/// One model a family, written out by hand from what its publisher says.
private let byHand = [
  Model(
    name: "llama-2-70b", source: "meta-llama/Llama-2-70b-hf", layers: 80, hidden: 8192, heads: 64,
    keyValueHeads: 8, headSize: 128, intermediate: 28672, vocabulary: 32000, maxPositions: 4096),
  Model(
    name: "mistral-7b", source: "mistralai/Mistral-7B-v0.1", layers: 32, hidden: 4096, heads: 32,
    keyValueHeads: 8, headSize: 128, intermediate: 14336, vocabulary: 32000, maxPositions: 32768
  ).with(window: 4096),
  Model(
    name: "mixtral-8x22b", source: "mistralai/Mixtral-8x22B-v0.1", layers: 56, hidden: 6144,
    heads: 48, keyValueHeads: 8, headSize: 128, intermediate: 16384, vocabulary: 32000,
    maxPositions: 65536
  ).with(experts: 8, perToken: 2),
  Model(
    name: "falcon-180b", source: "tiiuae/falcon-180B", layers: 80, hidden: 14848, heads: 232,
    keyValueHeads: 8, headSize: 64, intermediate: 59392, vocabulary: 65024, maxPositions: 2048
  ).asFalcon(),
  Model(
    name: "phi-2", source: "microsoft/phi-2", layers: 32, hidden: 2560, heads: 32,
    keyValueHeads: 32, headSize: 80, intermediate: 10240, vocabulary: 51200, maxPositions: 2048
  ).asFalcon().with {
    $0.hasTiedHead = false
    $0.blocks[0].normalizations = 1
    $0.setBiases(true)
    $0.headHasBias = true
  },
  Model(
    name: "phi-3-mini", source: "microsoft/Phi-3-mini-4k-instruct", layers: 32, hidden: 3072,
    heads: 32, keyValueHeads: 32, headSize: 96, intermediate: 8192, vocabulary: 32064,
    maxPositions: 4096
  ).with(window: 2047),
  Model(
    name: "gemma-2-9b", source: "google/gemma-2-9b", layers: 42, hidden: 3584, heads: 16,
    keyValueHeads: 8, headSize: 256, intermediate: 14336, vocabulary: 256_000, maxPositions: 8192
  ).with {
    $0.hasTiedHead = true
    $0.blocks[0].outputNormalizations = 2
  }.with(window: 4096) { $0 % 2 == 0 },
  Model(
    name: "gemma-3-27b", source: "google/gemma-3-27b-it", layers: 62, hidden: 5376, heads: 32,
    keyValueHeads: 16, headSize: 128, intermediate: 21504, vocabulary: 262_208,
    maxPositions: 131_072
  ).with {
    $0.hasTiedHead = true
    $0.blocks[0].outputNormalizations = 2
    $0.changeAttention { $0.normalization = .head }
  }.with(window: 1024) { $0 % 6 != 5 },
  Model(
    name: "qwen2.5-7b", source: "Qwen/Qwen2.5-7B-Instruct", layers: 28, hidden: 3584, heads: 28,
    keyValueHeads: 4, headSize: 128, intermediate: 18944, vocabulary: 152_064, maxPositions: 32768
  ).with { $0.changeAttention { $0.biases = .queryKeyValue } },
  Model(
    name: "qwen3-235b-a22b", source: "Qwen/Qwen3-235B-A22B", layers: 94, hidden: 4096, heads: 64,
    keyValueHeads: 4, headSize: 128, intermediate: 12288, vocabulary: 151_936, maxPositions: 40960
  ).with { $0.changeAttention { $0.normalization = .head } }
    .with(Mixture(experts: 128, perToken: 8, intermediate: 1536), in: 0..<94),
  Model(
    name: "deepseek-v3", source: "deepseek-ai/DeepSeek-V3", layers: 61, hidden: 7168, heads: 128,
    keyValueHeads: 128, headSize: 128, intermediate: 18432, vocabulary: 129_280,
    maxPositions: 163_840
  ).with(
    Latent(heads: 128, headSize: 128, queryRank: 1536, rank: 512, rotary: 64, valueSize: 128)
  )
  .with(
    {
      var mixture = Mixture(experts: 256, perToken: 8, intermediate: 2048)
      mixture.sharedIntermediate = 2048
      return mixture
    }(), in: 3..<61
  ).with { $0.weights = .fp8Block },
  // Each of its 28 layers counts twice here: it has two attentions and two dense MLPs, and experts
  // beside one of them.
  Model(
    name: "longcat-flash", source: "meituan-longcat/LongCat-Flash-Chat", layers: 56, hidden: 6144,
    heads: 64, keyValueHeads: 64, headSize: 128, intermediate: 12288, vocabulary: 131_072,
    maxPositions: 131_072
  ).with(
    Latent(heads: 64, headSize: 128, queryRank: 1536, rank: 512, rotary: 64, valueSize: 128)
  ).with {
    var mixture = Mixture(experts: 512, perToken: 12, intermediate: 2048)
    mixture.zeroExperts = 256
    $0.changeLayers { layer, block in
      if layer % 2 == 0 { block.channels.append(.experts(mixture)) }
    }
  },
  Model(
    name: "opt-13b", source: "facebook/opt-13b", layers: 40, hidden: 5120, heads: 40,
    keyValueHeads: 40, headSize: 128, intermediate: 20480, vocabulary: 50272, maxPositions: 2048
  ).asOPT(),
  Model(
    name: "gpt-3-175b", source: "Brown et al., arXiv 2005.14165, Table 2.1", layers: 96,
    hidden: 12288, heads: 96, keyValueHeads: 96, headSize: 128, intermediate: 49152,
    vocabulary: 50257, maxPositions: 2048
  ).asOPT(unused: 0),
]

@Suite struct `A built-in model` {
  @Test(arguments: byHand)
  func `is what its publisher says`(model: Model) throws {
    var named = try Models.named(model.name)
    #expect(!named.family.isEmpty)
    named.family = model.family
    #expect(named == model)
  }

  @Test(arguments: Models.all)
  func `is in range`(model: Model) throws { try model.check() }

  @Test func `is a file, and every file is one`() {
    let files = EmbeddedData.files.filter { $0.folder == "Models" }.map(\.name)
    #expect(files.sorted() == Models.names.sorted())
  }

  @Test(arguments: [
    ("do_layer_norm_before\": true", "do_layer_norm_before\": false", "do_layer_norm_before"),
    ("word_embed_proj_dim\": 5120", "word_embed_proj_dim\": 512", "word_embed_proj_dim"),
  ])
  func `of another make of OPT is refused`(from: String, to: String, key: String) {
    let text = String(decoding: EmbeddedData.bytes("Models", "opt-13b"), as: UTF8.self)
    let error = #expect(throws: InputError.self) { try read(text.replacing(from, with: to)) }
    #expect(error?.column == key)
  }
}
