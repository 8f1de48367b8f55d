import Costs
import Metrics
import Serving
import Studies

/// End-to-end latency divided by the tokens of the output, in seconds a token (Orca, OSDI 2022,
/// section 6.2), and the highest rate that keeps it.
struct NormalizedLatency: Sendable {
  /// How it is summed up over requests: Orca's paper takes the median, vLLM's the mean.
  enum Summary: Sendable {
    case median, mean
  }

  var summary: Summary
  /// Seconds a token that must not be exceeded.
  var limit: Double
  /// Whether requests that started together are answered when the last of them is done, as where
  /// batches are of whole requests.
  var batchesReturnWhole = false

  /// The summary over the completed requests of `replay`.
  func value(of replay: Replay) -> Double {
    let records = replay.timeline.records
    var ends: [Nanoseconds: Nanoseconds] = [:]
    if batchesReturnWhole {
      for record in records {
        ends[record.firstScheduled] = max(ends[record.firstScheduled] ?? 0, record.finish)
      }
    }
    let nanoseconds = zip(replay.trace.requests, records).filter { $1.isCompleted }.map {
      request, record in
      let finish = ends[record.firstScheduled] ?? record.finish
      return Double(finish - request.arrival) / Double(record.emittedTokens)
    }
    guard let distribution = Distribution(nanoseconds: nanoseconds) else { return .infinity }
    return summary == .median ? distribution.p50 : distribution.mean
  }

  /// The highest Poisson rate of the requests of `trace` at which `service` keeps the limit, in
  /// requests a second.
  func capacity(of service: Service, _ trace: Trace, guess: Double) throws -> Double {
    try CapacitySearch().bracket(guess: guess) { rate in
      let sent = try trace.poisson(rate: rate, seed: 1)
      return value(of: try service.replay(sent)) <= limit
    }.kept
  }
}
