import Serving
import Testing

@testable import Costs
@testable import Formats

@Suite struct ModelTests {
  /// Parameters as counted on the models' pages on Hugging Face.
  @Test(arguments: [
    ("llama-2-7b", 6_738_415_616), ("llama-2-13b", 13_015_864_320),
    ("llama-2-70b", 68_976_648_192), ("llama-3-8b", 8_030_261_248),
    ("llama-3-70b", 70_553_706_496), ("codellama-34b", 33_743_970_304),
    ("mistral-7b", 7_241_732_096), ("mixtral-8x7b", 46_702_792_704),
    ("yi-34b", 34_388_917_248), ("qwen2.5-7b", 7_615_616_512),
    ("qwen2.5-32b", 32_763_876_352), ("qwen2.5-72b", 72_706_203_648),
    ("llama-3.1-405b", 405_853_388_800), ("mixtral-8x22b", 140_620_634_112),
    ("phi-2", 2_779_683_840), ("phi-3-mini", 3_821_079_552),
    ("phi-3-medium", 13_960_238_080),
    ("gemma-2-9b", 9_241_705_984), ("gemma-2-27b", 27_227_128_320),
    ("qwen3-8b", 8_190_735_360), ("qwen3-32b", 32_762_123_264),
    ("qwen3-30b-a3b", 30_532_122_624), ("qwen3-235b-a22b", 235_093_634_560),
    ("deepseek-v2-lite", 15_706_484_224), ("deepseek-v2", 235_741_434_880),
    ("gpt-oss-20b", 20_914_757_184), ("gpt-oss-120b", 116_829_156_672),
    ("minimax-m2.5", 228_689_748_992), ("qwen3.5-397b-a17b", 396_346_350_336),
    ("kimi-k2.5", 1_026_408_209_408),
  ])
  func `parameters add up to what the publisher counts`(name: String, count: Int) throws {
    #expect(try Models.named(name).parameters == count)
  }

  /// Falcon's published files hold the embedding a second time, as the head.
  @Test func `a Falcon's head is its embedding`() throws {
    let falcon = try Models.named("falcon-180b")
    #expect(falcon.parameters + 65024 * 14848 == 179_522_565_120)
  }

  /// With a table of 2,050 positions.
  @Test func `an OPT is counted with its positions`() throws {
    #expect(try Models.named("opt-13b").parameters == 12_853_473_280)
  }

  @Test func `a gated layer has three matrices and a plain one two`() {
    // QKV 8 x 16, output 8 x 8, gate and up 8 x 24, down 12 x 8, two norms; tables, last norm.
    #expect(tiny.parameters == 2 * (128 + 64 + 192 + 96 + 16) + 2 * 80 + 8)
    let plain = tiny.with { $0.changeDense { $0.isGated = false } }
    #expect(tiny.parameters - plain.parameters == 2 * 8 * 12)
  }

  /// In billions, as the models' cards round them: of all parameters, and of those that a token
  /// goes through. What predicts further tokens is not counted, nor the correction of routers.
  @Test(arguments: [
    ("mixtral-8x7b", 46.7, 12.9), ("mixtral-8x22b", 141, 39), ("qwen2-57b-a14b", 57.4, 14),
    ("qwen3-30b-a3b", 30.5, 3.3), ("qwen3-235b-a22b", 235, 22), ("deepseek-v2", 236, 21),
    ("deepseek-v2-lite", 15.7, 2.4), ("deepseek-v3", 671, 37), ("longcat-flash", 560, 27),
    ("gpt-oss-20b", 20.9, 3.6), ("gpt-oss-120b", 116.8, 5.1), ("qwen3.5-397b-a17b", 397, 17),
    ("minimax-m2.5", 229, 10),
  ])
  func `a mixture has the parameters of its card, all and active`(
    name: String, all: Double, active: Double
  ) throws {
    let model = try Models.named(name)
    #expect(abs(Double(model.parameters) / 1e9 / all - 1) < 0.005)
    // Some cards count the embedding and some do not.
    let table = Double(model.vocabulary * model.hidden) / 1e9
    let counted = Double(model.activeParameters) / 1e9
    #expect(counted - table < active + 0.5 && counted > active - 0.5)
  }

