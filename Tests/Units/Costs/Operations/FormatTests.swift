import Serving
import Support
import Testing

@testable import Costs

@Suite struct FormatTests {
  /// 5 rows of 8 inputs and 24 results in bfloat16, with a matrix of 192.
  @Test(
    arguments: [
      (NumberFormat.bf16, 384.0, 80.0), (.fp8, 192, 40), (.fp8Block, 192.046875, 41.25),
      (.int8, 192, 40), (.int8Weight, 192, 80), (.int4Weight, 99, 80), (.nvfp4, 108, 22.5),
    ] as [(NumberFormat, Double, Double)])
  func `a product reads weights and inputs in their format and writes bfloat16`(
    format: NumberFormat, weights: Double, inputs: Double
  ) throws {
    let model = tiny.with { $0.weights = format }
    let up = try #require(try model.operations(for: batch(decodes: 5)).only(.up))
    #expect(up.format == format)
    #expect(agree(up.weightBytes, weights))
    #expect(agree(up.memoryBytes, weights + inputs + 240))
    #expect(up.flops == 2 * 5 * 192)
  }

  @Test(arguments: NumberFormat.allCases)
  func `embedding, router, normalisations and head stay as they are`(format: NumberFormat) throws {
    let kept: Set = [
      Operation.Name.embedding, .router, .normalization, .head, .rotaryAndCache, .activation,
      .combine, .absorbQuery, .absorbValue, .finalNormalization, .sampling,
    ]
    for model in [tinyMixture, tinyLatent] {
      let plain = try model.operations(for: batch(decodes: 5))
      let list = try model.with { $0.weights = format }.operations(for: batch(decodes: 5))
      for (operation, same) in zip(list, plain) where kept.contains(operation.name) {
        #expect(operation == same)
      }
      for operation in list where operation.group == .linear && !kept.contains(operation.name) {
        #expect(operation.format == format)
      }
    }
  }

  @Test func `experts are quantised as other products are`() throws {
    let model = tinyMixture.with { $0.weights = .fp8 }
    let experts = try #require(try model.operations(for: batch(decodes: 2)).only(.experts))
    #expect(experts.format == .fp8 && experts.weightBytes == 432)
    // Four pairs read 8 and 6 inputs of a byte less each.
    #expect(experts.memoryBytes == 1376 - 432 - 56)
  }

  @Test func `a cache of 8-bit floats is read and written in half the bytes`() throws {
    for model in [tiny, tinyLatent] {
      let small = model.with { $0.cache = .fp8 }
      let lists = try [model, small].map { try $0.operations(for: batch(decodes: 3, context: 10)) }
      let attention = try lists.map { try #require($0.only(.decodeAttention)) }
      let cached = model.latent.map { $0.cachedElements } ?? 8
      #expect(attention[0].memoryBytes - attention[1].memoryBytes == Double(33 * cached))
      #expect(attention.map(\.format) == [.bf16, .fp8])
      let rotary = try lists.map { try #require($0.only(.rotaryAndCache)) }
      #expect(rotary[0].memoryBytes - rotary[1].memoryBytes == Double(3 * cached))
      let held = try [model, small].map { try Shard(of: $0).keyValueBytesPerToken }
      #expect(held == [2 * 2 * cached, 2 * cached])
    }
  }

  /// Of 8.03 billion parameters, two tables of 128,256 rows and 65 normalisations stay in 16 bits.
  @Test(arguments: [
    (NumberFormat.fp8, 1.0), (.int8Weight, 1), (.int4Weight, 0.515625), (.nvfp4, 0.5625),
  ])
  func `weights take the bytes of their format, tables two each`(
    format: NumberFormat, bytes: Double
  ) throws {
    let model = try Models.named("llama-3-8b").with { $0.weights = format }
    let plain = 2 * 128_256 * 4096 + 65 * 4096
    let linear = 8_030_261_248 - plain
    #expect(try Shard(of: model).weightBytes == 2 * plain + Int(Double(linear) * bytes))
  }

  /// DeepSeek-V3 has 512 x 128 x 256 such parameters a layer.
  @Test func `quantised latent attention keeps what decodes absorb in 16 bits`() throws {
    let model = try Models.named("deepseek-v3")
    let shard = try Shard(of: model, tensorParallel: 8)
    let scaled = shard.weightBytes
    let fp8 = try Shard(of: model.with { $0.weights = .fp8 }, tensorParallel: 8).weightBytes
    let copies = 61 * 512 * 16 * 256 * 2
    let plain = try Shard(of: model.with { $0.weights = .bf16 }, tensorParallel: 8).weightBytes
    #expect(fp8 - copies > plain / 2 && fp8 - copies < plain * 51 / 100)
    #expect(scaled > fp8)
  }
}
