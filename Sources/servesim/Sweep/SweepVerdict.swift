import Costs
import Reporting
import Studies

/// What a sweep comes to.
extension SweepRun {
  private static let clients = Load.Settings.clients.option

  /// What the load is: the rate, or where clients make the arrivals and their number varies, that.
  var load: SweepLine.Load {
    if grid.loads != .given { return .rate }
    let counts = grid.axes.first { $0.option == Self.clients }?.values.count ?? 0
    return counts > 1 ? .clients : .asGiven
  }

  /// The points as lines against the load.
  func lines(_ points: [(point: Sweep.Point, row: SweepRow)]) -> [SweepLine] {
    let names = curves.indices.map(name)
    let distinct = names.indices.filter { names.firstIndex(of: names[$0]) == $0 }.map { names[$0] }
    return distinct.map { name in
      SweepLine(
        name,
        points.filter { names[$0.point.curve] == name }
          .map { (clients(of: $0.point.curve) ?? $0.point.rate, $0.row) }
          .sorted { ($0.0 ?? 0) < ($1.0 ?? 0) })
    }
  }

  /// What the points come to, with what that hangs on.
  ///
  /// - Parameter stopped: how many of them could not go on.
  func verdict(_ lines: [SweepLine], stopped: Int) throws -> String {
    let count = lines.reduce(0) { $0 + $1.points.count }
    if stopped == count { return "No point could go on to its end." }
    let note = stopped == 0 ? "" : "\(stopped) of \(count) points could not go on."
    return [try verdict(lines), note].filter { !$0.isEmpty }.joined(separator: " ")
  }

  private func verdict(_ lines: [SweepLine]) throws -> String {
    let decision = SweepDecision(lines)
    guard let pair = decision.pair(lines) else {
      return ClosingSentence.sweep(lines, decision, nil, load)
    }
    let best = curve(lines[pair.best].name, pair.load)
    let next = curve(lines[pair.next].name, pair.load)
    let rate = load == .rate ? pair.load : nil
    let figure =
      decision.decidesByReach ? .met : decision.contest?.1.decision?.figure ?? .met
    @Sendable func holds(_ factors: ScaledCost.Factors) throws -> Bool {
      let first = try best.row(at: rate, scaled: factors).value(of: figure)
      let second = try next.row(at: rate, scaled: factors).value(of: figure)
      guard let first else { return false }
      guard let second else { return true }
      return figure.isLowBest ? first < second : first > second
    }
    // The next line may have points at other loads only.
    if try !holds(ScaledCost.Factors()) { return ClosingSentence.tie(lines, pair, load) }
    let bar = ProgressBar("verdict", parts: Robustness.directions)
    let robustness = try Robustness.search(
      precision: 0.02, jobs: jobs, progress: { bar.update(1, part: $0) }, holds: holds)
    bar.finish()
    let unless = ClosingSentence.unless(robustness, best.modelError.and(next.modelError))
    return ClosingSentence.sweep(lines, decision, unless, load)
  }

  /// The values that tell the line of a curve from the others.
  private func name(_ curve: Int) -> String {
    let told = shownAxes.filter {
      $0.values.count > 1 && !(load == .clients && $0.option == Self.clients)
    }
    return (told.isEmpty ? shownAxes.filter { $0.option == "--schedulers" } : told).compactMap {
      axis in
      curves[curve].combination.value(of: axis.option).map { value in
        axis.option == "--schedulers" ? value : "\(axis.option.dropFirst(2)) \(value)"
      }
    }.joined(separator: ", ")
  }

  /// The clients of a curve, where they are the load.
  private func clients(of curve: Int) -> Double? {
    load == .clients ? curves[curve].combination.value(of: Self.clients).flatMap(Double.init) : nil
  }

  /// The curve that the line `name` has at `load`.
  private func curve(_ name: String, _ load: Double?) -> SweepCurve {
    let own = curves.indices.filter { self.name($0) == name }
    let place = own.first { clients(of: $0) == nil || clients(of: $0) == load }
    return curves[place ?? own[0]]
  }
}
