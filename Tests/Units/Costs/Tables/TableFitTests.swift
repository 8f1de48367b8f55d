import Support
import Testing

@testable import Costs

/// Linear in each of two coordinates.
private func truth(_ x: Double, _ y: Double) -> Double { 1 + 0.3 * x - 0.2 * y + 0.05 * x * y }

private let grid = Grid(axes: [[0, 1, 2, 3.5, 5], [0, 1, 2, 3]])

extension SeededNumbers {
  fileprivate mutating func points(_ count: Int, noise: Double = 0) -> [TableFit.Point] {
    (0..<count).map { _ in
      let x = Double.random(in: 0...5, using: &self)
      let y = Double.random(in: 0...3, using: &self)
      let error = noise == 0 ? 0 : Double.random(in: -noise...noise, using: &self)
      return TableFit.Point(coordinates: SIMD4(x, y, 0, 0), octaves: truth(x, y) + error)
    }
  }
}

/// How far `table` is from the truth, at most, at knots and between them.
private func worst(_ table: TimeTable) -> Double {
  var worst = 0.0
  for column in 0...20 {
    for row in 0...12 {
      let (x, y) = (Double(column) / 4, Double(row) / 4)
      worst = max(worst, abs(table.octaves(at: x, y) - truth(x, y)))
    }
  }
  return worst
}

@Suite struct TableFitTests {
  @Test func `what is linear in each coordinate is found again`() {
    var random = SeededNumbers(state: 61)
    let table = TableFit(random.points(500), on: grid, smoothness: 0.1).table()
    #expect(worst(table) < 0.001)
  }

  @Test func `noise is averaged out`() {
    var random = SeededNumbers(state: 62)
    let points = random.points(3000, noise: 0.05)
    #expect(worst(TableFit(points, on: grid, smoothness: 0.1).table()) < 0.025)
  }

  @Test func `one point in ten that is eight times too long hardly matters`() {
    var random = SeededNumbers(state: 63)
    var points = random.points(1000, noise: 0.01)
    for index in stride(from: 0, to: points.count, by: 10) { points[index].octaves += 3 }
    #expect(worst(TableFit(points, on: grid, smoothness: 0.1).table()) < 0.02)
  }

  /// Half an octave less from knot to knot; nothing is known about the fourth.
  @Test func `a cell without points follows from its neighbours`() {
    let points = [0.0, 1, 2, 4, 5, 6].map {
      TableFit.Point(coordinates: SIMD4($0, 0, 0, 0), octaves: 2 - 0.5 * $0)
    }
    let line = Grid(axes: [[0, 1, 2, 3, 4, 5, 6]])
    let table = TableFit(points, on: line, smoothness: 0.1).table()
    #expect(abs(table.octaves(at: SIMD4(3, 0, 0, 0)) - 0.5) < 0.01)
  }

  @Test func `a table beyond its points runs on, and does not run off`() {
    let points = [0.0, 1].map {
      TableFit.Point(coordinates: SIMD4($0, 0, 0, 0), octaves: 0.5)
    }
    let line = Grid(axes: [[0, 1, 2, 3, 4, 5, 6]])
    let table = TableFit(points, on: line, smoothness: 0.1).table()
    for x in 0...6 { #expect(abs(table.octaves(at: SIMD4(Double(x), 0, 0, 0)) - 0.5) < 0.001) }
  }

  @Test func `one point is a table`() {
    let points = [TableFit.Point(coordinates: SIMD4(4, 0, 0, 0), octaves: 0.7)]
    let table = TableFit(points, on: Grid(axes: [[4]]), smoothness: 0.1).table()
    #expect(abs(table.octaves(at: .zero) - 0.7) < 1e-9)
  }
}
