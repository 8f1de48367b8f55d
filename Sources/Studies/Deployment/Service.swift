import Costs
import Metrics
import Schedulers
import Serving

/// An engine with its memory and its costs: all that a trace needs to be served.
public struct Service: Sendable {
  public var engine: Engine
  public var cost: any CostModel
  /// The copies of it that serve together.
  public var fleet: Fleet
  /// The pools that serve in its place, where there are several that are not alike.
  public internal(set) var pooled: PooledService?
  /// What clients wait for besides the engine, request by request.
  public var frontend: Nanoseconds = 0
  /// For how long clients wait for an answer before they give it up; nil where they do for ever.
  public var clientTimeout: Nanoseconds?
  /// How often and when they send again what they gave up; nil where they do not.
  public var retries: Retries?
  /// What was set, as reports show it.
  public var settings: [Run.Setting]
  /// The same with other sizes of iterations, of which the best for a trace serves it; none where
  /// the size is given.
  var sizes: [Service] = []
  /// Why its engine, which would overlap operations, runs one after the other here; nil where it
  /// does not.
  public internal(set) var withoutOverlap: String?
  /// What the GPUs of a replica draw; nil where that is not known.
  public var power: ServingPower?
  /// Dollars an hour for a replica; nil where no price is known.
  public var dollarsPerReplicaHour: Double?
  /// The tool whose names and rules runs are reported by too, if any.
  public var benchmark: BenchmarkTool?
  /// What no schedule can pass on the trace to be served, where that is asked for.
  public var bounds: ThroughputBounds?

  /// An `engine` whose iterations take what `cost` says, on each replica of `fleet`.
  public init(
    engine: Engine, cost: any CostModel, fleet: Fleet = Fleet(), settings: [Run.Setting]
  ) {
    self.engine = engine
    self.cost = cost
    self.fleet = fleet
    self.settings = settings
  }

  /// Serves `trace` from its first arrival to its last token.
  ///
  /// The trace has what the fleet's router goes by.
  ///
  /// - Parameters:
  ///   - clients: who sends the requests and when; the trace's own arrivals hold where nil.
  ///   - objective: what to judge the run by, if anything.
  ///   - observation: what the timeline keeps besides what becomes of each request; what the
  ///     objective needs is kept anyway.
  ///   - progress: told now and then which share of the requests is served or refused.
  public func replay(
    _ trace: Trace, from clients: Clients? = nil, objective: ServiceLevelObjective? = nil,
    observing observation: Observation = [],
    progress: ((Double) -> Void)? = nil
  ) throws(RunError) -> Replay {
    if !sizes.isEmpty {
      return try best(for: trace, from: clients).replay(
        trace, from: clients, objective: objective, observing: observation, progress: progress)
    }
    var simulation = simulation(
      of: trace, from: clients, observing: observation, for: objective)
    let timeline = try simulation.run { progress?(Double($0) / Double(max(1, trace.count))) }
    return summedUp(
      timeline, of: trace, sentAt: simulation.arrivals, from: clients, objective: objective)
  }

  /// Has what is random of it begin from `seed`.
  mutating func seed(_ seed: UInt64) {
    fleet.seed = seed
    engine.rules.speculation?.acceptance.reseed(seed)
    for index in sizes.indices { sizes[index].seed(seed) }
    pooled?.reseed(seed)
  }

  /// `trace`, of which nothing is served yet.
  ///
  /// - Parameter objective: what the run is judged by, for which it keeps what that needs.
  func simulation(
    of trace: Trace, from clients: Clients?, observing observation: Observation,
    for objective: ServiceLevelObjective?
  ) -> Simulation {
    var awaited = clients
    awaited?.thinkTime += frontend
    var later = retries
    later?.delay += frontend
    var delayed = trace
    if let waits = trace.columns.waits, frontend > 0 {
      var columns = trace.columns
      columns.waits = waits.prolonged(by: frontend)
      delayed = Trace(requests: trace.requests, columns: columns)
    }
    let kept = observation.union(
      objective?.metrics.contains(.smoothedTBT) == true ? .smoothedGaps : [])
    let again = clientTimeout == nil ? nil : later
    if let pooled {
      return Simulation(
        delayed, pools: pooled.pools, pooled.disaggregation(trace),
        router: pooled.frontRouter(trace), clients: awaited,
        clientTimeout: clientTimeout.map { max(1, $0 - frontend) }, retries: again,
        observing: kept)
    }
    var simulation = Simulation(
      delayed, rules: engine.rules, scheduler: engine.scheduler, cost: cost,
      replicas: fleet.schedulers, ranks: fleet.ranks,
      router: fleet.makeRouter(
        trace, cachedTokens: engine.rules.memory.totalBlocks * engine.rules.memory.blockSize,
        blockTokens: engine.rules.memory.blockSize),
      routerRefresh: fleet.routerRefresh ?? 0,
      clients: awaited, clientTimeout: clientTimeout.map { max(1, $0 - frontend) },
      retries: again, observing: kept)
    let start = trace.requests.first?.arrival ?? 0
    if let upkeep = fleet.upkeep.upkeep(
      replicas: fleet.replicas, seed: fleet.seed, from: start)
    {
      simulation.keep(upkeep, retries: later)
    }
    if let admission = fleet.upkeep.admission { simulation.guardDoor(by: admission.policy) }
    return simulation
  }

  /// What `timeline`, as the engine has it, amounts to for the users of `trace`.
  ///
  /// - Parameter times: when each request was sent.
  func summedUp(
    _ timeline: Timeline, of trace: Trace, sentAt times: [Nanoseconds], from clients: Clients?,
    objective: ServiceLevelObjective?
  ) -> Replay {
    let (served, seen) = trace.served(timeline, sentAt: times, from: clients)
    var timeline = seen
    timeline.delay(by: frontend)
    var metrics = RunMetrics(
      trace: served, timeline: timeline, replicas: fleet.schedulers, clients: clients)
    metrics.pools = pooled?.use(timeline, span: metrics.throughput.spanSeconds)
    if metrics.pools != nil { metrics.balance = nil }
    if let seconds = metrics.fleet?.replicaSeconds {
      metrics.fleet?.dollars = dollarsPerReplicaHour.map { $0 * seconds / 3600 }
    }
    var run = Run(
      scheduler: engine.name, settings: settings, metrics: metrics,
      verdict: objective?.verdict(on: served, timeline, metrics),
      attribution: AttributionSummary(timeline: timeline))
    run.energy =
      !fleet.upkeep.isSteady ? nil : power.map { Energy(metrics, $0, replicas: fleet.replicas) }
    run.bounds = bounds
    run.knowledge = engine.knowledge
    run.benchmark = benchmark.map {
      BenchmarkFigures($0, trace: served, timeline: timeline, metrics: metrics)
    }
    return Replay(run: run, trace: served, timeline: timeline)
  }
}

extension Trace {
  /// This trace with the arrivals that there were, and what was seen of it in that order.
  fileprivate func served(
    _ timeline: Timeline, sentAt times: [Nanoseconds], from clients: Clients?
  ) -> (Trace, Timeline) {
    if columns.waits == nil { return (clients == nil ? self : arriving(at: times), timeline) }
    let rows = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
    return (arriving(at: times), timeline.rows(at: rows))
  }
}

/// A trace served once: the figures, and everything they were taken from.
public struct Replay: Sendable, Equatable {
  public var run: Run
  /// With the arrivals that there were.
  public var trace: Trace
  public var timeline: Timeline
}
