import Serving

/// How much was served in a second, from the first arrival until the last request is finished or
/// given up.
///
/// A run that completes nothing has no rates but zero.
public struct Throughput: Sendable, Equatable {
  /// The time from the first arrival until the last request is finished or given up by its client.
  public var spanSeconds: Double
  /// Completed requests a second.
  public var requestsPerSecond: Double
  /// Emitted tokens a second.
  public var outputTokensPerSecond: Double
  /// Emitted tokens and prompt tokens of completed requests, a second.
  public var totalTokensPerSecond: Double
  /// Clients over the mean time from a request of theirs to the next, by Little's law; nil where
  /// clients do not wait. That is what DeepSpeed-FastGen's benchmark calls throughput, and what the
  /// service does while all of its clients are there.
  public var closedLoopRequestsPerSecond: Double?

  public init(_ counts: RequestCounts, trace: Trace, timeline: Timeline) {
    let start = trace.requests.first?.arrival ?? 0
    let end = timeline.records.reduce(start) { max($0, $1.timeOut ?? $1.finish) }
    let seconds = (end - start).seconds
    func rate(_ count: Int) -> Double { seconds > 0 ? Double(count) / seconds : 0 }
    spanSeconds = seconds
    requestsPerSecond = rate(counts.completed)
    outputTokensPerSecond = rate(counts.outputTokens)
    totalTokensPerSecond = rate(counts.promptTokens + counts.outputTokens)
  }

  /// The rates by name; the span is with the batches, which fill it.
  public var values: [NamedValue] {
    [
      value("requests_per_second", "requests/s", requestsPerSecond),
      value("output_tokens_per_second", "tokens/s", outputTokensPerSecond),
      value("total_tokens_per_second", "tokens/s", totalTokensPerSecond),
    ]
      + (closedLoopRequestsPerSecond.map {
        [value("closed_loop_requests_per_second", "requests/s", $0)]
      } ?? [])
  }

  private func value(_ name: String, _ unit: String, _ rate: Double) -> NamedValue {
    NamedValue("throughput", name, unit: unit, .real(rate))
  }
}
