import Formats
import Foundation
import Metrics
import Reporting
import Serving
import Studies
import Synchronization
import Workloads

/// A sweep on its way: the combinations that can be served, and why the others cannot.
struct SweepRun: Sendable {
  let curves: [SweepCurve]
  /// Combinations that cannot be served, with the reason.
  let refused: [(combination: SweepGrid.Combination, error: InputError)]
  let grid: SweepGrid
  let jobs: Int

  /// Throws the mistake of a value with which no combination can be served.
  init(
    _ grid: SweepGrid, _ loaded: LoadedTrace, jobs: Int
  ) throws {
    self.grid = grid
    self.jobs = jobs
    let files = DescribedFiles()
    let results = try parallelMap(grid.combinations, jobs: jobs) { _, combination in
      do {
        return Result<SweepCurve, InputError>.success(
          try SweepCurve(combination, loaded, files))
      } catch let error as InputError {
        return .failure(error)
      }
    }
    var curves: [SweepCurve] = []
    var refused: [(combination: SweepGrid.Combination, error: InputError)] = []
    for (combination, result) in zip(grid.combinations, results) {
      switch result {
      case .success(let curve): curves.append(curve)
      case .failure(let error): refused.append((combination, error))
      }
    }
    for axis in grid.axes {
      for value in axis.values
      where !curves.contains(where: { $0.combination.value(of: axis.option) == value }) {
        throw refused.first { $0.combination.value(of: axis.option) == value }!.error
      }
    }
    if curves.isEmpty, let first = refused.first { throw first.error }
    self.curves = curves
    self.refused = refused
  }

  /// Serves every point that is not among `known`, and hands each to `note` when it is done.
  ///
  /// - Returns: all points, in the sweep's order.
  func points(
    known: [String: SweepRow], note: @Sendable (SweepRow) throws -> Void
  ) throws -> [(point: Sweep.Point, row: SweepRow)] {
    let sweep = Sweep(curves.map { _ in grid.loads })
    let bar = ProgressBar("sweep", parts: max(1, sweep.mostPoints))
    let begun = Mutex(0)
    let points = try sweep.run(
      jobs: jobs, capacity: { curves[$0].capacity() },
      measure: { point in
        let part = begun.withLock { begun in
          begun += 1
          return begun - 1
        }
        let curve = curves[point.curve]
        if let row = known[curve.key(at: point.rate)] {
          bar.update(1, part: part)
          return row
        }
        let row = try curve.row(at: point.rate) { bar.update($0, part: part) }
        try note(row)
        bar.update(1, part: part)
        return row
      }, latency: Self.latency)
    bar.finish()
    return points
  }

  /// The 99th percentile of the time to the first token, in seconds: what bends first.
  private static func latency(_ row: SweepRow) -> Double? { row.figure("seconds", "ttft", "p99") }

  /// What the first curve, and with it all of the same model, is judged by, if anything.
  var objective: ServiceLevelObjective? { curves.first?.objective }

  /// The options that tell points apart.
  var labels: [String] {
    let names = shownAxes.map { String($0.option.dropFirst(2)) }
    return grid.loads == .given ? names : names + [String(SweepGrid.rateOption.dropFirst(2))]
  }

  var shownAxes: [SweepGrid.Axis] {
    grid.axes.filter { $0.values.count > 1 || $0.option == "--schedulers" }
  }

  /// The lines of a table of `points`.
  func entries(_ points: [(point: Sweep.Point, row: SweepRow)]) -> [SweepReport.Entry] {
    let knees = grid.loads == .auto ? knees(points) : []
    return points.map { point, row in
      let values = shownAxes.map { curves[point.curve].combination.value(of: $0.option) ?? "" }
      let mark = knees.contains(row.key) ? " <" : ""
      let rate = point.rate.map { [(Int(exactly: $0).map(String.init) ?? "\($0)") + mark] } ?? []
      return SweepReport.Entry(labels: values + rate, row: row)
    }
  }

  /// The key of the knee of each curve that has one.
  private func knees(_ points: [(point: Sweep.Point, row: SweepRow)]) -> Set<String> {
    Set(
      curves.indices.compactMap { curve in
        let own = points.filter { $0.point.curve == curve }.filter { Self.latency($0.row) != nil }
        let knee = KneeSearch.knee(
          own.map { KneeSearch.Point(rate: $0.point.rate ?? 0, latency: Self.latency($0.row) ?? 0) }
        )
        return knee.map { own[$0].row.key }
      })
  }
}
