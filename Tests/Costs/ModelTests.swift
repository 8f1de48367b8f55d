import Serving
import Testing

@testable import Costs

@Suite struct ModelTests {
  /// Parameters as counted on the models' pages on Hugging Face.
  @Test(arguments: [
    ("llama-2-7b", 6_738_415_616), ("llama-2-13b", 13_015_864_320),
    ("llama-2-70b", 68_976_648_192), ("llama-3-8b", 8_030_261_248),
    ("llama-3-70b", 70_553_706_496), ("codellama-34b", 33_743_970_304),
    ("mistral-7b", 7_241_732_096), ("mixtral-8x7b", 46_702_792_704),
    ("yi-34b", 34_388_917_248), ("qwen2.5-7b", 7_615_616_512),
    ("qwen2.5-32b", 32_763_876_352), ("qwen2.5-72b", 72_706_203_648),
  ])
  func `parameters add up to what the publisher counts`(name: String, count: Int) throws {
    #expect(try Models.named(name).parameters == count)
  }

  /// Falcon's published files hold the embedding a second time, as the head.
  @Test func `a Falcon's head is its embedding`() throws {
    let falcon = try Models.named("falcon-180b")
    #expect(falcon.parameters + 65024 * 14848 == 179_522_565_120)
  }

  @Test func `a gated layer has three matrices and a plain one two`() {
    // QKV 8 x 16, output 8 x 8, gate and up 8 x 24, down 12 x 8, two norms; tables, last norm.
    #expect(tiny.parameters == 2 * (128 + 64 + 192 + 96 + 16) + 2 * 80 + 8)
    var plain = tiny
    plain.isGated = false
    #expect(tiny.parameters - plain.parameters == 2 * 8 * 12)
  }

  @Test func `experts repeat the MLP and add a router`() {
    let mixture = tiny.with(experts: 4, perToken: 2)
    #expect(mixture.parameters - tiny.parameters == 2 * (3 * (192 + 96) + 8 * 4))
  }

  @Test func `biases are counted where they are`() {
    let biased = tiny.with(biases: [.queryKeyValue, .attentionOutput, .mlp])
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
