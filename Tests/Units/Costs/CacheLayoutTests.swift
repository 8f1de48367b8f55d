import Serving
import Testing

@testable import Costs

/// Figures of vLLM's hybrid cache manager: its design document, and what engines logged
/// (`reference/data/checks.csv`).
@Suite struct CacheLayoutTests {
  private func layout(
    _ model: Model, cache: NumberFormat = .bf16, slides: Bool = true
  ) throws -> CacheLayout {
    CacheLayout(of: try Shard(of: model.with { $0.cache = cache }), blockSize: 16, slides: slides)
  }

  /// The design document: 52 layers with a window and 10 without, in groups of 10, the last padded.
  @Test func `Gemma 3 has seven groups of ten layers`() throws {
    let gemma = try Models.named("gemma-3-27b")
    let layout = try layout(gemma)
    #expect(layout.layersPerGroup == 10)
    #expect(layout.groups == CacheGroups(windows: [Int](repeating: 1024, count: 6)))
    #expect(layout.blockBytes == 10 * 16 * 2 * 16 * 128 * 2)
    // The gate of vLLM 0.33: a window and what is in flight, and a block more.
    #expect(layout.blocks(for: 131_072, most: 8192) == 8192 + 6 * ((1023 + 8192 + 15) / 16 + 1))
    #expect(layout.blocks(for: 160, most: 8192) == 7 * 10)
    let whole = try self.layout(gemma, slides: false)
    #expect(whole.groups == CacheGroups() && whole.blockBytes == 62 * 16 * 2 * 16 * 128 * 2)
  }

  /// Qwen3.5: heads of 256, states of 128 by 128 in float32, a convolution of 4 in bfloat16.
  private func hybrid(
    hidden: Int, layers: Int, keyValueHeads: Int, stateHeads: Int, bytesPerState: Int = 4
  ) -> Model {
    var delta = Recurrent(
      .gatedDelta, heads: stateHeads, valueSize: 128, keyHeads: 16, keySize: 128)
    delta.bytesPerState = bytesPerState
    var model = Model(
      name: "hybrid", source: "by hand", layers: layers, hidden: hidden, heads: 16,
      keyValueHeads: keyValueHeads, headSize: 256, intermediate: 12288, vocabulary: 248_320,
      maxPositions: 262_144)
    model.changeLayers { layer, block in
      if layer % 4 != 3 { block.mixers = [.recurrent(delta)] }
    }
    return model
  }

  /// Blocks of attention that engines logged beside states, in tokens, and the share by which a
  /// state is padded to them.
  @Test(arguments: [
    (keyValueHeads: 4, stateHeads: 32, state: 4, cache: NumberFormat.bf16, tokens: 528, 0.0076),
    (4, 32, 4, .fp8, 1056, 0.0076), (2, 32, 4, .bf16, 1056, 0.0076),
    (4, 48, 4, .bf16, 784, 0.0013), (2, 32, 2, .bf16, 544, 0.0149),
  ])
  func `attention's block grows until it is as large as a state`(
    keyValueHeads: Int, stateHeads: Int, state: Int, cache: NumberFormat, tokens: Int,
    padding: Double
  ) throws {
    let model = hybrid(
      hidden: 4096, layers: 32, keyValueHeads: keyValueHeads, stateHeads: stateHeads,
      bytesPerState: state)
    let layout = try layout(model, cache: cache)
    #expect(layout.blockSize == tokens)
    #expect(layout.groups == CacheGroups(whole: 1, states: 3) && layout.layersPerGroup == 8)
    let bytes = Double(model.blocks[0].recurrents[0].bytesPerSequence)
    let page = Double(layout.blockBytes) / 8
    #expect(abs(page / bytes - 1 - padding) < 0.00006)
  }

  @Test func `a model of states alone holds a block of each sequence`() throws {
    var mamba = Recurrent(.mamba2, heads: 128, valueSize: 64, keyHeads: 8, keySize: 128)
    mamba.bytesPerState = 2
    let model = Model(
      name: "mamba", source: "by hand", hidden: 4096, vocabulary: 256_000, maxPositions: 8192,
      blocks: [Block(layers: 56, [.recurrent(mamba)], [])])
    let layout = try layout(model)
    #expect(layout.groups == CacheGroups(whole: 0, states: 1))
    // 56 layers of 128 x 64 x 128 elements, and 3 tokens of 8,192 and 2 x 8 x 128, in 2 bytes.
    #expect(layout.blockBytes == 56 * 2 * (128 * 64 * 128 + 3 * (8192 + 2048)))
    #expect(layout.tokens(in: 0, most: 1) == 0 && layout.tokens(in: 1, most: 1) > 1 << 30)
  }
}
