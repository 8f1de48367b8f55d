import Foundation
import Support
import Testing

@testable import Costs

@Suite struct ExpertKernelTests {
  /// Eight kernels of 2 us each.
  private let start = 16e-6

  /// Two tokens of two in four experts, of two 8 x 6 matrices and one 6 x 8.
  private var work: ExpertWork {
    var work = ExpertWork(tokens: 2, experts: 4, perToken: 2, hidden: 8, intermediate: 6)
    work.distinct = 3
    return work
  }

  /// Four pairs fill tiles of 64 rows, half of each expert's last one empty: 4 + 3 x 32 rows of 144
  /// weights. Each pair moves 3 x 8 + 6 x 6 elements, and 8 are added up.
  @Test func `experts take the longer of weights and arithmetic, then the traffic of pairs`() {
    let kernel = Kernel.experts(work, .bf16)
    #expect(kernel.flops == 2 * 100 * 144 && kernel.memoryBytes == 3 * 144 * 2)
    #expect(kernel.otherBytes == (4 * 60 + 4 * 8) * 2)
    #expect(agree(kernel.estimate(on: slow), 28800.0 / 1000 + 544.0 / 100 + start))
    var quick = slow
    quick.peaks.bf16 = 1e9
    #expect(agree(kernel.estimate(on: quick), 864.0 / 100 + 544.0 / 100 + start))
    #expect(kernel.point == SIMD4(1, log2(3), log2(6), 1))
  }

  @Test func `experts without a gate have two matrices`() {
    var plain = work
    plain.matrices = 2
    let kernel = Kernel.experts(plain, .bf16)
    #expect(kernel.memoryBytes == 3 * 96 * 2 && kernel.flops == 2 * 100 * 96)
    #expect(kernel.otherBytes == (4 * (24 + 24) + 32) * 2)
  }

  @Test func `formats change the bytes of weights alone`() {
    let kernels = [NumberFormat.bf16, .fp8, .int4Weight].map { Kernel.experts(work, $0) }
    let bytes: [Double] = [864, 432, 222.75]
    #expect(kernels.map(\.memoryBytes) == bytes)
    #expect(Set(kernels.map(\.flops)).count == 1 && Set(kernels.map(\.otherBytes)).count == 1)
  }

  /// Four tokens of two in eight experts, on one GPU or two.
  @Test func `experts that take turns are all reached once there are pairs enough`() {
    let turns = [1.0, 2, 4, 5].map {
      ExpertWork(tokens: $0, experts: 8, perToken: 2, hidden: 8, intermediate: 6)
    }
    #expect(turns.map(\.distinct) == [2, 4, 8, 8] && turns.map(\.pairs) == [2, 4, 8, 10])
    let divided = [1.0, 2, 4, 5].map {
      ExpertWork(tokens: $0, experts: 8, perToken: 2, hidden: 8, intermediate: 6, divided: 4)
    }
    #expect(divided.map(\.distinct) == [1, 1, 2, 2] && divided.map(\.pairs) == [1, 1, 2, 2.5])
  }

  @Test func `widths that loads do not divide, and divided experts, have tables of their own`() {
    let variants = [(768.0, 1.0), (88, 1), (768, 8), (88, 8)].map { width, divided in
      Kernel.experts(
        ExpertWork(
          tokens: 64, experts: 128, perToken: 8, hidden: 2048, intermediate: width,
          divided: divided), .bf16
      ).variant
    }
    #expect(variants == [0, 1, 2, 3])
  }

  /// 64 tokens of Mixtral reach all of its experts but a few in a thousand.
  @Test func `a model's experts are priced by those that tokens reach`() throws {
    let model = try Models.named("mixtral-8x7b")
    let list = try model.operations(for: batch(decodes: 64, context: 64), tensorParallel: 2)
    var work = ExpertWork(
      tokens: 64, experts: 8, perToken: 2, hidden: 4096, intermediate: 7168)
    work.distinct = 8 * (1 - pow(0.75, 64))
    #expect(list.only(.experts)?.kernel == .experts(work, .bf16))
  }

  @Test func `no tokens are a place in the table, too`() {
    let kernel = Kernel.experts(
      ExpertWork(tokens: 0, experts: 8, perToken: 2, hidden: 8, intermediate: 6), .bf16)
    let grid = Grid(axes: [[0, 1], [0, 1], [2, 3], [0, 1]])
    let table = TimeTable(grid: grid, octaves: [Double](repeating: 0.5, count: grid.cells))
    #expect(table.octaves(at: kernel.point) == 0.5)
  }
}
