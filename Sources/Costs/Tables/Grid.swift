import Foundation

/// A rectilinear grid over one to four coordinates: the knots of each, in ascending order.
public struct Grid: Sendable, Equatable {
  /// The knots of each axis; at least one knot an axis.
  public let axes: [[Double]]
  /// How far apart, in cells, neighbours along each axis are; the last axis is contiguous.
  let strides: [Int]

  /// Cells of the grid: one for each combination of knots.
  public var cells: Int { axes.reduce(1) { $0 * $1.count } }

  public init(axes: [[Double]]) {
    precondition((1...4).contains(axes.count), "a grid has one to four axes")
    for knots in axes {
      precondition(!knots.isEmpty, "an axis has a knot")
      precondition(zip(knots, knots.dropFirst()).allSatisfy(<), "knots ascend")
    }
    self.axes = axes
    var strides = [Int](repeating: 1, count: axes.count)
    for axis in (0..<axes.count - 1).reversed() {
      strides[axis] = strides[axis + 1] * axes[axis + 1].count
    }
    self.strides = strides
  }

  /// Where a coordinate lies on an axis: the knot below, and the share of the way to the next.
  ///
  /// A coordinate beyond the ends is taken to be at the end.
  struct Place {
    var knot: Int
    var share: Double
  }

  @inline(__always)
  func place(_ coordinate: Double, on axis: Int) -> Place {
    let knots = axes[axis]
    let last = knots.count - 1
    if coordinate <= knots[0] || last == 0 { return Place(knot: 0, share: 0) }
    if coordinate >= knots[last] { return Place(knot: last - 1, share: 1) }
    var low = 0
    var high = last
    while high - low > 1 {
      let middle = (low + high) / 2
      if knots[middle] <= coordinate { low = middle } else { high = middle }
    }
    return Place(knot: low, share: (coordinate - knots[low]) / (knots[high] - knots[low]))
  }

  /// Calls `body` with each cell around `point` that has a part in it, and with that part; the
  /// parts add up to one.
  @inline(__always)
  func forEachCorner(of point: SIMD4<Double>, _ body: (_ cell: Int, _ part: Double) -> Void) {
    corners(of: point, axis: 0, cell: 0, part: 1, body)
  }

  private func corners(
    of point: SIMD4<Double>, axis: Int, cell: Int, part: Double,
    _ body: (_ cell: Int, _ part: Double) -> Void
  ) {
    if axis == axes.count { return body(cell, part) }
    let place = place(point[axis], on: axis)
    let below = cell + place.knot * strides[axis]
    if place.share < 1 {
      corners(of: point, axis: axis + 1, cell: below, part: part * (1 - place.share), body)
    }
    if place.share > 0 {
      corners(
        of: point, axis: axis + 1, cell: below + strides[axis], part: part * place.share, body)
    }
  }
}
