import Metrics
import Serving
import Workloads

/// The highest rates at which services keep an objective on one trace, over several seeds.
///
/// A seed draws the same arrivals for every service and, but for the rate, for every try, so that
/// services are compared on common random numbers.
public struct CapacityStudy: Sendable {
  public var trace: Trace
  /// In the order in which the results are shown.
  public var services: [Service]
  /// What must be kept; at least one of its clauses judges runs.
  public var objective: ServiceLevelObjective
  public var arrivals: ArrivalProcess
  /// The beginnings of the random numbers, one search each.
  public var seeds: [UInt64]
  public var search = CapacitySearch()

  public init(
    _ trace: Trace, _ services: [Service], objective: ServiceLevelObjective,
    arrivals: ArrivalProcess, seeds: [UInt64]
  ) {
    precondition(!seeds.isEmpty, "a search has a seed")
    self.trace = trace
    self.services = services
    self.objective = objective
    self.arrivals = arrivals
    self.seeds = seeds
  }

  /// Searches on at most `jobs` threads; their number changes no result.
  ///
  /// - Parameter progress: told by each search, by its place, when a rate was tried.
  public func run(
    jobs: Int, progress: @Sendable (Int, _ tries: Int) -> Void = { _, _ in }
  ) throws -> [ServiceCapacity] {
    let guesses = parallelMap(services, jobs: jobs) { _, service in guess(service) }
    let searches = services.indices.flatMap { service in seeds.map { (service, $0) } }
    let found = try parallelMap(searches, jobs: jobs) { place, search in
      let (index, seed) = search
      return try find(services[index], seed: seed, guess: guesses[index]) { progress(place, $0) }
    }
    return services.indices.map { index in
      let own = found[index * seeds.count..<(index + 1) * seeds.count]
      return ServiceCapacity(
        scheduler: services[index].engine.name, settings: services[index].settings,
        brackets: own.map(\.bracket), tries: own.first?.tries ?? [], saturated: guesses[index])
    }
  }

  /// How far off the cost model may be before the first of two services, which reached
  /// `capacities`, is no longer ahead of the second; under the first seed.
  ///
  /// - Parameters:
  ///   - jobs: threads, at most; their number changes no result.
  ///   - progress: told when one of the directions, by its place, is known.
  public func robustness(
    of pair: (leader: Int, other: Int), _ capacities: [ServiceCapacity], jobs: Int,
    progress: @Sendable (Int) -> Void = { _ in }
  ) throws -> Robustness {
    try Robustness.search(precision: 0.02, jobs: jobs, progress: progress) { factors in
      func reach(_ index: Int) throws -> Double {
        let guess = capacities[index].brackets[0].kept
        return try find(
          services[index].scaled(by: factors), seed: seeds[0], guess: guess > 0 ? guess : 1
        ).bracket.kept
      }
      return try reach(pair.leader) > reach(pair.other)
    }
  }

  /// Searches for one service under one seed.
  private func find(
    _ service: Service, seed: UInt64, guess: Double, progress: (Int) -> Void = { _ in }
  ) throws -> (bracket: CapacitySearch.Bracket, tries: [ServiceCapacity.Try]) {
    var tries: [ServiceCapacity.Try] = []
    let bracket = try search.bracket(guess: guess) { rate in
      let load = try load(service, seed: seed, rate: rate)
      tries.append(ServiceCapacity.Try(rate: rate, load: load.worst))
      progress(tries.count)
      return load.isMet
    }
    return (bracket, tries.sorted { $0.rate < $1.rate })
  }

  /// The rate at which a queue that never empties is served; 1 where that stalls.
  private func guess(_ service: Service) -> Double {
    let backlog = trace.arriving(at: Array(repeating: 0, count: trace.count))
    let rate = try? service.replay(backlog).run.metrics.throughput.requestsPerSecond
    return rate.flatMap { $0 > 0 ? $0 : nil } ?? 1
  }

  /// Whether the objective is kept at `rate`, and the largest of its figures as a multiple of its
  /// limit; not where the scheduler stalls.
  private func load(
    _ service: Service, seed: UInt64, rate: Double
  ) throws -> (isMet: Bool, worst: Double) {
    let sent = try arrivals.arrivals(of: trace, rate: rate, seed: seed)
    var service = service
    service.fleet.seed = seed
    guard let replay = try? service.replay(sent, objective: objective) else { return (false, 0) }
    let verdict = replay.run.verdict
    let shares = (verdict?.clauses ?? []).compactMap { clause in
      clause.valueSeconds.map { $0 / clause.clause.limit.seconds }
    }
    return (verdict?.isMet ?? false, shares.max() ?? 0)
  }
}

/// What the searches of one service found, a bracket a seed.
public struct ServiceCapacity: Sendable, Equatable {
  /// A rate that was tried.
  public struct Try: Sendable, Equatable {
    /// In requests a second.
    public var rate: Double
    /// The largest of the objective's figures as a multiple of its limit.
    public var load: Double

    public init(rate: Double, load: Double) {
      self.rate = rate
      self.load = load
    }
  }

  /// The scheduler's name with its options.
  public var scheduler: String
  public var settings: [Run.Setting]
  /// In the order of the seeds.
  public var brackets: [CapacitySearch.Bracket]
  /// Those of the first seed, from the lowest rate to the highest.
  public var tries: [Try]
  /// The requests that are served of a backlog in a second; zero where that is not known.
  public var saturated: Double

  public init(
    scheduler: String, settings: [Run.Setting], brackets: [CapacitySearch.Bracket],
    tries: [Try] = [], saturated: Double = 0
  ) {
    precondition(!brackets.isEmpty, "a search has a seed")
    self.scheduler = scheduler
    self.settings = settings
    self.brackets = brackets
    self.tries = tries
    self.saturated = saturated
  }

  /// The highest rate that kept the objective, in requests a second: its mean over seeds.
  public var estimate: Estimate { Estimate(brackets.map(\.kept)) }

  /// The mean of `estimate`.
  public var mean: Double { estimate.mean }

  /// Whether every rate that was tried kept the objective, for some seed.
  public var isUnbounded: Bool { brackets.contains { $0.missed == nil } }

  /// What this one reaches over `other`, seed by seed.
  public func lead(over other: ServiceCapacity) -> Estimate {
    Estimate(zip(brackets, other.brackets).map { $0.kept - $1.kept })
  }
}
