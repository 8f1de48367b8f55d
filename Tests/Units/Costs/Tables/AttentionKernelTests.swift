import Foundation
import Support
import Testing

@testable import Costs

private let start = 2e-6
/// 4 query heads of 8 elements, two of which share keys and values.
private let heads = AttentionHeads(4, sharing: 2, size: 8)

private func prefill(
  _ chunks: [(tokens: Double, context: Double)], window: Double = 0, _ format: NumberFormat = .bf16
) -> Kernel {
  var work = PrefillWork(heads: 4, keyValueHeads: 2, window: window)
  for chunk in chunks { work.add(tokens: chunk.tokens, context: chunk.context) }
  return .prefill(work, heads, format)
}

@Suite struct AttentionKernelTests {
  /// 4 tiles of 128 rows walk over 78.5 keys and 64 in flight: 4 x 128 x 8 FLOPs a key. The
  /// longest, of 128 keys, occupies one of 108 multiprocessors alone.
  @Test func `a prompt takes as long as its tiles, and as the longest of them`() {
    let kernel = prefill([(100, 28)])
    let perKey = 4.0 * 128 * 8
    #expect(kernel.flops == perKey * 4 * 142.5 && kernel.serialFlops == perKey * 128)
    #expect(agree(kernel.estimate(on: slow), perKey * (570 + 128 * 108) / 1000 + start))
    #expect(kernel.point == SIMD4(1, log2(256 / 142.5), log2(78.5), 0))
    #expect(kernel.variant == 8)
  }

  /// Queries and results of 100 tokens in 4 heads, keys and values of 128 in 2; with arithmetic
  /// for nothing.
  @Test func `a prompt moves queries, results, keys and values`() {
    var gpu = slow
    gpu.peaks.bf16 = 1e12
    let bytes = 2 * 2.0 * 100 * 32 + 2 * 2.0 * 128 * 16
    #expect(agree(prefill([(100, 28)]).estimate(on: gpu), bytes / 100 + start))
    gpu.peaks.fp8 = 1e12
    let small = 2 * 2.0 * 100 * 32 + 2 * 1.0 * 128 * 16
    #expect(agree(prefill([(100, 28)], .fp8).estimate(on: gpu), small / 100 + start))
  }

  /// Queries and results of 3 tokens in 4 heads of 8; keys and values of 100 each in 2.
  @Test func `decodes take as long as reading what they attend to`() {
    let kernel = Kernel.decode(sequences: 3, context: 100, window: 0, heads, .bf16)
    #expect(agree(kernel.estimate(on: slow), (3 * 128 + 3 * 100 * 64) / 100 + start))
    #expect(kernel.point == SIMD4(1, 1, log2(3) + 1, log2(100)))
    let small = Kernel.decode(sequences: 3, context: 100, window: 0, heads, .fp8)
    #expect(agree(small.estimate(on: slow), (3 * 128 + 3 * 100 * 32) / 100 + start))
  }

  /// Layers with a window have tables of their own.
  @Test func `a window and a tile of keys bound what a decode reads`() {
    func decode(_ context: Double, window: Double) -> Kernel {
      var kernel = Kernel.decode(sequences: 3, context: context, window: window, heads, .bf16)
      #expect((kernel.variant > 1000) == (window > 0))
      kernel.variant = 0
      return kernel
    }
    /// What is read comes in whole tiles; what the data sheet allows at least does not.
    func tiles(_ context: Double, window: Double) -> Kernel {
      var kernel = decode(context, window: window)
      (kernel.leastFlops, kernel.leastBytes) = (0, 0)
      return kernel
    }
    #expect(decode(100, window: 50) == decode(50, window: 0))
    #expect(decode(40, window: 50) == decode(40, window: 0))
    #expect(tiles(1, window: 0) == tiles(32, window: 0))
    #expect(tiles(9000, window: 8) == tiles(32, window: 0))
  }

  /// 2 decodes of 100 latents of 576 elements in 2 bytes, and for each of 4 heads a query of 576
  /// and a result of 512.
  @Test func `latent decodes read the latents once for all heads`() {
    let kernel = Kernel.latentDecode(sequences: 2, context: 100, heads: 4, .bf16)
    let (pairs, latents, rows): (Int, Int, Int) = (2 * 100 * 4, 2 * 100 * 576, 2 * 4 * 1088)
    #expect(kernel.flops == Double(2 * pairs * 1088))
    #expect(kernel.memoryBytes == Double(2 * latents + 2 * rows))
    let point: SIMD4<Double> = [2, 1, log2(100), 0]
    #expect(kernel.point == point)
  }

  /// Products of 192 with keys and of 128 with values for each pair.
  @Test func `latent prompts compute with expanded keys and values`() {
    var work = PrefillWork(heads: 4, keyValueHeads: 4, window: 0)
    work.add(tokens: 128, context: 0)
    let kernel = Kernel.latentPrefill(work, heads: 4, .bf16)
    let pairs: Double = 128 * (64.5 + 64)
    #expect(kernel.flops == pairs * Double(2 * 320 * 4))
    #expect(kernel.memoryBytes == Double(2 * 4 * 320 * 256))
  }

  @Test(arguments: [0.0, 50])
  func `no attention gets shorter when one of its sizes grows`(window: Double) {
    var random = SeededNumbers(state: 91)
    func size(_ range: ClosedRange<Int>) -> Double {
      Double(Int.random(in: range, using: &random))
    }
    for _ in 0..<500 {
      let other = (tokens: size(1...300), context: size(0...900))
      let (tokens, context) = (size(1...600), size(0...3000))
      let base = prefill([other, (tokens, context)], window: window).estimate(on: slow)
      for larger in [
        prefill([other, (tokens + 1, context)], window: window),
        prefill([other, (tokens, context + 1)], window: window),
        prefill([other, (tokens, context), (1, 0)], window: window),
      ] {
        #expect(larger.estimate(on: slow) >= base * (1 - 1e-12))
      }
      let decode = Kernel.decode(
        sequences: tokens, context: context, window: window, heads, .bf16
      ).estimate(on: slow)
      for (sequences, context) in [(tokens + 1, context), (tokens, context + 1)] {
        let larger = Kernel.decode(
          sequences: sequences, context: context, window: window, heads, .bf16)
        #expect(larger.estimate(on: slow) >= decode)
      }
    }
  }
}
