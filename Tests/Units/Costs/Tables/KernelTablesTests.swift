import Support
import Testing

@testable import Costs

/// A table that has the same value everywhere.
func flatTable(
  _ operation: MeasuredOperation, _ format: NumberFormat = .bf16, variant: Int = 0,
  octaves: Double = 0, source: String = "by hand"
) -> KernelTable {
  let grid = Grid(axes: operation.axes(format).map { _ in [0] })
  return KernelTable(
    operation: operation, format: format, variant: variant, source: source, measurements: 1,
    times: TimeTable(grid: grid, octaves: [octaves]))
}

private func product(_ format: NumberFormat) -> Kernel {
  .gemm(rows: 5, outputs: 24, inputs: 8, format)
}

private func decode(headSize: Double, _ format: NumberFormat = .bf16) -> Kernel {
  .decode(
    sequences: 3, context: 100, window: 0, AttentionHeads(4, sharing: 2, size: headSize), format)
}

@Suite struct KernelTablesTests {
  @Test func `an octave is twice the estimate`() throws {
    let kernel = product(.bf16)
    for (octaves, factor) in [(0.0, 1.0), (1, 2), (-2, 0.25)] {
      let tables = KernelTables([flatTable(.gemm, octaves: octaves)])
      let seconds = try #require(tables.seconds(kernel, on: slow))
      #expect(agree(seconds, kernel.estimate(on: slow) * factor))
    }
  }

  @Test func `a kernel has the table of its format`() {
    let tables = KernelTables([.bf16, .fp8, .int8].map { flatTable(.gemm, $0) })
    for format in [NumberFormat.bf16, .fp8, .int8] {
      #expect(tables.table(for: product(format))?.format == format)
    }
    #expect(tables.table(for: decode(headSize: 128)) == nil)
    #expect(tables.seconds(decode(headSize: 128), on: slow) == nil)
  }

  @Test func `without its format a kernel has the table of 16 bits, or any`() {
    let tables = KernelTables([.int8, .bf16, .fp8].map { flatTable(.gemm, $0) })
    #expect(tables.table(for: product(.nvfp4))?.format == .bf16)
    let eight = KernelTables([flatTable(.gemm, .int8)])
    #expect(eight.table(for: product(.nvfp4))?.format == .int8)
    #expect(eight.table(for: product(.bf16))?.format == .int8)
  }

  @Test func `without its size of heads a kernel has the nearest`() {
    let tables = KernelTables([64, 128, 256].map { flatTable(.attentionDecode, variant: $0) })
    for (size, variant) in [(64.0, 64), (80, 64), (100, 128), (128, 128), (160, 128), (512, 256)] {
      #expect(tables.table(for: decode(headSize: size))?.variant == variant)
    }
  }

  @Test func `the format counts for more than the size of heads`() {
    let tables = KernelTables([
      flatTable(.attentionDecode, .bf16, variant: 512),
      flatTable(.attentionDecode, .fp8, variant: 64),
    ])
    #expect(tables.table(for: decode(headSize: 64))?.format == .bf16)
    #expect(tables.table(for: decode(headSize: 512, .fp8))?.format == .fp8)
  }

  @Test func `newer tables stand where those of their kind stood, others behind`() {
    let old = KernelTables([
      flatTable(.gemm, .bf16, octaves: 1), flatTable(.attentionDecode, variant: 64, octaves: 2),
    ])
    let new = old.replacing([
      flatTable(.attentionDecode, variant: 128, octaves: 3), flatTable(.gemm, .bf16, octaves: 4),
      flatTable(.gemm, .fp8, octaves: 5),
    ])
    #expect(new.all.map(\.times.octaves) == [[4], [2], [3], [5]])
    #expect(new.all.map(\.variant) == [0, 64, 128, 0])
    #expect(old.replacing([]) == old)
  }

  @Test func `only what is missing is borrowed, and says whose it is`() {
    let own = KernelTables([
      flatTable(.gemm, .bf16, octaves: 1), flatTable(.attentionDecode, variant: 64, octaves: 2),
    ])
    let other = KernelTables([
      flatTable(.gemm, .bf16, octaves: 6), flatTable(.gemm, .fp8, octaves: 7, source: "theirs"),
      flatTable(.attentionDecode, variant: 128, octaves: 8),
      flatTable(.allReduce, octaves: 9, source: "theirs"),
    ])
    let all = own.completed(by: other, of: "other").all
    #expect(all.map(\.times.octaves) == [[1], [2], [7], [9]])
    #expect(all.map(\.borrowedFrom) == [nil, nil, "other", "other"])
    #expect(all.suffix(2).allSatisfy { $0.source == "theirs" })
    let next = KernelTables().completed(by: KernelTables(all), of: "one").all
    #expect(next.map(\.borrowedFrom) == ["one", "one", "other", "other"])
    #expect(KernelTables().completed(by: other, of: "other").all.count == 4)
  }

  @Test func `what has no table takes as long as the roofline says`() throws {
    let list = try tiny.operations(for: batch(decodes: 5, chunks: [(3, 0)]), tensorParallel: 2)
    let (times, roofline) = (OperationTimes.measured, Roofline())
    for operation in list {
      #expect(times.seconds(operation, on: slow) == roofline.seconds(operation, on: slow))
    }
    var gpu = slow
    gpu.tables = KernelTables([flatTable(.gemm, octaves: 3)])
    let up = try #require(list.only(.up))
    let kernel = try #require(up.kernel)
    #expect(times.seconds(up, on: gpu) == 8 * kernel.estimate(on: slow))
    let sampling = try #require(list.only(.sampling))
    #expect(times.seconds(sampling, on: gpu) == roofline.seconds(sampling, on: gpu))
  }

  /// 2 x 5 x 8 x 24 FLOPs take 1,920 seconds at 1 a second, longer than the table says.
  @Test func `products that follow one another keep to the sustained rate`() throws {
    var gpu = slow
    gpu.tables = KernelTables([flatTable(.gemm, .bf16), flatTable(.gemm, .fp8)])
    gpu.sustainedRate = 1
    let up = try #require(try tiny.operations(for: batch(decodes: 5)).only(.up))
    #expect(OperationTimes.measured.seconds(up, on: gpu) == 1920)
    var eight = up
    eight.format = .fp8
    #expect(OperationTimes.measured.seconds(eight, on: gpu) < 10)
    gpu.sustainedRate = 1e9
    #expect(OperationTimes.measured.seconds(up, on: gpu) == up.kernel?.estimate(on: slow))
  }
}
