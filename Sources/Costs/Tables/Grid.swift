/// A rectilinear grid over one to four coordinates: the knots of each, in ascending order.
public struct Grid: Sendable, Equatable {
  /// The knots of all axes, one axis after the other.
  private let knots: [Double]
  /// One over the distance of each knot to the next; of the last of an axis, anything.
  private let inverseSpans: [Double]
  /// One over the distance of an axis's inner knots, where all are as far apart; otherwise 0.
  private let inverseSteps: SIMD4<Double>
  /// Where the knots of each axis begin, and how many there are.
  private let starts: SIMD4<Int>
  private let counts: SIMD4<Int>
  /// How far apart, in cells, neighbours along each axis are; the last axis is contiguous.
  let strides: SIMD4<Int>
  /// The number of axes.
  let dimensions: Int

  /// Cells of the grid: one for each combination of knots.
  public var cells: Int { strides[0] * counts[0] }

  /// The knots of each axis.
  public var axes: [[Double]] {
    (0..<dimensions).map { Array(knots[starts[$0]..<starts[$0] + counts[$0]]) }
  }

  /// The last knot of an axis.
  @inline(__always)
  func last(of axis: Int) -> Double { knots[starts[axis] + counts[axis] - 1] }

  public init(axes: [[Double]]) {
    precondition((1...4).contains(axes.count), "a grid has one to four axes")
    var starts = SIMD4<Int>.zero
    var counts = SIMD4<Int>(repeating: 1)
    var strides = SIMD4<Int>(repeating: 1)
    var all: [Double] = []
    for (axis, knots) in axes.enumerated() {
      precondition(!knots.isEmpty, "an axis has a knot")
      precondition(zip(knots, knots.dropFirst()).allSatisfy(<), "knots ascend")
      starts[axis] = all.count
      counts[axis] = knots.count
      all += knots
    }
    for axis in (0..<axes.count - 1).reversed() {
      strides[axis] = strides[axis + 1] * counts[axis + 1]
    }
    inverseSteps = SIMD4(
      (0..<4).map { $0 < axes.count ? Grid.inverseStep(of: axes[$0]) : 0 })
    knots = all
    inverseSpans = all.indices.map { $0 + 1 < all.count ? 1 / (all[$0 + 1] - all[$0]) : 0 }
    self.starts = starts
    self.counts = counts
    self.strides = strides
    dimensions = axes.count
  }

  private static func inverseStep(of knots: [Double]) -> Double {
    guard knots.count >= 4 else { return 0 }
    let inner = knots[1..<knots.count - 1]
    let step = (inner[inner.endIndex - 1] - inner[1]) / Double(inner.count - 1)
    let isEven = inner.indices.allSatisfy {
      abs(knots[$0] - knots[1] - Double($0 - 1) * step) < 1e-4
    }
    return isEven ? 1 / step : 0
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
    withAxis(axis) { $0.place(coordinate) }
  }

  /// Calls `body` with an axis, which must not outlive the call.
  @inline(__always)
  func withAxis<Value>(_ axis: Int, _ body: (BareAxis) -> Value) -> Value {
    knots.withUnsafeBufferPointer { knots in
      inverseSpans.withUnsafeBufferPointer { spans in
        // A grid has at least one knot on each axis.
        body(
          BareAxis(
            knots: knots.baseAddress! + starts[axis],
            inverseSpans: spans.baseAddress! + starts[axis],
            count: counts[axis], inverseStep: inverseSteps[axis]))
      }
    }
  }

  /// Whether no coordinate of `point` lies beyond the ends of its axis.
  func contains(_ point: SIMD4<Double>) -> Bool {
    axes.enumerated().allSatisfy { axis, knots in
      point[axis] >= knots[0] - Self.slack && point[axis] <= knots[knots.count - 1] + Self.slack
    }
  }

  /// How far beyond an end a coordinate is still at it: files round the ends.
  private static let slack = 1e-3

  /// Calls `body` with each cell around `point` that has a part in it, and with that part; the
  /// parts add up to one.
  func forEachCorner(of point: SIMD4<Double>, _ body: (_ cell: Int, _ part: Double) -> Void) {
    corners(of: point, axis: 0, cell: 0, part: 1, body)
  }

  private func corners(
    of point: SIMD4<Double>, axis: Int, cell: Int, part: Double,
    _ body: (_ cell: Int, _ part: Double) -> Void
  ) {
    if axis == dimensions { return body(cell, part) }
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
