import Foundation
import Testing

@testable import Costs

private func points(_ values: [SIMD4<Double>]) -> [TableFit.Point] {
  values.map { TableFit.Point(coordinates: $0, octaves: 0) }
}

@Suite struct KnotsTests {
  @Test func `an axis runs from the least coordinate to the greatest`() {
    let grid = Knots.grid(
      for: .allReduce, .bf16,
      points([SIMD4(1, 10.5, 0, 0), SIMD4(3, 13.25, 0, 0), SIMD4(2, 12, 0, 0)]))
    #expect(grid.axes == [[1, 2, 3], [10.5, 11, 12, 13, 13.25]])
  }

  @Test func `coordinates that are all the same make one knot`() {
    let grid = Knots.grid(for: .allReduce, .bf16, points([SIMD4(1, 10, 0, 0), SIMD4(1, 12, 0, 0)]))
    #expect(grid.axes[0] == [1])
  }

  @Test func `no two knots are closer than a file can tell apart`() throws {
    let sizes = [1_000_000.0, 1_000_000.4, 1_000_001]
    let grid = Knots.grid(
      for: .normalization, .bf16, points(sizes.map { SIMD4(log2($0), 0, 0, 0) }))
    let table = KernelTable(
      operation: .normalization, format: .bf16, variant: 0, source: "by hand", measurements: 3,
      times: TimeTable(grid: grid, octaves: [Double](repeating: 0, count: grid.cells)))
    #expect(throws: Never.self) { try GPUFile.Table(table).table(in: "here") }
  }

  @Test(arguments: MeasuredOperation.allCases)
  func `every table has as many axes as its operation`(operation: MeasuredOperation) {
    for format in NumberFormat.allCases {
      let axes = operation.axes(format)
      #expect((1...4).contains(axes.count) && Set(axes).count == axes.count)
      let grid = Knots.grid(
        for: operation, format, points([SIMD4(repeating: 1), SIMD4(repeating: 6)]))
      #expect(grid.dimensions == axes.count)
    }
  }
}
