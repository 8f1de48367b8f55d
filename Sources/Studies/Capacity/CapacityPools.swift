import Formats

/// A fleet whose capacity is searched for.
public struct SearchedFleet: Sendable {
  /// How many replicas each pool has.
  public var counts: PoolCounts
  /// The GPUs of all.
  public var gpus: Int
  /// Whether one pool does all in place of several that hand over.
  public var isTogether: Bool
  /// What serves.
  public var scenario: Scenario
}

extension PoolAxis {
  /// The fleets, to serve what `scenario` is asked for; `given` is what flags say.
  public func fleets(
    _ scenario: Scenario, _ files: DescribedFiles = DescribedFiles(),
    _ given: (String) -> GivenValue?
  ) throws(InputError) -> [SearchedFleet] {
    var fleets: [SearchedFleet] = []
    for counts in values {
      let fleet = try fleet(counts, files, given)
      var own = scenario
      own.serve(on: fleet)
      fleets.append(
        SearchedFleet(
          counts: counts, gpus: fleet.gpus, isTogether: isTogether(counts), scenario: own))
    }
    return fleets
  }
}

extension PoolVerdict {
  /// What `capacities`, which are those of `fleets` in their order, tell of each number of GPUs.
  public static func verdicts(
    _ capacities: [ServiceCapacity], of fleets: [SearchedFleet]
  ) -> [PoolVerdict] {
    let known = fleets.indices.filter { capacities[$0].stopped == nil }
    let totals = Set(fleets.map(\.gpus)).sorted()
    return totals.compactMap { total in
      let own = known.filter { fleets[$0].gpus == total }
      let apart = own.filter { !fleets[$0].isTogether }
      guard let best = first(of: apart, capacities),
        let together = first(of: own.filter { fleets[$0].isTogether }, capacities)
      else { return nil }
      let seeds = capacities[best].brackets.count
      // The first chose.
      func judged(_ place: Int) -> [ClosedRange<Double>] {
        capacities[place].brackets.dropFirst(seeds > 1 ? 1 : 0).map(\.range)
      }
      var verdict = PoolVerdict(
        gpus: total, others: "", apart: fleets[best].counts, ratios: apart.count,
        together: fleets[together].counts, seeds: max(1, seeds - 1))
      verdict.judge(judged(best), judged(together))
      return verdict
    }
  }

  /// The one of `places` that reaches the most under the first seed.
  private static func first(of places: [Int], _ capacities: [ServiceCapacity]) -> Int? {
    Ranking(places, isLowBest: false) { place in
      capacities[place].brackets.first.map { [$0.range] }
    }?.best ?? places.first
  }
}
