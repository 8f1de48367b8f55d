import Formats
import Metrics
import Serving
import Workloads

/// The search for the cheapest of a space that keeps a requirement, kind by kind: of one GPU, in
/// pools that hand over or not.
///
/// Of one kind, a deployment costs in proportion to its GPUs. All combinations with the fewest GPUs
/// are judged first, then those with the next more, until one is kept: what has more GPUs costs
/// more and need not be run. Where energy counts, what has more GPUs need not be run once these
/// would draw as much with nothing to do. So the answer is exact; it takes nothing for granted of
/// more replicas, other budgets or other loads. A run is left when it is certain that the
/// requirement is not kept (`RunningVerdict`), and a shape that does not fit its GPUs does so with
/// any number of replicas.
public struct PlanSearch: Sendable {
  /// What is made as small as can be.
  public enum Goal: String, CaseIterable, Sendable {
    /// Dollars an hour.
    case money
    case gpus
    /// Joules of an output token, idle time included.
    case energy
  }

  /// One draw of arrivals.
  public struct Draw: Sendable {
    /// What they are drawn from, and the requests with the arrivals.
    public let seed: UInt64
    public let trace: Trace
  }

  /// What is chosen among.
  public let space: PlanSpace
  /// What is to be kept, and what is made as small as can be.
  public let requirement: Requirement
  public let goal: Goal
  /// What is asked of every deployment; its seed is the first.
  public let load: Load
  /// One at least; several where arrivals are drawn.
  public let draws: [Draw]
  /// The requests with the trace's own arrivals.
  let base: Trace
  /// What is to be said of the trace.
  public let notes: [String]
  /// Whether runs are left when it is certain that they do not keep the requirement; changes no
  /// answer.
  public var leavesRuns = true
  /// What decides what comes of runs besides what is here, such as what serves and its version.
  public var fingerprint = Fingerprint()

  /// The requests of `loaded` under `seeds` seeds from the load's own on.
  ///
  /// Throws where a price is missing that the goal needs, or the load cannot be drawn.
  public init(
    _ space: PlanSpace, _ requirement: Requirement, goal: Goal, load: Load, of loaded: LoadedTrace,
    seeds: Int
  ) throws(InputError) {
    if goal == .money, let kind = space.kinds.first(where: { $0.price == nil }) {
      throw InputError(
        "--gpus", problem: "no price is known of \(kind.name)",
        remedy: "give --price \(kind.given)=DOLLARS an hour for one, or --minimize gpus")
    }
    if goal == .energy { try Self.checkPower(space) }
    try requirement.objective.check(on: loaded.trace)
    self.space = space
    self.requirement = requirement
    self.goal = goal
    let settled = try load.settled(on: loaded)
    self.load = settled
    var draws: [Draw] = []
    let first = try settled.selected(from: loaded)
    (base, notes) = (first.trace, first.notes)
    for seed in 0..<seeds {
      var own = settled
      own.seed = load.seed &+ seed
      let selected = try own.selected(from: loaded)
      draws.append(Draw(seed: UInt64(own.seed), trace: try own.arriving(selected.trace)))
    }
    self.draws = draws
  }

  /// The requests a second that are planned for; nil where they come all at once.
  public var rate: Double? { load.requestRate ?? base.meanRate }

  /// What serves as `shape` says, on one replica or on pools of one each.
  func service(of shape: Int) throws(InputError) -> Service {
    let pools = space.shapes[shape].pools
    try pools?.check()
    var scenario = Scenario(
      space.shapes[shape].deployment, scheduler: space.shapes[shape].scheduler, load: load)
    scenario.deployment.fleet.replicas = 1
    if scenario.deployment.fleet.upkeep.scaler != nil {
      throw InputError(
        FleetUpkeep.Settings.scaler.option,
        problem: "a plan counts replicas that are there all the time",
        remedy: "leave it out")
    }
    scenario.pools = pools
    return try scenario.service(for: draws[0].trace, notes)
  }

  /// Searches on at most `jobs` threads; their number changes no result.
  ///
  /// - Parameter progress: told which share of all combinations is decided.
  public func run(jobs: Int, progress: @Sendable (Double) -> Void = { _ in }) -> Plan {
    do {
      return try run(jobs: jobs, known: Ledger(), progress: progress)
    } catch {
      preconditionFailure("nothing but a ledger stops a search")
    }
  }