  @Test func `DeepSeek-V3 is counted without its correction of routers`() throws {
    let model = try Models.named("deepseek-v3")
    #expect(model.parameters + 58 * 256 == 671_026_419_200)
    #expect(model.activeParameters == 37_552_282_624)
  }

  /// Twelve choices of a token, none to all of which compute: 18.6, 27 on average, 31.3 billion
  /// (its report's abstract, and its card).
  @Test(arguments: [(0.0, 18.6), (8, 27), (12, 31.3)])
  func `LongCat-Flash has the active parameters published for tokens of all kinds`(
    computed: Double, billions: Double
  ) throws {
    let model = try Models.named("longcat-flash")
    let mixture = try #require(model.mixture)
    #expect(mixture.computedPerToken == 8 && mixture.perToken == 12)
    let each = model.expertLayers * mixture.parametersPerExpert(hidden: model.hidden)
    // Without the embedding, of which a token reads one row.
    let active =
      Double(model.activeParameters - model.vocabulary * model.hidden)
      + (computed - 8) * Double(each)
    #expect(abs(active / 1e9 - billions) < 0.15)
  }

  /// QKV down 8 x 12, query up 6 x 16, KV up 4 x 20, output 12 x 8; norms of 6 and 4 more.
  @Test func `latent attention has its own matrices`() {
    let latent = 96 + 96 + 80 + 96 + 10
    #expect(tinyLatent.parameters - tiny.parameters == 2 * (latent - 128 - 64))
  }

  /// The second layer has 4 experts of 144, shared ones of 96 and a router of 5 in place of 288.
  @Test func `a layer has experts or an MLP`() {
    #expect(tinyMixture.parameters - tiny.parameters == 4 * 144 + 96 + 40 - 288)
    #expect(tinyMixture.parameters - tinyMixture.activeParameters == 2 * 144)
  }

  @Test func `heads and results that are normalised have their weights`() {
    let heads = tiny.with { $0.changeAttention { $0.normalization = .head } }
    #expect(heads.parameters - tiny.parameters == 2 * 2 * 2)
    let all = tiny.with { $0.changeAttention { $0.normalization = .heads } }
    #expect(all.parameters - tiny.parameters == 2 * (4 + 2) * 2)
    let outputs = tiny.with { $0.blocks[0].outputNormalizations = 2 }
    #expect(outputs.parameters - tiny.parameters == 2 * 2 * 8)
  }

  @Test func `the largest stage has the layers that weigh most`() throws {
    let deepSeek = try Models.named("deepseek-v3").largestStage(of: 2)
    #expect(deepSeek.layers == 31 && deepSeek.denseLayers == 0 && deepSeek.expertLayers == 31)
    let longCat = try Models.named("longcat-flash").largestStage(of: 4)
    #expect(longCat.layers == 14 && longCat.denseLayers == 14 && longCat.expertLayers == 7)
    let llama = try Models.named("llama-2-7b").largestStage(of: 3)
    #expect(llama.layers == 11 && llama.denseLayers == 11)
    for model in Models.all { #expect(model.largestStage(of: 1) == model) }
  }

  @Test func `experts repeat the MLP and add a router`() {
    let mixture = tiny.with(experts: 4, perToken: 2)
    #expect(mixture.parameters - tiny.parameters == 2 * (3 * (192 + 96) + 8 * 4))
  }

  @Test func `biases are counted where they are`() {
    let biased = tiny.with { $0.setBiases(true) }
    #expect(biased.parameters - tiny.parameters == 2 * (16 + 8 + 24 + 8))
  }

  @Test func `names are told apart`() {
    #expect(Set(Models.all.map(\.name)).count == Models.all.count)
  }

  @Test func `an unknown model gets the nearest name and all the others`() {
    let error = #expect(throws: InputError.self) { try Models.named("Lama2-70B") }
    #expect(error?.problem == "there is no model \"Lama2-70B\"")
    #expect(error?.remedy.hasPrefix("did you mean llama-2-70b? there are llama-2-7b, ") == true)
  }
}
