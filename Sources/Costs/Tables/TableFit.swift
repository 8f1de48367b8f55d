import Foundation

/// Fits a table to measured points: the smoothest table that comes close to most of them.
///
/// It minimises the sum of |error| (by iteratively reweighted least squares, so that outliers
/// count little) plus `smoothness` times the squared second differences along each axis, by which
/// cells without points follow from their neighbours, plus a trace of squared first differences,
/// which keeps them from running off.
struct TableFit {
  private let grid: Grid
  /// The knots of each axis.
  private let axes: [[Double]]
  private let smoothness: Double
  /// For each point, the cells around it and their parts: `width` entries a point.
  private var cells: [Int32] = []
  private var parts: [Double] = []
  private var octaves: [Double] = []
  private let width: Int

  /// Errors below this many octaves are weighted as squares.
  private static let smallError = 0.02
  private static let flatness = 0.003
  private static let passes = 6

  /// A point of a table: where it is, and how many octaves above the estimate.
  struct Point {
    var coordinates: SIMD4<Double>
    var octaves: Double
  }

  init(_ points: [Point], on grid: Grid, smoothness: Double) {
    self.grid = grid
    axes = grid.axes
    self.smoothness = smoothness
    width = 1 << grid.dimensions
    for point in points {
      var used = 0
      grid.forEachCorner(of: point.coordinates) { cell, part in
        cells.append(Int32(cell))
        parts.append(part)
        used += 1
      }
      for _ in used..<width {
        cells.append(0)
        parts.append(0)
      }
      octaves.append(point.octaves)
    }
  }

  /// The table.
  func table() -> TimeTable {
    var weights = [Double](repeating: 1, count: octaves.count)
    var values = [Double](repeating: mean, count: grid.cells)
    for _ in 0..<Self.passes {
      values = solution(weights, from: values)
      for (index, value) in predictions(values).enumerated() {
        let error = abs(octaves[index] - value)
        weights[index] = Self.smallError / max(error, Self.smallError)
      }
    }
    return TimeTable(grid: grid, octaves: values)
  }

  private var mean: Double {
    octaves.isEmpty ? 0 : octaves.reduce(0, +) / Double(octaves.count)
  }

  /// What a table of `values` says of each point.
  private func predictions(_ values: [Double]) -> [Double] {
    octaves.indices.map { point in
      var sum = 0.0
      for entry in point * width..<(point + 1) * width {
        sum += parts[entry] * values[Int(cells[entry])]
      }
      return sum
    }
  }

  /// The values that minimise the weighted squares, by conjugate gradients from `start`,
  /// preconditioned by the diagonal of the normal equations.
  private func solution(_ weights: [Double], from start: [Double]) -> [Double] {
    var values = start
    var target = [Double](repeating: 0, count: grid.cells)
    spread(octaves.indices.map { weights[$0] * octaves[$0] }, onto: &target)
    let scale = diagonal(weights).map { 1 / $0 }
    var residual = zip(target, applied(to: values, weights)).map { $0 - $1 }
    var direction = zip(residual, scale).map { $0 * $1 }
    var square = dot(residual, direction)
    let goal = zip(target, scale).reduce(1e-12) { $0 + $1.0 * $1.0 * $1.1 } * Self.accuracy
    for _ in 0..<2000 where square > goal {
      let image = applied(to: direction, weights)
      let step = square / dot(direction, image)
      for cell in values.indices {
        values[cell] += step * direction[cell]
        residual[cell] -= step * image[cell]
      }
      let scaled = zip(residual, scale).map { $0 * $1 }
      let next = dot(residual, scaled)
      let ratio = next / square
      for cell in direction.indices {
        direction[cell] = scaled[cell] + ratio * direction[cell]
      }
      square = next
    }
    return values
  }

  /// Where the residual's square, as a share of the target's, is small enough.
  private static let accuracy = 1e-11

  /// What each cell's own value contributes to the normal equations.
  private func diagonal(_ weights: [Double]) -> [Double] {
    var diagonal = [Double](repeating: 1e-12, count: grid.cells)
    for point in weights.indices {
      for entry in point * width..<(point + 1) * width {
        diagonal[Int(cells[entry])] += weights[point] * parts[entry] * parts[entry]
      }
    }
    let bend = smoothness * smoothness
    for cell in diagonal.indices {
      for axis in axes.indices where axes[axis].count > 1 {
        diagonal[cell] += 2 * Self.flatness * Self.flatness + 6 * bend
      }
    }
    return diagonal
  }

  /// The normal equations' left-hand side for `values`.
  private func applied(to values: [Double], _ weights: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: values.count)
    var errors = predictions(values)
    for index in errors.indices { errors[index] *= weights[index] }
    spread(errors, onto: &result)
    for axis in axes.indices { addPenalty(of: values, along: axis, to: &result) }
    return result
  }

  private func spread(_ amounts: [Double], onto result: inout [Double]) {
    for point in amounts.indices {
      for entry in point * width..<(point + 1) * width {
        result[Int(cells[entry])] += parts[entry] * amounts[point]
      }
    }
  }

  private func addPenalty(of values: [Double], along axis: Int, to result: inout [Double]) {
    let knots = axes[axis]
    let stride = grid.strides[axis]
    for cell in values.indices {
      let index = cell / stride % knots.count
      if index > 0 {
        let slope = Self.flatness * Self.flatness * (values[cell] - values[cell - stride])
        result[cell] += slope
        result[cell - stride] -= slope
      }
      if index > 0 && index < knots.count - 1 {
        let before = knots[index] - knots[index - 1]
        let after = knots[index + 1] - knots[index]
        let low = 2 * after / (before + after)
        let high = 2 * before / (before + after)
        let bend =
          low * values[cell - stride] - 2 * values[cell] + high * values[cell + stride]
        let force = smoothness * smoothness * bend
        result[cell - stride] += low * force
        result[cell] -= 2 * force
        result[cell + stride] += high * force
      }
    }
  }

  private func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for index in a.indices { sum += a[index] * b[index] }
    return sum
  }
}
