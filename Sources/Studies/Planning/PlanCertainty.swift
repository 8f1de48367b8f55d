import Metrics
import Serving
import Workloads

/// How much more a planned deployment takes, and what its answer hangs on.
extension Plan {
  /// The load up to which a deployment keeps the requirement, as a multiple of the planned one.
  public struct Headroom: Sendable, Equatable {
    /// The highest multiple found that is kept; at least 1.
    public var kept: Double
    /// The lowest found that is not; nil where all that were tried are kept.
    public var missed: Double?
  }

  /// The highest multiple of the load that is tried.
  static let mostLoad = 4.0

  /// The headroom of `candidates`, which keep the requirement, within 2 % each: the arrivals are
  /// stretched or drawn at higher rates, as `CapacitySearch` searches. Nil where no rate is known
  /// or a run cannot go on.
  ///
  /// - Parameters:
  ///   - jobs: threads, at most; their number changes no result.
  ///   - progress: told when one of them, by its place, is known.
  public func headroom(
    of candidates: [PlanCandidate], jobs: Int, progress: @Sendable (Int) -> Void = { _ in }
  ) -> [Headroom?] {
    parallelMap(candidates, jobs: jobs) { place, candidate in
      defer { progress(place) }
      guard let service = service(of: candidate), let rate = search.rate
      else { return nil }
      var scan = CapacitySearch()
      scan.most = Self.mostLoad
      let bracket = try? scan.bracket(guess: 1.25) { multiple in
        try multiple <= 1
          || search.draws.allSatisfy { draw in
            let trace = try search.load.process.arrivals(
              of: search.base, rate: rate * multiple, seed: draw.seed)
            let again = PlanSearch.Draw(seed: draw.seed, trace: trace)
            return try search.judge(service, candidate.counts, again).isKept
          }
      }
      return bracket.map { Headroom(kept: max(1, $0.kept), missed: $0.missed) }
    }
  }

  /// This plan where something is kept; else one that knows which deployment comes nearest: those
  /// with the most GPUs of each kind are run to the end, of which the search knew only what share
  /// of the requests they keep at most.
  ///
  /// - Parameter jobs: threads, at most; their number changes no result.
  public func knowingNearest(jobs: Int) -> Plan {
    guard answer == nil else { return self }
    var whole = search
    whole.leavesRuns = false
    let most = search.space.kinds.indices.map { kind in
      candidates.filter { search.space.shapes[$0.shape].kind == kind && $0.worst != nil }
        .map(\.gpus).max()
    }
    let places = candidates.indices.filter {
      let candidate = candidates[$0]
      return candidate.worst?.isWhole == false
        && candidate.gpus == most[search.space.shapes[candidate.shape].kind]
    }
    let outcomes = parallelMap(places, jobs: jobs) { [whole] _, place in
      service(of: candidates[place]).map { whole.outcome(of: candidates[place], on: $0) }
    }
    var known = candidates
    for case (let place, let outcome?) in zip(places, outcomes) { known[place].outcome = outcome }
    return Plan(search, known, services)
  }

  /// How far off the cost model may be before the answer is kept no more; nil without an answer.
  public func robustness(
    jobs: Int, progress: @Sendable (Int) -> Void = { _ in }
  ) -> Robustness? {
    guard let chosen, let service = service(of: chosen) else { return nil }
    return Robustness.search(jobs: jobs, progress: progress) { factors in
      search.draws.allSatisfy { draw in
        (try? search.judge(service.scaled(by: factors), chosen.counts, draw).isKept) ?? false
      }
    }
  }

  /// Under how many of `count` seeds more the answer is kept, and its least and greatest
  /// attainment; nil where arrivals are not drawn.
  public func fresh(
    _ count: Int, jobs: Int
  ) throws -> (kept: Int, attainment: ClosedRange<Double>)? {
    guard search.load.process.isDrawn, let chosen, let service = service(of: chosen)
    else { return nil }
    var whole = search
    whole.leavesRuns = false
    let last = search.draws[search.draws.count - 1].seed
    let judged = try parallelMap(Array(1...count), jobs: jobs) { [whole] _, step in
      let seed = last &+ UInt64(step)
      let trace = try search.load.process.arrivals(
        of: search.base, rate: search.load.requestRate, seed: seed)
      return try whole.judge(service, chosen.counts, PlanSearch.Draw(seed: seed, trace: trace))
    }
    let shares = judged.map(\.attainment)
    guard let least = shares.min(), let most = shares.max() else { return nil }
    return (judged.count(where: \.isKept), least...most)
  }

  /// What is known of how far the costs of the answer are off; nil without one.
  public var modelError: ModelError? {
    chosen.map { search.space.shapes[$0.shape].deployment.modelError }
  }
}
