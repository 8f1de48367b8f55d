import Serving
import Support
import Testing

@testable import Costs

/// Rows of aiconfigurator-core 0.12.0 (NVIDIA, Apache-2.0), H100.
@Suite struct `Kernels of mixers other than attention` {
  private func seconds(_ operation: Operation) throws -> Double {
    OperationTimes.measured.seconds(operation, on: try gpu("h100-sxm"))
  }

  /// Qwen3.5-397B's gated delta rule, vLLM 0.24.
  private func delta(heads: Int, keyHeads: Int) -> ShardRecurrent {
    ShardRecurrent(
      Recurrent(.gatedDelta, heads: heads, valueSize: 128, keyHeads: keyHeads, keySize: 128),
      layers: 1)
  }

  @Test(arguments: [
    (1, 1024, 60.392e-6), (1, 8192, 391.44e-6), (8, 256, 93.370e-6), (8, 8192, 1736.7e-6),
    (32, 1024, 936.5e-6),
  ])
  func `a prompt's recurrence takes about what was measured`(
    _ prompts: Int, _ tokens: Int, _ measured: Double
  ) throws {
    let operation = delta(heads: 64, keyHeads: 16)
      .prefill(tokens: Double(prompts * tokens), sequences: Double(prompts))
    // Nine of ten rows kept out are within 16 %: Reports/calibration.
    #expect(abs(try seconds(operation) / measured - 1) < 0.2)
  }

  @Test(arguments: [
    (16, 1, 4.3734e-6), (16, 128, 95.507e-6), (4, 16, 5.5914e-6), (4, 128, 18.965e-6),
  ])
  func `a decode's recurrence takes what was measured`(
    _ heads: Int, _ sequences: Int, _ measured: Double
  ) throws {
    let operation = delta(heads: heads, keyHeads: heads).decode(sequences: Double(sequences))
    #expect(abs(try seconds(operation) / measured - 1) < 0.08)
  }

  /// FlashMLA's kernel takes as long whether or not there is as much to choose from, SGLang 0.5.14.
  @Test(arguments: [(512, 234.39e-6), (16384, 7912.9e-6), (8192, 3966.1e-6)])
  func `attention to chosen latents takes what was measured`(
    _ tokens: Double, _ measured: Double
  ) throws {
    let kernel = Kernel.sparseLatent(tokens: tokens, chosen: 2048, heads: 64, .bf16)
    let gpu = try gpu("h100-sxm")
    let known = try #require(gpu.tables.seconds(kernel, on: gpu))
    #expect(abs(known / measured - 1) < 0.1)
    // Fewer heads fill no less of a tile.
    let few = Kernel.sparseLatent(tokens: tokens, chosen: 2048, heads: 16, .bf16)
    #expect(few.flops == kernel.flops)
  }

  @Test func `a mixer without a convolution has no operation for one`() {
    var lightning = Recurrent(.lightning, heads: 4, valueSize: 8, keyHeads: 4, keySize: 8)
    lightning.convolution = 0
    let shard = ShardRecurrent(lightning, layers: 2)
    #expect(shard.convolution(tokens: 9, sequences: 1, isDecode: false) == nil)
    #expect(
      delta(heads: 4, keyHeads: 2).convolution(tokens: 9, sequences: 1, isDecode: false) != nil)
  }
}
