import Metrics
import Serving

/// The same comparison over several traces that differ by their seed alone: every engine serves
/// each of them, so that differences are of pairs.
public struct Repetition: Sendable {
  /// One a seed; requests, not only their number, are the same but for their arrivals.
  public var traces: [Trace]
  public var services: [Service]
  /// What to judge every request by, if anything.
  public var objective: ServiceLevelObjective?

  public init(_ traces: [Trace], _ services: [Service], objective: ServiceLevelObjective? = nil) {
    self.traces = traces
    self.services = services
    self.objective = objective
  }

  /// The figures of every engine under every seed, without the warm-up, which is for each seed the
  /// longest that any engine has: by engine, then by seed.
  ///
  /// - Parameters:
  ///   - jobs: threads, at most; their number changes no result.
  ///   - progress: told now and then which share of its trace a run, by its place, has behind it.
  public func run(
    jobs: Int, progress: @escaping @Sendable (Int, Double) -> Void = { _, _ in }
  ) throws(Stall) -> [[SteadyFigures]] {
    let pairs = services.indices.flatMap { service in traces.indices.map { (service, $0) } }
    let records = try parallelMap(pairs, jobs: jobs) { (index, pair) throws(Stall) in
      try services[pair.0].replay(traces[pair.1]) { progress(index, $0) }.timeline.records
    }
    let warmUps = traces.indices.map { seed in
      services.indices.map { service in
        SteadyFigures.warmUp(
          trace: traces[seed], records: records[service * traces.count + seed])
      }.max() ?? 0
    }
    return services.indices.map { service in
      traces.indices.map { seed in
        SteadyFigures(
          trace: traces[seed], records: records[service * traces.count + seed],
          warmUp: warmUps[seed], objective: objective)
      }
    }
  }
}
