import Costs
import Reporting
import Studies

/// What a sweep comes to.
extension SweepRun {
  private static let clients = "--clients"

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

  /// What the points come to in one sentence, with what that hangs on.
  func verdict(_ lines: [SweepLine]) throws -> String {
    guard let decision = SweepLine.decision(lines) else {
      return ClosingSentence.sweep(lines, nil, nil, load)
    }
    let best = curve(lines[decision.places.best].name, decision.load)
    let next = curve(lines[decision.places.next].name, decision.load)
    let rate = load == .rate ? decision.load : nil
    @Sendable func holds(_ factors: ScaledCost.Factors) throws -> Bool {
      let first = try best.row(at: rate, scaled: factors)
      let second = try next.row(at: rate, scaled: factors)
      guard case .figure(let figure, _, _, _) = decision else {
        return first.isMet == true && second.isMet != true
      }
      let values = [first, second].compactMap(figure.cost)
      return values.count == 2 && values[0] < values[1]
    }
    // The next line may have points at other loads only.
    if try !holds(ScaledCost.Factors()) { return ClosingSentence.tie(lines, decision, load) }
    let bar = ProgressBar("verdict", parts: Robustness.directions)
    let robustness = try Robustness.search(
      precision: 0.02, jobs: jobs, progress: { bar.update(1, part: $0) }, holds: holds)
    bar.finish()
    return ClosingSentence.sweep(lines, decision, robustness, load)
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
