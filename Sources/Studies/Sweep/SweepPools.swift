import Costs
import Formats
import Metrics

/// What a sweep tells of pools.
extension SweepRun {
  /// Whether there are pools that hand over beside pools that do all.
  public var comparesPools: Bool { curves.contains { $0.combination.isTogether } }

  /// Whether arrivals are drawn, so that they differ by the seed.
  public var isDrawn: Bool { curves.contains(where: \.isDrawn) }

  /// Curves that differ by their pools alone, on as many GPUs.
  private struct Group {
    var gpus: Int
    var others: String
    var apart: [Int] = []
    var together: [Int] = []
  }

  /// In the order of their GPUs.
  private var groups: [Group] {
    var groups: [Group] = []
    for place in curves.indices {
      let curve = curves[place]
      let told = shownAxes.filter { $0.values.count > 1 && $0.name != PoolAxis.name }
      let others = told.compactMap { axis in
        curve.combination.value(of: axis.name).map { "\(axis.name) \($0)" }
      }.joined(separator: ", ")
      let index =
        groups.firstIndex { $0.gpus == curve.gpus && $0.others == others } ?? groups.count
      if index == groups.count { groups.append(Group(gpus: curve.gpus, others: others)) }
      if curve.combination.isTogether {
        groups[index].together.append(place)
      } else {
        groups[index].apart.append(place)
      }
    }
    let known = groups.filter { !$0.apart.isEmpty && !$0.together.isEmpty }
    let order = known.indices.sorted { (known[$0].gpus, $0) < (known[$1].gpus, $1) }
    return order.map { known[$0] }
  }

  /// What is compared: the best of those apart and the best of those together, at one load.
  private struct Pair {
    var verdict: PoolVerdict
    var load: Double?
    var curves: (apart: Int, together: Int)
  }

  /// Whether pools that hand over serve better than as many GPUs together, for each number of GPUs
  /// and each load.
  ///
  /// - Parameters:
  ///   - points: the sweep's, under its seed.
  ///   - seeds: how many that follow the best ratio is compared under; none where nothing is drawn.
  public func poolVerdicts(_ points: [Result], seeds: Int) throws -> [PoolVerdict] {
    let pairs = groups.flatMap { group in
      loadsOfAll.compactMap { pair(group, at: $0, points, seeds: seeds) }
    }
    let runs = pairs.indices.flatMap { pair in
      (0..<seeds).flatMap { seed in [true, false].map { (pair: pair, seed: seed, isApart: $0) } }
    }
    let rows = try parallelMap(runs, jobs: jobs) { _, run in
      let pair = pairs[run.pair]
      let curve = curves[run.isApart ? pair.curves.apart : pair.curves.together]
      return try curve.later(by: run.seed + 1).row(at: pair.load)
    }
    var verdicts: [PoolVerdict] = []
    for (place, pair) in pairs.enumerated() {
      var verdict = pair.verdict
      verdict.judge { figure, isApart in
        if seeds == 0 {
          let curve = isApart ? pair.curves.apart : pair.curves.together
          return [row(of: curve, at: pair.load, points)?.value(of: figure)]
        }
        return zip(runs, rows).filter { $0.0.pair == place && $0.0.isApart == isApart }.map {
          $0.1.value(of: figure)
        }
      }
      if pairs.count == 1 { verdict.robustness = try robustness(of: pair, verdict) }
      verdicts.append(verdict)
    }
    return verdicts
  }

  private var loadsOfAll: [Double?] {
    switch grid.loads {
    case .given: [nil]
    case .rates(let rates): rates.sorted()
    case .auto: []
    }
  }

  private func row(of curve: Int, at load: Double?, _ points: [Result]) -> SweepRow? {
    points.first { $0.point.curve == curve && $0.point.rate == load }?.row
  }

  private func pair(
    _ group: Group, at load: Double?, _ points: [Result], seeds: Int
  ) -> Pair? {
    func best(_ places: [Int]) -> Int? {
      PoolVerdict.best(of: places.filter { row(of: $0, at: load, points)?.stopped == nil }) {
        row(of: $1, at: load, points)?.value(of: $0)
      }
    }
    guard let apart = best(group.apart), let together = best(group.together),
      let counts = curves[apart].combination.counts,
      let others = curves[together].combination.counts
    else { return nil }
    let verdict = PoolVerdict(
      gpus: group.gpus, others: group.others, load: load, apart: counts,
      ratios: group.apart.count, together: others, seeds: max(1, seeds))
    return Pair(verdict: verdict, load: load, curves: (apart, together))
  }

  /// How far off costs may be before what decides falls, under the first seed; nil where nothing
  /// decides, or it does not hold there.
  private func robustness(
    of pair: Pair, _ verdict: PoolVerdict
  ) throws -> (Robustness, ModelError)? {
    guard case .figure(let figure)? = verdict.decisive?.measure else { return nil }
    let (apart, together) = (curves[pair.curves.apart], curves[pair.curves.together])
    let pays = verdict.outcome == .pays
    @Sendable func holds(_ factors: ScaledCost.Factors) throws -> Bool {
      let first = try apart.row(at: pair.load, scaled: factors).value(of: figure)
      let second = try together.row(at: pair.load, scaled: factors).value(of: figure)
      guard let first, let second else { return (first != nil) == pays }
      return (figure.isLowBest ? first < second : first > second) == pays
    }
    guard try holds(ScaledCost.Factors()) else { return nil }
    let found = try Robustness.search(precision: 0.02, jobs: jobs, holds: holds)
    return (found, apart.modelError.and(together.modelError))
  }
}
