import Formats
import Metrics
import Schedulers
import Serving
import Workloads

/// What is run: what serves, under which scheduler, what is asked of it, and what it is judged by.
public struct Scenario: Sendable {
  /// What serves.
  public var deployment: Deployment
  /// The pools that serve in its place, where there are several that are not alike; the deployment
  /// and the scheduler are those of the first then.
  public var pools: PooledDeployment?
  /// The scheduler with its options, such as `sarathi:chunk=512`.
  public var scheduler: String
  /// The requests, and when they arrive.
  public var load: Load
  /// Limits in words, or the name of a preset; nil where none are set.
  public var objectives: String?

  /// `deployment` under `scheduler`, serving all of a trace as it is.
  public init(_ deployment: Deployment, scheduler: String, load: Load = Load()) {
    self.deployment = deployment
    self.scheduler = scheduler
    self.load = load
  }

  /// What `given` has of the settings, by name.
  public init(
    _ files: DescribedFiles = DescribedFiles(), _ given: (String) -> GivenValue?
  ) throws(InputError) {
    self.init(
      try Deployment(files, given), scheduler: Settings.scheduler.standard ?? "",
      load: try Load(given))
    try load.checkRetries(areLost: deployment.fleet.upkeep.hasFaults)
    try [Settings.scheduler, Settings.objectives].set(in: &self, from: given)
  }

  /// Everything that a user can set, in the order in which help shows it.
  public static func settings(
    _ files: DescribedFiles = DescribedFiles()
  ) -> [Setting<Scenario>] {
    let deployment: [Setting<Scenario>] = Deployment.settings(files).map { $0.on(\.deployment) }
    let load: [Setting<Scenario>] = Load.settings.map { $0.on(\.load) }
    return [Settings.scheduler] + deployment + load + [Settings.objectives]
  }

  /// The settings that are no part of anything else.
  public enum Settings {
    /// The one of all schedulers that serves.
    public static let scheduler = Setting<Scenario>(
      "scheduler", .text("NAME"), standard: "vllm",
      "one of \(Schedulers.names.joined(separator: ", ")); with its options as "
        + "NAME:option=value,option=value",
      set: { (root, given) throws(InputError) in root.scheduler = try given.string() }
    ).under("Deployment")

    /// What a request must keep to be counted as served well.
    public static let objectives = Setting<Scenario>(
      "slo", .text("LIMITS"),
      "objectives such as 'ttft.p99<2s,tbt.p99<100ms' or, for each request alone, 'ttft<2s', and "
        + "of a class 'priority=1:ttft<9s'; of "
        + LatencyMetric.ofRuns.map(\.name).joined(separator: ", ") + ", and for requests "
        + LatencyMetric.ofRequests.map(\.name).joined(separator: " and ") + "; or a preset: "
        + ObjectivePresets.all.map { "\($0.name) (\($0.source))" }.joined(separator: ", "),
      set: { (root, given) throws(InputError) in root.objectives = try given.string() }
    ).under("Objectives")
  }

  /// The objectives, for the model that serves.
  public func objective() throws(InputError) -> ServiceLevelObjective? {
    guard let objectives else { return nil }
    return try ObjectivePresets.objective(objectives, model: deployment.model.name)
  }

  /// The same under another scheduler.
  public func under(_ scheduler: String) -> Scenario {
    var scenario = self
    scenario.scheduler = scheduler
    if let pools {
      for place in pools.pools.indices { scenario.pools?.pools[place].scheduler = scheduler }
    }
    return scenario
  }

  /// What serves `trace`, without a word on the load.
  public func serving(_ trace: Trace) throws(InputError) -> Service {
    try objective()?.check(on: trace)
    if let pools { return try serving(trace, on: pools) }
    var service = try deployment.service(scheduler, for: trace)
    service.seed(UInt64(load.seed))
    service.clientTimeout = load.clientTimeout
    service.retries = load.retries
    try deployment.checkFleetWithTiers(waits: load.clientTimeout != nil)
    try service.fleet.check(trace)
    try service.fleet.upkeep.check(
      service.engine.rules, replicas: service.fleet.replicas, ranks: service.fleet.ranks)
    return service
  }

  /// What serves `trace`, which has the arrivals that were asked for.
  ///
  /// - Parameters:
  ///   - notes: what to say of the trace.
  ///   - benchmark: the tool whose names and rules runs are reported by too, if any.
  ///   - hasBounds: whether they are shown beside what no schedule can pass.
  ///   - words: what reports say of settings, by the names they have there, in place of the load's.
  public func service(
    for trace: Trace, _ notes: [String] = [], benchmark: BenchmarkTool? = nil,
    hasBounds: Bool = false, shownAs words: [String: String] = [:]
  ) throws(InputError) -> Service {
    var service = try serving(trace)
    service.settings += load.shown(serving: trace, notes).map {
      Run.Setting($0.name, words[$0.name] ?? $0.value)
    }
    service.benchmark = benchmark
    // Bounds are of all requests at their own times, and clients that give up leave the shorter
    // ones.
    if hasBounds && pools == nil && load.clientTimeout == nil && trace.columns.waits == nil
      && deployment.fleet.upkeep.isSteady
    {
      service.bounds = try deployment.bounds(of: trace, on: service)
    }
    return service
  }

  /// Serves `loaded`, of which the load leaves out what is not to be served.
  ///
  /// - Parameters:
  ///   - benchmark: the tool whose names and rules the run is reported by too, if any.
  ///   - hasBounds: whether it is shown beside what no schedule can pass.
  ///   - observation: what the timeline keeps besides what becomes of each request.
  ///   - progress: told now and then which share of the requests is served or refused.
  public func replay(
    _ loaded: LoadedTrace, benchmark: BenchmarkTool? = nil, hasBounds: Bool = false,
    observing observation: Observation = [],
    progress: ((Double) -> Void)? = nil
  ) throws -> Replay {
    let objective = try objective()
    var scenario = self
    scenario.load = try load.settled(on: loaded)
    let selected = try load.selected(from: loaded)
    let trace = try scenario.load.arriving(selected.trace)
    let service = try scenario.service(
      for: trace, selected.notes, benchmark: benchmark, hasBounds: hasBounds)
    return try service.replay(
      trace, from: load.clients, objective: objective, observing: observation, progress: progress)
  }
}
