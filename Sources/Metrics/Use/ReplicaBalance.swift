import Serving

/// How evenly requests were spread over replicas.
public struct ReplicaBalance: Sendable, Equatable {
  public var replicas: Int
  /// Requests sent to the replica that got the fewest, and to that which got the most.
  public var fewestRequests: Int
  public var mostRequests: Int
  /// Tokens of prompts and outputs that the replica with the fewest served, and that with the most.
  public var fewestTokens: Int
  public var mostTokens: Int

  /// The balance over `replicas`, or nil where there is one.
  public init?(trace: Trace, timeline: Timeline, replicas: Int) {
    guard replicas > 1, timeline.servedBy.count == trace.count else { return nil }
    self.replicas = replicas
    var requests = Array(repeating: 0, count: replicas)
    var tokens = requests
    for row in trace.requests.indices {
      let replica = Int(timeline.servedBy[row])
      requests[replica] += 1
      guard timeline.records[row].isCompleted else { continue }
      tokens[replica] += trace.requests[row].promptTokens + timeline.records[row].emittedTokens
    }
    (fewestRequests, mostRequests) = (requests.min() ?? 0, requests.max() ?? 0)
    (fewestTokens, mostTokens) = (tokens.min() ?? 0, tokens.max() ?? 0)
  }

  /// The figures by name, in the order in which reports show them.
  public var values: [NamedValue] {
    [
      NamedValue("replicas", "count", .count(replicas)),
      NamedValue("replicas", "fewest_requests", .count(fewestRequests)),
      NamedValue("replicas", "most_requests", .count(mostRequests)),
      NamedValue("replicas", "fewest_tokens", unit: "tokens", .count(fewestTokens)),
      NamedValue("replicas", "most_tokens", unit: "tokens", .count(mostTokens)),
    ]
  }
}
