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
            return try search.judge(service, candidate.replicas, again).isKept
          }
      }
      return bracket.map { Headroom(kept: max(1, $0.kept), missed: $0.missed) }
    }
  }

  /// How far off the cost model may be before the answer is kept no more; nil without an answer.
  public func robustness(
    jobs: Int, progress: @Sendable (Int) -> Void = { _ in }
  ) -> Robustness? {
    guard let chosen, let service = service(of: chosen) else { return nil }
    return Robustness.search(jobs: jobs, progress: progress) { factors in
      search.draws.allSatisfy { draw in
        (try? search.judge(service.scaled(by: factors), chosen.replicas, draw).isKept) ?? false
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
      return try whole.judge(service, chosen.replicas, PlanSearch.Draw(seed: seed, trace: trace))
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
