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
    let guesses = try parallelMap(services, jobs: jobs) { _, service in try guess(service) }
    let searches = services.indices.flatMap { service in seeds.map { (service, $0) } }
    let brackets = try parallelMap(searches, jobs: jobs) { place, search in
      let (index, seed) = search
      var tries = 0
      return try self.search.bracket(guess: guesses[index]) { rate in
        tries += 1
        progress(place, tries)
        return try keeps(services[index], seed: seed, rate: rate)
      }
    }
    return services.indices.map { index in
      ServiceCapacity(
        scheduler: services[index].engine.name, settings: services[index].settings,
        brackets: Array(brackets[index * seeds.count..<(index + 1) * seeds.count]))
    }
  }

  /// The rate at which a queue that never empties is served.
  private func guess(_ service: Service) throws -> Double {
    let backlog = trace.arriving(at: Array(repeating: 0, count: trace.count))
    let rate = try service.replay(backlog).run.metrics.throughput.requestsPerSecond
    return rate > 0 ? rate : 1
  }

  private func keeps(_ service: Service, seed: UInt64, rate: Double) throws -> Bool {
    let sent = try arrivals.arrivals(of: trace, rate: rate, seed: seed)
    var service = service
    service.fleet.seed = seed
    return try service.replay(sent, objective: objective).run.verdict?.isMet ?? false
  }
}

/// What the searches of one service found, a bracket a seed.
public struct ServiceCapacity: Sendable, Equatable {
  /// The scheduler's name with its options.
  public var scheduler: String
  public var settings: [Run.Setting]
  /// In the order of the seeds.
  public var brackets: [CapacitySearch.Bracket]

  public init(
    scheduler: String, settings: [Run.Setting], brackets: [CapacitySearch.Bracket]
  ) {
    precondition(!brackets.isEmpty, "a search has a seed")
    self.scheduler = scheduler
    self.settings = settings
    self.brackets = brackets
  }

  /// The highest rate that kept the objective, the mean over seeds, in requests a second.
  public var mean: Double { Self.mean(brackets.map(\.kept)) }

  /// Half the width of the mean's 95 % interval over seeds; nil for one seed.
  public var halfWidth: Double? { Self.halfWidth(brackets.map(\.kept)) }

  /// Whether every rate that was tried kept the objective, for some seed.
  public var isUnbounded: Bool { brackets.contains { $0.missed == nil } }

  /// The mean of what this one reaches over `other`, seed by seed, and half the width of its 95 %
  /// interval.
  public func lead(over other: ServiceCapacity) -> (mean: Double, halfWidth: Double?) {
    let leads = zip(brackets, other.brackets).map { $0.kept - $1.kept }
    return (Self.mean(leads), Self.halfWidth(leads))
  }

  private static func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(values.count)
  }

  /// Student's interval, for the deviation is known from the values alone.
  private static func halfWidth(_ values: [Double]) -> Double? {
    guard values.count > 1 else { return nil }
    let mean = mean(values)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let error = (squares / Double(values.count - 1) / Double(values.count)).squareRoot()
    return quantiles[min(values.count - 2, quantiles.count - 1)] * error
  }

  /// The 97.5 % quantile of Student's distribution with 1, 2, 3, … degrees of freedom.
  private static let quantiles = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
    2.052, 2.048, 2.045,
  ]
}
