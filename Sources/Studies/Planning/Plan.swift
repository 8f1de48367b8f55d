import Costs
import Formats
import Metrics
import Serving

/// What a search found: the cheapest of each kind, and the cheapest of all.
public struct Plan: Sendable {
  public let search: PlanSearch
  /// All that were judged, from the fewest GPUs to the most.
  public let candidates: [PlanCandidate]
  /// By kind, the place of the best candidate; nil where none is kept.
  public let best: [Int?]
  /// The kind of the cheapest; nil where nobody keeps the requirement.
  public let answer: Int?
  /// How many combinations there were, and how far each was looked at.
  public let counts: Counts
  /// What serves, by shape, as far as it was asked for.
  let services: [Int: Result<Service, InputError>]

  /// How many combinations of a shape and a number of replicas there were.
  public struct Counts: Sendable, Equatable {
    public var all = 0
    /// Run to the end under a seed at least, or left once it was certain that they do not keep the
    /// requirement.
    public var whole = 0
    public var left = 0
    /// Those whose run could not go on.
    public var stopped = 0
    /// Those of shapes that do not fit or cannot hand over, one of each looked at.
    public var impossible = 0
    /// Those with more GPUs than one of the same kind that keeps the requirement: never looked at.
    public var dearer = 0
  }

  init(
    _ search: PlanSearch, _ candidates: [PlanCandidate],
    _ services: [Int: Result<Service, InputError>]
  ) {
    let space = search.space
    self.search = search
    self.candidates = candidates
    self.services = services
    let best = space.kinds.indices.map { kind in
      candidates.indices.filter { place in
        candidates[place].isKept && space.shapes[candidates[place].shape].kind == kind
      }.min { Self.isBetter(candidates[$0], candidates[$1], search.goal) }
    }
    self.best = best
    answer = space.kinds.indices.filter { best[$0] != nil }.min { first, second in
      guard let first = best[first], let second = best[second] else { return false }
      return Self.isCheaper(candidates[first], candidates[second], search.goal)
    }
    counts = Self.counts(space, candidates)
  }

  /// Whether one of two of the same kind is preferred: by what is made small, then by GPUs, by
  /// attainment, and in the order of the space.
  private static func isBetter(
    _ first: PlanCandidate, _ second: PlanCandidate, _ goal: PlanSearch.Goal
  ) -> Bool {
    func costs(_ candidate: PlanCandidate) -> (Double, Int, Double, Int) {
      let joules = goal == .energy ? candidate.joulesPerToken ?? .infinity : 0
      return (joules, candidate.gpus, -(candidate.attainment ?? 0), candidate.shape)
    }
    return costs(first) < costs(second)
  }

  /// Whether the best of one kind costs less than that of another, or as much with fewer GPUs or,
  /// where money does not count most, less money; then by attainment.
  private static func isCheaper(
    _ first: PlanCandidate, _ second: PlanCandidate, _ goal: PlanSearch.Goal
  ) -> Bool {
    func costs(_ candidate: PlanCandidate) -> (Double, Double, Double) {
      let money = candidate.dollarsPerHour ?? .infinity
      let gpus = Double(candidate.gpus)
      let missed = -(candidate.attainment ?? 0)
      switch goal {
      case .money: return (money, gpus, missed)
      case .gpus: return (gpus, money, missed)
      case .energy: return (candidate.joulesPerToken ?? .infinity, money, missed)
      }
    }
    return costs(first) < costs(second)
  }

  private static func counts(_ space: PlanSpace, _ candidates: [PlanCandidate]) -> Counts {
    var counts = Counts()
    counts.all = space.count
    for candidate in candidates {
      switch candidate.outcome {
      case .impossible: counts.impossible += space.fleets(of: candidate.shape).count
      case .stopped: counts.stopped += 1
      case .judged(let judgements):
        if judgements.contains(where: \.isWhole) { counts.whole += 1 } else { counts.left += 1 }
      }
    }
    counts.dearer = counts.all - counts.whole - counts.left - counts.stopped - counts.impossible
    return counts
  }

  /// What reports say of a candidate's settings, but for the number of its replicas; nothing where
  /// it cannot be set up.
  public func settings(of candidate: PlanCandidate) -> [Run.Setting] {
    service(of: candidate)?.settings ?? []
  }

  /// The best candidate of all.
  public var chosen: PlanCandidate? { answer.flatMap { best[$0] }.map { candidates[$0] } }

  /// What a candidate costs to run under the seed with the least attainment; nil where its price is
  /// not known, or it was not run to the end.
  public func money(of candidate: PlanCandidate) -> Money? {
    search.space.kinds[search.space.shapes[candidate.shape].kind].price.map {
      Money(gpus: Double(candidate.gpus), dollarsPerGPUHour: $0.dollarsPerHour)
    }
  }

  /// The service of a candidate with all of its replicas; nil where it was not asked for.
  func service(of candidate: PlanCandidate) -> Service? {
    guard case .success(let service)? = services[candidate.shape] else { return nil }
    return service.with(candidate.counts)
  }

  /// The failing candidate of a kind that comes nearest: with the most GPUs below the best, the one
  /// with the highest attainment. Where none is kept, of those that were run to the end the one
  /// whose figures are the nearest to their limits; else that with the most GPUs. Nil where none
  /// fails.
  public func nearest(of kind: Int) -> PlanCandidate? {
    let failing = candidates.filter {
      !$0.isKept && search.space.shapes[$0.shape].kind == kind
    }
    let fewer = best[kind].map { candidates[$0].gpus }.map { most in
      failing.filter { $0.gpus < most }
    }
    let whole = failing.filter { $0.worst?.load != nil }
    if fewer == nil, !whole.isEmpty {
      return whole.min { ($0.worst?.load ?? 0) < ($1.worst?.load ?? 0) }
    }
    return (fewer ?? failing).max {
      ($0.attainment == nil ? 0 : 1, $0.gpus, $0.attainment ?? 0)
        < ($1.attainment == nil ? 0 : 1, $1.gpus, $1.attainment ?? 0)
    }
  }
}

extension PlanSpace {
  /// In words, why `candidate` is not the answer: what does not fit, or which limit breaks; nil
  /// where it keeps the requirement.
  public func failure(of candidate: PlanCandidate, _ requirement: Requirement) -> String? {
    switch candidate.outcome {
    case .impossible(let problem): return problem
    case .stopped(let problem): return problem
    case .judged(let judgements):
      guard let failed = judgements.first(where: { !$0.isKept }) else { return nil }
      let share = Self.share(failed.attainment)
      guard let broken = failed.broken else {
        return
          "\(Numbers.grouped(failed.refused)) requests do not fit, and \(share) keep the limits"
      }
      let whole = failed.isWhole ? "" : " at most"
      if broken.statistic != nil, requirement.attainment == nil { return "\(broken) breaks" }
      return "\(broken) breaks: \(share)\(whole) of the requests keep all limits"
    }
  }
  /// A share that falls short, which is not rounded up to what it falls short of.
  private static func share(_ share: Double) -> String {
    "\(Numbers.fixed((share * 1e4).rounded(.down) / 100, decimals: 2)) %"
  }
}
