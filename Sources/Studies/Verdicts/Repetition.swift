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

  /// The figures of every engine under every seed, without the warm-up: by engine, then by seed. An
  /// engine that cannot go on under some seed has none, and keeps no other from being served.
  ///
  /// - Parameters:
  ///   - jobs: threads, at most; their number changes no result.
  ///   - progress: told now and then which share of its trace a run, by its place, has behind it.
  public func run(
    jobs: Int, progress: @escaping @Sendable (Int, Double) -> Void = { _, _ in }
  ) -> [Result<[SteadyFigures], RunError>] {
    let pairs = services.indices.flatMap { service in traces.indices.map { (service, $0) } }
    let figures = parallelMap(pairs, jobs: jobs) { index, pair in
      Result { () throws(RunError) in
        let trace = traces[pair.1]
        let replay = try services[pair.0].replay(trace, objective: objective) {
          progress(index, $0)
        }
        return SteadyFigures(
          trace: trace, records: replay.timeline.records,
          warmUp: SteadyFigures.warmUp(of: trace.count), objective: objective,
          verdict: replay.run.verdict)
      }
    }
    return services.indices.map { service in
      Result { () throws(RunError) in
        var own: [SteadyFigures] = []
        for found in figures[service * traces.count..<(service + 1) * traces.count] {
          own.append(try found.get())
        }
        return own
      }
    }
  }
}
