import Foundation

/// How much longer than its estimate a kernel was measured to take, on a grid of its shapes.
///
/// The value at a point is in octaves: a kernel takes its estimate times two to the power of it.
/// Between knots it is linear in each coordinate; beyond the grid it is what it is at the edge, so
/// that the estimate goes on alone.
public struct TimeTable: Sendable, Equatable {
  public let grid: Grid
  /// One value a cell, in octaves.
  public let octaves: [Double]
  /// Whether chunks behind a prefix were measured too, and not whole prompts alone.
  public let hasChunks: Bool

  init(grid: Grid, octaves: [Double], hasChunks: Bool = false) {
    precondition(octaves.count == grid.cells, "a table has a value for each cell")
    self.grid = grid
    self.octaves = octaves
    self.hasChunks = hasChunks
  }

  /// The value at `point`, of which as many coordinates count as the grid has axes.
  public func octaves(at point: SIMD4<Double>) -> Double {
    switch grid.dimensions {
    case 1: line(0, point[0], axis: 0)
    case 2: plane(0, point[0], point[1], axis: 0)
    case 3: space(0, point, axis: 0)
    default: fourfold(point)
    }
  }

  /// The value at a point of a table with two axes.
  @inline(__always)
  func octaves(at x: Double, _ y: Double) -> Double { plane(0, x, y, axis: 0) }

  /// The table of the axes from `axis` on, at the coordinates of `point` on those before.
  func slice(at point: SIMD4<Double>, from axis: Int) -> TimeTable {
    let axes = Array(grid.axes[axis...])
    let size = axes.reduce(1) { $0 * $1.count }
    var values = [Double](repeating: 0, count: size)
    // The cells of a slice follow one another, and those before it are its corners.
    guard axis > 0 else { return self }
    let leading = Grid(axes: Array(grid.axes[..<axis]))
    leading.forEachCorner(of: point) { corner, part in
      for cell in 0..<size { values[cell] += part * octaves[corner * size + cell] }
    }
    return TimeTable(grid: Grid(axes: axes), octaves: values, hasChunks: hasChunks)
  }

  @inline(__always)
  private func line(_ cell: Int, _ x: Double, axis: Int) -> Double {
    let place = grid.place(x, on: axis)
    let below = octaves[cell + place.knot]
    if place.share == 0 { return below }
    return below + place.share * (octaves[cell + place.knot + 1] - below)
  }

  @inline(__always)
  private func plane(_ cell: Int, _ x: Double, _ y: Double, axis: Int) -> Double {
    let place = grid.place(x, on: axis)
    let across = grid.place(y, on: axis + 1)
    let stride = grid.strides[axis]
    return octaves.withUnsafeBufferPointer {
      Plane.between(
        $0.baseAddress! + (cell + place.knot * stride + across.knot), stride, place, across)
    }
  }

  private func space(_ cell: Int, _ point: SIMD4<Double>, axis: Int) -> Double {
    let place = grid.place(point[axis], on: axis)
    let first = cell + place.knot * grid.strides[axis]
    let low = plane(first, point[axis + 1], point[axis + 2], axis: axis + 1)
    if place.share == 0 { return low }
    let high = plane(
      first + grid.strides[axis], point[axis + 1], point[axis + 2], axis: axis + 1)
    return low + place.share * (high - low)
  }

  private func fourfold(_ point: SIMD4<Double>) -> Double {
    let place = grid.place(point[0], on: 0)
    let first = place.knot * grid.strides[0]
    let low = space(first, point, axis: 1)
    if place.share == 0 { return low }
    return low + place.share * (space(first + grid.strides[0], point, axis: 1) - low)
  }
}
