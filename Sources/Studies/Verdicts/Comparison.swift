import Metrics
import Serving

/// One trace served by several engines on the same deployment.
public struct Comparison: Sendable {
  public var trace: Trace
  /// Who sends the requests and when; the trace's own arrivals hold where nil.
  public var clients: Clients?
  /// In the order in which the results are shown.
  public var services: [Service]
  /// What to judge every run by, if anything.
  public var objective: ServiceLevelObjective?
  /// What the timelines keep besides what becomes of each request.
  public var observation: Observation = []

  public init(_ trace: Trace, _ services: [Service], objective: ServiceLevelObjective? = nil) {
    self.trace = trace
    self.services = services
    self.objective = objective
  }

  /// Serves the trace once a service, on at most `jobs` threads; their number changes no result.
  /// One that cannot go on keeps no other from being served.
  ///
  /// - Parameters:
  ///   - progress: told now and then which share of the trace a service, by its place, has behind
  ///     it; from any thread.
  ///   - summary: what to keep of each replay.
  public func run<Summary: Sendable>(
    jobs: Int, progress: @escaping @Sendable (Int, Double) -> Void = { _, _ in },
    summary: @Sendable (Replay) -> Summary
  ) -> [Result<Summary, RunError>] {
    parallelMap(services, jobs: jobs) { index, service in
      Result { () throws(RunError) in
        let replay = try service.replay(
          trace, from: clients, objective: objective, observing: observation
        ) { progress(index, $0) }
        return summary(replay)
      }
    }
  }
}
