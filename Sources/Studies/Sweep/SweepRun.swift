import Formats
import Metrics
import Serving
import Synchronization
import Workloads

/// A sweep on its way: the combinations that can be served, and why the others cannot.
public struct SweepRun: Sendable {
  /// A point and what came of it.
  public typealias Result = (point: Sweep.Point, row: SweepRow)

  /// The combinations that can be served.
  public let curves: [SweepCurve]
  /// Combinations that cannot be served, with the reason.
  public let refused: [(combination: SweepGrid.Combination, error: InputError)]
  public let grid: SweepGrid
  let jobs: Int

  /// Throws the mistake of a value with which no combination can be served.
  ///
  /// - Parameters:
  ///   - loaded: the whole trace.
  ///   - jobs: runs at the same time, at most; changes no result.
  ///   - tool: what serves and its version, whose results are no other's.
  public init(
    _ grid: SweepGrid, _ loaded: LoadedTrace, jobs: Int, tool: String
  ) throws(InputError) {
    self.grid = grid
    self.jobs = jobs
    let files = DescribedFiles()
    let results = parallelMap(grid.combinations, jobs: jobs) { _, combination in
      Swift.Result { () throws(InputError) in
        try SweepCurve(combination, loaded, files, hasRate: grid.loads != .given, tool: tool)
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
      where !curves.contains(where: { $0.combination.value(of: axis.name) == value }) {
        throw refused.first { $0.combination.value(of: axis.name) == value }!.error
      }
    }
    if curves.isEmpty, let first = refused.first { throw first.error }
    self.curves = curves
    self.refused = refused
  }

  /// The most points that there will be, at least one.
  public var mostPoints: Int { max(1, sweep.mostPoints) }

  private var sweep: Sweep { Sweep(curves.map { _ in grid.loads }) }

  /// Where on each curve points are wanted, of those in `share`: of all points one after the other,
  /// or where rates are looked for, of all curves.
  private func loads(_ share: Share) -> [Sweep.Loads] {
    curves.indices.map { curve in
      switch grid.loads {
      case .given, .auto: return share.has(curve) ? grid.loads : .rates([])
      case .rates(let rates):
        let own = rates.indices.filter { share.has(curve * rates.count + $0) }
        return .rates(own.map { rates[$0] })
      }
    }
  }

  /// Serves every point of `share` that is not among `known`.
  ///
  /// - Parameters:
  ///   - progress: told which share of which point is served, of those that were begun.
  ///   - note: handed each row when it is done, on any thread.
  /// - Returns: all points of the share, in the sweep's order.
  public func points(
    known: Ledger<SweepRow> = Ledger(), of share: Share = .whole,
    progress: @escaping @Sendable (Int, Double) -> Void = { _, _ in },
    note: @Sendable (SweepRow) throws -> Void = { _ in }
  ) throws -> [Result] {
    let begun = Mutex(0)
    return try Sweep(loads(share)).run(
      jobs: jobs, capacity: { curves[$0].capacity() },
      measure: { point in
        let part = begun.withLock { begun in
          begun += 1
          return begun - 1
        }
        defer { progress(part, 1) }
        let curve = curves[point.curve]
        return try known.row(curve.key(at: point.rate), note: note) {
          try curve.row(at: point.rate) { progress(part, $0) }
        }
      }, latency: Self.latency)
  }

  /// The 99th percentile of the time to the first token, in seconds: what bends first.
  private static func latency(_ row: SweepRow) -> Double? { row.seconds(.ttft, .percentile(99)) }

  /// What the first curve, and with it all of the same model, is judged by, if anything.
  public var objective: ServiceLevelObjective? { curves.first?.objective }

  /// The axes that tell points apart.
  public var shownAxes: [SweepGrid.Axis] {
    grid.axes.filter { $0.values.count > 1 || $0.name == SweepGrid.schedulers }
  }

  /// The keys of the points where curves whose rates were looked for bend the most.
  public func knees(_ points: [Result]) -> Set<String> {
    if grid.loads != .auto { return [] }
    return Set(
      curves.indices.compactMap { curve in
        let own = points.filter { $0.point.curve == curve }.filter { Self.latency($0.row) != nil }
        let knee = KneeSearch.knee(
          own.map { KneeSearch.Point(rate: $0.point.rate ?? 0, latency: Self.latency($0.row) ?? 0) }
        )
        return knee.map { own[$0].row.key }
      })
  }
}
