import Support
import Testing

@testable import Costs

@Suite struct GridTests {
  @Test func `a grid has a cell for each combination of knots`() {
    let grid = Grid(axes: [[1, 2], [0], [3, 5, 9]])
    #expect(grid.cells == 6 && grid.dimensions == 3)
    #expect(grid.axes == [[1, 2], [0], [3, 5, 9]])
    // The last axis is contiguous.
    #expect([0, 1, 2].map { grid.strides[$0] } == [3, 3, 1])
  }

  /// A quarter of the way along the first axis, half of it along the second.
  @Test func `corners have the parts that they are near`() {
    var parts = [Double](repeating: 0, count: 4)
    Grid(axes: [[0, 4], [10, 12]]).forEachCorner(of: SIMD4(1, 11, 0, 0)) { parts[$0] += $1 }
    #expect(parts == [0.375, 0.375, 0.125, 0.125])
  }

  @Test func `a knot is a corner alone, and so is what lies beyond the grid`() {
    let grid = Grid(axes: [[0, 4, 5], [10, 12]])
    for (point, cell) in [
      (SIMD4(4.0, 12, 0, 0), 3), (SIMD4(-7, 9, 0, 0), 0), (SIMD4(99, 99, 0, 0), 5),
      (SIMD4(5, 0, 0, 0), 4),
    ] {
      var corners: [Int] = []
      grid.forEachCorner(of: point) { corner, part in
        corners.append(corner)
        #expect(part == 1)
      }
      #expect(corners == [cell])
    }
  }

  @Test(arguments: 1...4)
  func `the parts of corners add up to one`(dimensions: Int) {
    var random = SeededNumbers(state: 21)
    for _ in 0..<50 {
      let grid = Grid(axes: random.axes(dimensions))
      for _ in 0..<50 {
        var sum = 0.0
        var center = SIMD4<Double>.zero
        let point = random.point(in: grid)
        grid.forEachCorner(of: point) { cell, part in
          sum += part
          for axis in 0..<dimensions {
            let knots = grid.axes[axis]
            center[axis] += part * knots[cell / grid.strides[axis] % knots.count]
          }
        }
        #expect(abs(sum - 1) < 1e-12)
        // Weighted by their parts, corners are at the point, or at the edge nearest to it.
        for axis in 0..<dimensions {
          let knots = grid.axes[axis]
          let inside = min(max(point[axis], knots[0]), knots[knots.count - 1])
          #expect(abs(center[axis] - inside) < 1e-9)
        }
      }
    }
  }
}

extension SeededNumbers {
  /// Axes of one to eight knots, which are evenly far apart on some of them.
  mutating func axes(_ dimensions: Int) -> [[Double]] {
    (0..<dimensions).map { _ in
      var knot = Double.random(in: -5...5, using: &self)
      let isEven = Bool.random(using: &self)
      let step = Double.random(in: 0.1...3, using: &self)
      return (0..<Int.random(in: 1...8, using: &self)).map { _ in
        defer { knot += isEven ? step : Double.random(in: 0.01...4, using: &self) }
        return knot
      }
    }
  }

  /// A point in `grid`, beside it, or on knots of it.
  mutating func point(in grid: Grid) -> SIMD4<Double> {
    var point = SIMD4<Double>.zero
    for (axis, knots) in grid.axes.enumerated() {
      let range = knots[0] - 1...knots[knots.count - 1] + 1
      point[axis] =
        Int.random(in: 0..<4, using: &self) == 0
        ? knots[Int.random(in: 0..<knots.count, using: &self)]
        : Double.random(in: range, using: &self)
    }
    return point
  }
}
