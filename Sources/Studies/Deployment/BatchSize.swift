import Metrics
import Serving

extension Service {
  /// The one of `sizes` with which a token of an output in `trace` takes the least time on average,
  /// from its request's arrival on; the first of equals. One that completes more requests is
  /// better.
  ///
  /// NanoFlow's authors choose so among the dense batches that they released, by the rate of
  /// requests (OSDI 2025, Figure 8).
  func best(for trace: Trace, from clients: Clients?) throws(RunError) -> Service {
    var best: (service: Service, failed: Int, seconds: Double)?
    for size in sizes {
      var service = size
      service.fleet = fleet
      let replay = try service.replay(trace, from: clients)
      let (failed, seconds) = replay.secondsPerToken
      if let best, (best.failed, best.seconds) <= (failed, seconds) { continue }
      best = (service, failed, seconds)
    }
    guard var chosen = best?.service else { return self }
    chosen.benchmark = benchmark
    chosen.bounds = bounds
    let own = chosen.settings
    chosen.settings = settings.map { setting in own.first { $0.name == setting.name } ?? setting }
    let all = sizes.map { "\($0.engine.rules.limits.maxNumBatchedTokens ?? 0)" }.joined(
      separator: ", ")
    chosen.settings.append(
      Run.Setting(
        "global_batch_size",
        "auto: \(chosen.engine.rules.limits.maxNumBatchedTokens ?? 0) of \(all)"))
    return chosen
  }
}

extension Replay {
  /// Requests that were not completed, and of the others the mean of the seconds from arrival to
  /// end over the tokens of the output; infinite if there are none.
  public var secondsPerToken: (failed: Int, seconds: Double) {
    var (sum, count) = (0.0, 0)
    for (request, record) in zip(trace.requests, timeline.records) where record.isCompleted {
      sum += (record.finish - request.arrival).seconds / Double(max(1, record.emittedTokens))
      count += 1
    }
    return (trace.count - count, count > 0 ? sum / Double(count) : .infinity)
  }
}
