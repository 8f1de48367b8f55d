import Serving

/// What became of the requests.
public struct RequestCounts: Sendable, Equatable {
  /// Requests in the trace.
  public var total = 0
  /// Requests that were answered, truncated answers included.
  public var completed = 0
  /// Requests that were turned away on arrival because they could never fit.
  public var refused = 0
  /// Requests whose clients stopped waiting for good before the answer had ended; nil where clients
  /// wait for ever.
  public var timedOut: Int?
  /// How often requests were sent again that their clients had given up; nil where none is.
  public var retries: Int?
  /// Requests that were lost with a replica for good, and how often another went on with one; nil
  /// where all replicas serve all the time.
  public var lost: Int?
  public var resumed: Int?
  /// Requests that were turned away at the door; nil where nobody stands there.
  public var shed: Int?
  /// Requests that lost their cache at least once.
  public var preempted = 0
  /// How often requests lost their cache, in all.
  public var preemptions = 0
  /// Requests that were answered with fewer tokens than the trace asks for.
  public var truncated = 0
  /// Tokens of the prompts of the completed requests.
  public var promptTokens = 0
  /// Tokens that were emitted for the completed requests.
  public var outputTokens = 0

  public init() {}

  public init(trace: Trace, timeline: Timeline) {
    total = trace.count
    var gaveUp = 0
    for (request, record) in zip(trace.requests, timeline.records) {
      preempted += record.preemptions > 0 ? 1 : 0
      preemptions += record.preemptions
      gaveUp += record.timeOut != nil ? 1 : 0
      guard record.isCompleted else { continue }
      completed += 1
      truncated += record.emittedTokens < request.outputTokens ? 1 : 0
      promptTokens += request.promptTokens
      outputTokens += record.emittedTokens
    }
    lost = timeline.upkeep?.lost
    resumed = timeline.upkeep?.resumed
    shed = timeline.shed
    refused = total - completed - gaveUp - (lost ?? 0) - (shed ?? 0)
    timedOut = timeline.clientTimeout.map { _ in gaveUp }
    retries = timeline.retries
  }

  /// The counts by name; tokens are left to the throughput.
  public var values: [NamedValue] {
    [
      NamedValue("requests", "total", .count(total)),
      NamedValue("requests", "completed", .count(completed)),
      NamedValue("requests", "refused", .count(refused)),
    ] + (timedOut.map { [NamedValue("requests", "timed_out", .count($0))] } ?? [])
      + [("retries", retries), ("lost", lost), ("resumed", resumed), ("shed", shed)].compactMap {
        (name, count) in count.map { NamedValue("requests", name, .count($0)) }
      } + [
        NamedValue("requests", "preempted", .count(preempted)),
        NamedValue("requests", "preemptions", .count(preemptions)),
        NamedValue("requests", "truncated", .count(truncated)),
      ]
  }
}
