import Support
import Testing

@testable import Costs

/// The value at `point`, axis by axis from the definition.
private func interpolated(
  _ axes: ArraySlice<[Double]>, _ values: ArraySlice<Double>, at point: [Double]
) -> Double {
  guard let knots = axes.first else { return values[values.startIndex] }
  let size = values.count / knots.count
  func at(_ knot: Int) -> Double {
    let start = values.startIndex + knot * size
    return interpolated(
      axes.dropFirst(), values[start..<start + size], at: Array(point.dropFirst()))
  }
  if point[0] <= knots[0] { return at(0) }
  for knot in 1..<knots.count where point[0] <= knots[knot] {
    let share = (point[0] - knots[knot - 1]) / (knots[knot] - knots[knot - 1])
    return (1 - share) * at(knot - 1) + share * at(knot)
  }
  return at(knots.count - 1)
}

extension SeededNumbers {
  fileprivate mutating func table(_ dimensions: Int) -> TimeTable {
    let grid = Grid(axes: axes(dimensions))
    return TimeTable(
      grid: grid, octaves: (0..<grid.cells).map { _ in Double.random(in: -3...3, using: &self) })
  }
}

@Suite struct TimeTableTests {
  @Test(arguments: [
    (0.0, 10.0), (1, 20), (3, 0), (0.25, 12.5), (2, 10), (2.5, 5), (-5, 10), (7, 0),
  ])
  func `a value is exact at knots, linear between them and constant beyond`(
    x: Double, octaves: Double
  ) {
    let table = TimeTable(grid: Grid(axes: [[0, 1, 3]]), octaves: [10, 20, 0])
    #expect(table.octaves(at: SIMD4(x, 9, 9, 9)) == octaves)
  }

  /// Halfway between 1 and 2, and between 5 and 10; halfway between those.
  @Test func `two axes are linear in each`() {
    let table = TimeTable(grid: Grid(axes: [[0, 2], [0, 4]]), octaves: [1, 2, 5, 10])
    #expect(table.octaves(at: SIMD4(0, 2, 0, 0)) == 1.5)
    #expect(table.octaves(at: SIMD4(2, 2, 0, 0)) == 7.5)
    #expect(table.octaves(at: SIMD4(1, 2, 0, 0)) == 4.5)
    #expect(table.octaves(at: 1, 2) == 4.5)
  }

  @Test(arguments: 1...4)
  func `a table says what its definition says`(dimensions: Int) {
    var random = SeededNumbers(state: 31)
    for _ in 0..<40 {
      let table = random.table(dimensions)
      for _ in 0..<40 {
        let point = random.point(in: table.grid)
        let coordinates = (0..<dimensions).map { point[$0] }
        let expected = interpolated(table.grid.axes[...], table.octaves[...], at: coordinates)
        #expect(abs(table.octaves(at: point) - expected) < 1e-9)
      }
    }
  }

  /// Knots that a file shows with six digits are even, but not to the last of them.
  @Test func `knots that are nearly even are as good as even`() {
    let exact = (0...20).map { Double($0) }
    let rounded = exact.enumerated().map { $1 + 1e-5 * ($0 % 3 == 0 ? 1 : -1) }
    let values = exact.map { $0 * $0 / 40 }
    let table = TimeTable(grid: Grid(axes: [rounded]), octaves: values)
    for step in 0...400 {
      let x = Double(step) / 20
      let expected = interpolated([rounded], values[...], at: [x])
      #expect(abs(table.octaves(at: SIMD4(x, 0, 0, 0)) - expected) < 1e-4)
    }
  }

  @Test(arguments: [(2, 1), (3, 1), (3, 2), (4, 1), (4, 2), (4, 3), (4, 0)])
  func `a slice says what the whole table says there`(dimensions: Int, axis: Int) {
    var random = SeededNumbers(state: 41)
    for _ in 0..<40 {
      let table = random.table(dimensions)
      let point = random.point(in: table.grid)
      let slice = table.slice(at: point, from: axis)
      #expect(slice.grid.axes == Array(table.grid.axes[axis...]))
      for _ in 0..<20 {
        var other = random.point(in: table.grid)
        for leading in 0..<axis { other[leading] = point[leading] }
        var rest = SIMD4<Double>.zero
        for trailing in axis..<dimensions { rest[trailing - axis] = other[trailing] }
        #expect(abs(slice.octaves(at: rest) - table.octaves(at: other)) < 1e-9)
      }
    }
  }
}
