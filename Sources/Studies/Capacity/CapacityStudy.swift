import Formats
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
  /// What must be kept.
  public var requirement: Requirement
  public var arrivals: ArrivalProcess
  /// The beginnings of the random numbers, one search each.
  public var seeds: [UInt64]
  public var search = CapacitySearch()
  /// Whether no rate is tried above that at which a backlog of all requests is served: what keeps
  /// the objective there does so because the trace ends before its queue has grown.
  public var stopsAtBacklog = false
  /// Whether each seed draws the requests anew, from those of the trace and as many: a bootstrap,
  /// whose interval is of the long run of such requests, and not of these alone.
  public var redraws = false
  /// What the GPUs of each service cost; nil where that is not known.
  public var money: Money?
  /// What decides what comes of searches besides what is here and what services say of themselves,
  /// such as the data of a model.
  public var fingerprint = Fingerprint()

  public init(
    _ trace: Trace, _ services: [Service], objective: ServiceLevelObjective,
    arrivals: ArrivalProcess, seeds: [UInt64]
  ) {
    precondition(!seeds.isEmpty, "a search has a seed")
    self.trace = trace
    self.services = services
    requirement = Requirement(objective)
    self.arrivals = arrivals
    self.seeds = seeds
  }

  /// Searches on at most `jobs` threads; their number changes no result. A service whose run cannot
  /// go on at some rate has no capacity, and keeps no other from being searched for.
  ///
  /// - Parameters:
  ///   - known: searches that need not be done again.
  ///   - progress: told by each search, by its place, when a rate was tried.
  public func run(
    jobs: Int, known: Ledger<CapacityRow> = Ledger(),
    progress: @Sendable (Int, _ tries: Int) -> Void = { _, _ in }
  ) throws -> [ServiceCapacity] {
    let rows = try searches(jobs: jobs, known: known, progress: progress)
    return services.indices.map { index in
      capacity(of: services[index], rows[index * seeds.count..<(index + 1) * seeds.count])
    }
  }

  /// The searches of `share`, service by service and seed by seed.
  ///
  /// - Parameters:
  ///   - jobs: threads, at most; their number changes no result.
  ///   - known: searches that need not be done again.
  ///   - progress: told by each search, by its place, when a rate was tried.
  ///   - note: handed each search when it is done, on any thread.
  public func searches(
    jobs: Int, known: Ledger<CapacityRow> = Ledger(), of share: Share = .whole,
    progress: @Sendable (Int, _ tries: Int) -> Void = { _, _ in },
    note: @Sendable (CapacityRow) throws -> Void = { _ in }
  ) throws -> [CapacityRow] {
    let base = commonFingerprint
    let pairs = services.indices.flatMap { service in seeds.map { (service, $0) } }
    let own = pairs.indices.filter(share.has).map { place in
      let (service, seed) = pairs[place]
      return (service: service, seed: seed, key: key(of: services[service], seed, base))
    }
    let backlogs = parallelMap(Array(services.indices), jobs: jobs) { index, service in
      own.contains { $0.service == index && !known.has($0.key) }
        ? Result { () throws(RunError) in try backlogRate(of: services[service]) } : nil
    }
    return try parallelMap(own, jobs: jobs) { place, search in
      try known.row(search.key, note: note) {
        do {
          let backlog = try backlogs[search.service]!.get()
          let found = try find(
            services[search.service], seed: search.seed, guess: backlog, backlog: backlog
          ) { progress(place, $0) }
          return CapacityRow(
            key: search.key,
            .found(
              found.bracket, tries: found.tries, backlogRate: backlog, servedRate: found.servedRate,
              energy: found.energy))
        } catch let error as RunError {
          return CapacityRow(key: search.key, .stopped("\(error)"))
        }
      }
    }
  }

  /// What the searches for one service come to, a row a seed.
  private func capacity(
    of service: Service, _ rows: ArraySlice<CapacityRow>
  ) -> ServiceCapacity {
    var brackets: [CapacitySearch.Bracket] = []
    var (energies, servedRates): ([Energy], [Double]) = ([], [])
    var first: (tries: [ServiceCapacity.Try], backlogRate: Double)?
    for row in rows {
      switch row.outcome {
      case .found(let bracket, let tries, let backlogRate, let servedRate, let energy):
        brackets.append(bracket)
        if let energy { energies.append(energy) }
        if let servedRate { servedRates.append(servedRate) }
        first = first ?? (tries, backlogRate)
      case .stopped(let reason):
        return ServiceCapacity(
          StoppedRun(scheduler: service.engine.name, settings: service.settings, reason: reason))
      }
    }
    var capacity = ServiceCapacity(
      scheduler: service.engine.name, settings: service.settings, brackets: brackets,
      tries: first?.tries ?? [], backlogRate: first?.backlogRate ?? 0)
    capacity.isBootstrapped = redraws && canRedraw
    if servedRates.count == brackets.count { capacity.servedRate = Estimate(servedRates).mean }
    if energies.count == brackets.count { capacity.energy = Energy(energies) }
    capacity.dollarsPerMillion = money?.dollarsPerMillion(
      tokensPerSecond: capacity.mean * outputTokens(on: service))
    return capacity
  }

  /// Whether requests can be drawn more than once: not where sessions or what prompts share tell
  /// one from the other.
  public var canRedraw: Bool { trace.columns.sessions == nil && trace.columns.prefixHashes == nil }

  /// The requests under a seed.
  private func requests(_ seed: UInt64) throws -> Trace {
    guard redraws, canRedraw else { return trace }
    var transforms = TraceTransforms()
    transforms.sample = trace.count
    return try transforms.applied(
      to: LoadedTrace(trace: trace, formatName: "", notes: []), seed: seed
    ).trace
  }

  /// What the searches have in common that decides what comes of them.
  private var commonFingerprint: Fingerprint {
    var fingerprint = fingerprint
    fingerprint.add(trace)
    fingerprint.add("\(requirement.words) \(arrivals.name) \(search)")
    fingerprint.add("\(stopsAtBacklog) \(redraws)")
    return fingerprint
  }

  /// The name of a search by all that decides what comes of it.
  private func key(of service: Service, _ seed: UInt64, _ base: Fingerprint) -> String {
    var fingerprint = base
    fingerprint.add(service.engine.name)
    for setting in service.settings { fingerprint.add("\(setting.name)=\(setting.value)") }
    fingerprint.add(word: seed)
    return fingerprint.text
  }

  /// How far off the cost model may be before the first of two services, which reached
  /// `capacities`, is no longer ahead of the second; under the first seed. One whose run cannot go
  /// on is behind.
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
        let service = services[index].scaled(by: factors)
        do {
          let backlog = try backlogRate(of: service)
          let guess = capacities[index].brackets[0].kept
          return try find(
            service, seed: seeds[0], guess: guess > 0 ? guess : 1, backlog: backlog
          ).bracket.kept
        } catch is RunError {
          return 0
        }
      }
      return try reach(pair.leader) > reach(pair.other)
    }
  }

  /// Output tokens of a request that is sent, on average; none of those that are refused.
  private func outputTokens(on service: Service) -> Double {
    let rules = service.engine.rules
    let tokens = trace.requests.reduce(0) {
      $0 + (rules.canServe($1) ? rules.emittedTokens(of: $1) : 0)
    }
    return Double(tokens) / Double(max(1, trace.count))
  }

  private typealias Found = (
    bracket: CapacitySearch.Bracket, tries: [ServiceCapacity.Try], servedRate: Double?,
    energy: Energy?
  )

  /// Searches for one service under one seed.
  private func find(
    _ service: Service, seed: UInt64, guess: Double, backlog: Double,
    progress: (Int) -> Void = { _ in }
  ) throws -> Found {
    var tries: [ServiceCapacity.Try] = []
    var (servedRate, energy): (Double?, Energy?)
    let requests = try requests(seed)
    var search = search
    if stopsAtBacklog { search.most = min(search.most ?? .infinity, backlog) }
    let bracket = try search.bracket(guess: guess) { rate in
      let load = try load(service, requests, seed: seed, rate: rate)
      tries.append(ServiceCapacity.Try(rate: rate, load: load.load ?? 0))
      progress(tries.count)
      // Of the rates that are kept, each is higher than those before.
      if load.isKept { (servedRate, energy) = (load.throughput?.requestsPerSecond, load.energy) }
      return load.isKept
    }
    return (bracket, tries.sorted { $0.rate < $1.rate }, servedRate, energy)
  }

  /// The requests a second that are served of a queue that never empties; 1 where none is answered.
  private func backlogRate(of service: Service) throws(RunError) -> Double {
    let backlog = trace.arriving(at: Array(repeating: 0, count: trace.count))
    let rate = try service.replay(backlog).run.metrics.throughput.requestsPerSecond
    return rate > 0 ? rate : 1
  }

  /// How `requests` that arrive at `rate` are served.
  private func load(
    _ service: Service, _ requests: Trace, seed: UInt64, rate: Double
  ) throws -> Judgement {
    let sent = try arrivals.arrivals(of: requests, rate: rate, seed: seed)
    var service = service
    service.seed(seed)
    return try service.judge(sent, requirement, leaves: false)
  }
}
