import Costs
import Metrics
import Serving

/// Two services on the same requests, of which one does better.
public struct HeadToHead: Sendable {
  /// The same requests under several seeds, or as they are.
  public var traces: [Trace]
  /// Who sends them and when; the traces' own arrivals hold where nil.
  public var clients: Clients?
  /// What every request is judged by, if anything.
  public var objective: ServiceLevelObjective?
  /// What is compared; its mean over the traces.
  public var figure: SteadyFigures.Figure
  public var leader: Service
  public var other: Service

  public init(
    _ traces: [Trace], from clients: Clients? = nil, objective: ServiceLevelObjective? = nil,
    figure: SteadyFigures.Figure, leader: Service, other: Service
  ) {
    self.traces = traces
    self.clients = clients
    self.objective = objective
    self.figure = figure
    self.leader = leader
    self.other = other
  }

  /// How far off the cost model of both may be before the leader leads no more.
  ///
  /// - Parameters:
  ///   - jobs: threads, at most; their number changes no result.
  ///   - progress: told when one of the directions, by its place, is known.
  public func robustness(
    jobs: Int, progress: @Sendable (Int) -> Void = { _ in }
  ) -> Robustness {
    Robustness.search(jobs: jobs, progress: progress) { factors in
      guard let first = mean(leader, factors) else { return false }
      guard let second = mean(other, factors) else { return true }
      return figure.isLowBest ? first < second : first > second
    }
  }

  /// Nil where a run has no such figure, or cannot go on.
  private func mean(_ service: Service, _ factors: ScaledCost.Factors) -> Double? {
    let service = service.scaled(by: factors)
    let values = traces.compactMap { trace -> Double? in
      guard let replay = try? service.replay(trace, from: clients, objective: objective)
      else { return nil }
      return SteadyFigures(
        trace: replay.trace, records: replay.timeline.records,
        warmUp: traces.count > 1 ? SteadyFigures.warmUp(of: trace.count) : 0,
        objective: objective, verdict: replay.run.verdict)[figure]
    }
    return values.count == traces.count
      ? values.reduce(0, +) / Double(values.count) : nil
  }
}

extension Service {
  /// The same with prompts or decodes that take longer or shorter, whatever its size.
  public func scaled(by factors: ScaledCost.Factors) -> Service {
    var service = self
    service.cost = ScaledCost(cost, factors)
    service.sizes = sizes.map { $0.scaled(by: factors) }
    service.pooled = pooled?.scaled(by: factors)
    return service
  }
}