  /// Searches among the shapes of `share` alone.
  ///
  /// What a search among all shapes looks at of one of them has no more GPUs than the best of its
  /// kind, so a search among a part of them looks at it too: what all shares know is enough.
  ///
  /// - Parameters:
  ///   - jobs: threads, at most; their number changes no result.
  ///   - known: combinations that need not be run again.
  ///   - progress: told which share of all combinations is decided.
  ///   - note: handed each combination when it is done, on any thread.
  public func run(
    jobs: Int, known: Ledger<PlanRow>, of share: Share = .whole,
    progress: @Sendable (Double) -> Void = { _ in },
    note: @Sendable (PlanRow) throws -> Void = { _ in }
  ) throws -> Plan {
    var state = State(space, share)
    let (base, joulesAtLeast) = (commonFingerprint, joulesPerTokenAtLeast)
    while !state.isDone {
      let wanted = state.next()
      let unknown = wanted.map(\.shape).uniqued.filter { state.services[$0] == nil }
      let services = parallelMap(unknown, jobs: jobs) { _, shape in
        Result { () throws(InputError) in try service(of: shape) }
      }
      for (shape, service) in zip(unknown, services) { state.services[shape] = service }
      let built = state.services
      state.enter(
        try parallelMap(wanted, jobs: jobs) { _, candidate in
          var candidate = candidate
          switch built[candidate.shape]! {
          case .success(let service):
            let key = key(of: candidate, on: service, base)
            candidate.outcome = try known.row(key, note: note) {
              PlanRow(key: key, outcome(of: candidate, on: service))
            }.outcome
          case .failure(let error): candidate.outcome = .impossible(error.problem)
          }
          return candidate
        }
      ) { left, kept in
        guard goal == .energy, let joules = kept.joulesPerToken else { return goal != .energy }
        return joulesAtLeast(left) >= joules
      }
      progress(state.share)
    }
    return Plan(self, state.decided, state.services)
  }

  /// What comes of `candidate` under one seed after the other.
  func outcome(of candidate: PlanCandidate, on service: Service) -> PlanCandidate.Outcome {
    var judgements: [Judgement] = []
    for draw in draws {
      do {
        let judgement = try judge(service, candidate.counts, draw)
        judgements.append(judgement)
        if !judgement.isKept { break }
      } catch {
        return .stopped("\(error)")
      }
    }
    return .judged(judgements)
  }

  /// How so many replicas of `service` as `counts` has keep the requirement under `draw`.
  func judge(
    _ service: Service, _ counts: PoolCounts, _ draw: Draw
  ) throws(RunError) -> Judgement {
    var service = service.with(counts)
    service.seed(draw.seed)
    return try service.judge(draw.trace, requirement, leaves: leavesRuns)
  }

  /// What is decided so far, and what is next.
  private struct State {
    private let space: PlanSpace
    /// By kind, the combinations that are left, those with the fewest GPUs last.
    private var left: [[PlanCandidate]]
    var services: [Int: Result<Service, InputError>] = [:]
    private(set) var decided: [PlanCandidate] = []

    init(_ space: PlanSpace, _ share: Share) {
      self.space = space
      left = space.kinds.indices.map { kind in
        space.shapes.indices.filter {
          space.shapes[$0].kind == kind && share.has($0)
        }.flatMap { shape in
          space.fleets(of: shape).map { space.candidate(shape, $0) }
        }.enumerated().sorted {
          ($0.element.gpus, $0.offset) > ($1.element.gpus, $1.offset)
        }.map(\.element)
      }
    }

    var isDone: Bool { left.allSatisfy(\.isEmpty) }

    /// The share of all combinations that need not be looked at any more.
    var share: Double { 1 - Double(left.reduce(0) { $0 + $1.count }) / Double(max(1, space.count)) }

    /// Those of every kind that have the fewest GPUs of all that are left.
    mutating func next() -> [PlanCandidate] {
      left.indices.flatMap { kind -> [PlanCandidate] in
        guard let fewest = left[kind].last?.gpus else { return [] }
        let start = left[kind].firstIndex { $0.gpus == fewest } ?? 0
        defer { left[kind].removeSubrange(start...) }
        return left[kind][start...].reversed()
      }
    }

    /// Books what came of the last; what is surely no better than one of its kind that is kept, and
    /// shapes that cannot be, are left out.
    mutating func enter(
      _ candidates: [PlanCandidate],
      isNoBetter: (_ left: PlanCandidate, _ kept: PlanCandidate) -> Bool
    ) {
      decided += candidates
      for candidate in candidates {
        if candidate.isKept {
          left[space.shapes[candidate.shape].kind].removeAll { isNoBetter($0, candidate) }
        }
        if case .impossible = candidate.outcome {
          left[space.shapes[candidate.shape].kind].removeAll { $0.shape == candidate.shape }
        }
      }
    }
  }
}

extension Service {
  /// How this service keeps `requirement` on `trace`.
  ///
  /// - Parameter leaves: whether the run is left when it is certain that it does not.
  func judge(
    _ trace: Trace, _ requirement: Requirement, leaves: Bool
  ) throws(RunError) -> Judgement {
    let objective = requirement.objective
    guard leaves, sizes.isEmpty, clientTimeout == nil, trace.columns.waits == nil else {
      let replay = try replay(trace, objective: objective)
      return Judgement(requirement, replay.run, on: replay.trace, replay.timeline)
    }
    var verdict = RunningVerdict(requirement, on: trace, engine.rules, delay: frontend)
    if verdict.isLostAtOnce { return verdict.judgement }
    var simulation = simulation(of: trace, from: nil, observing: [], for: objective)
    guard let timeline = try simulation.run(unless: { verdict.isLost(in: $0) }) else {
      return verdict.judgement
    }
    let replay = summedUp(
      timeline, of: trace, sentAt: [], from: nil, objective: objective)
    return Judgement(requirement, replay.run, on: trace, replay.timeline)
  }
}

extension [Int] {
  /// Each once, in the order in which they come first.
  fileprivate var uniqued: [Int] {
    indices.filter { firstIndex(of: self[$0]) == $0 }.map { self[$0] }
  }
}
