import Costs

/// What a sweep comes to, and what that hangs on.
public struct SweepOutcome: Sendable {
  /// What decides between the lines.
  public let decision: SweepDecision
  /// Two lines of which the better only seemed to be it, since their points lie at different loads;
  /// nil where there are none.
  public fileprivate(set) var tie: (best: Int, next: Int, load: Double?)?
  /// How far off costs may be before the conclusion falls, and what is known of how far they are;
  /// nil where nothing was concluded.
  public fileprivate(set) var robustness: (Robustness, ModelError)?
}

extension SweepRun {
  private static let clients = Load.Settings.clients.name

  /// What the load is: the rate, or where clients make the arrivals and their number varies, that.
  public var load: SweepLine.Load {
    if grid.loads != .given { return .rate }
    let counts = grid.axes.first { $0.name == Self.clients }?.values.count ?? 0
    return counts > 1 ? .clients : .asGiven
  }

  /// The points as lines against the load.
  public func lines(_ points: [Result]) -> [SweepLine] {
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

  /// What `lines` come to: the pair that decides is served again with costs that are off.
  ///
  /// - Parameter progress: told when one of the directions of `Robustness`, by its place, is known.
  public func outcome(
    of lines: [SweepLine], progress: @Sendable (Int) -> Void = { _ in }
  ) throws -> SweepOutcome {
    let decision = SweepDecision(lines)
    var outcome = SweepOutcome(decision: decision)
    guard let pair = decision.pair(lines) else { return outcome }
    let best = curve(lines[pair.best].name, pair.load)
    let next = curve(lines[pair.next].name, pair.load)
    let rate = load == .rate ? pair.load : nil
    let figure = decision.decidesByReach ? .met : decision.contest?.1.decision?.figure ?? .met
    @Sendable func holds(_ factors: ScaledCost.Factors) throws -> Bool {
      let first = try best.row(at: rate, scaled: factors).value(of: figure)
      let second = try next.row(at: rate, scaled: factors).value(of: figure)
      guard let first else { return false }
      guard let second else { return true }
      return figure.isLowBest ? first < second : first > second
    }
    // The next line may have points at other loads only.
    guard try holds(ScaledCost.Factors()) else {
      outcome.tie = pair
      return outcome
    }
    let robustness = try Robustness.search(
      precision: 0.02, jobs: jobs, progress: progress, holds: holds)
    outcome.robustness = (robustness, best.modelError.and(next.modelError))
    return outcome
  }

  /// The values that tell the line of a curve from the others.
  private func name(_ curve: Int) -> String {
    let told = shownAxes.filter {
      $0.values.count > 1 && !(load == .clients && $0.name == Self.clients)
    }
    let axes = told.isEmpty ? shownAxes.filter { $0.name == SweepGrid.schedulers } : told
    return axes.compactMap { axis in
      curves[curve].combination.value(of: axis.name).map { value in
        [SweepGrid.schedulers, PoolAxis.name].contains(axis.name) ? value : "\(axis.name) \(value)"
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
