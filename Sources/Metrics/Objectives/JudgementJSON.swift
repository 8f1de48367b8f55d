import Formats

/// A judgement as it is kept between processes, which reads back to the same.
extension Judgement {
  /// The judgement as a JSON object.
  public var json: JSONValue {
    .object([
      .init("kept", .bool(isKept)), .init("attainment", .number(attainment)),
      .init("is_whole", .bool(isWhole)),
      .init("broken", broken.map { .string($0.description) } ?? .null),
      .init("load", JSONValue(load)), .init("refused", .integer(refused)),
      .init("cached_tokens", .integer(cachedTokens)),
      .init("throughput", throughput?.json ?? .null), .init("energy", energy?.json ?? .null),
    ])
  }

  /// The judgement that `json` is, as it is written; nil where it is anything else.
  public init?(json: JSONValue) {
    guard case .bool(let isKept)? = json["kept"], case .bool(let isWhole)? = json["is_whole"],
      let attainment = json["attainment"]?.real, let refused = json["refused"]?.whole,
      let cachedTokens = json["cached_tokens"]?.whole, let served = json["throughput"]
    else { return nil }
    var broken: ServiceLevelObjective.Clause?
    if case .string(let text)? = json["broken"] {
      guard let objective = try? ServiceLevelObjective(parsing: text) else { return nil }
      broken = objective.clauses[0]
    }
    self.init(left: broken, attainment: attainment, refused: refused)
    (self.isKept, self.isWhole, load) = (isKept, isWhole, json["load"]?.real)
    (self.cachedTokens, throughput) = (cachedTokens, Throughput(json: served))
    energy = json["energy"].flatMap(Energy.init)
  }
}

extension Throughput {
  fileprivate var json: JSONValue {
    .object([
      .init("span_seconds", .number(spanSeconds)),
      .init("requests_per_second", .number(requestsPerSecond)),
      .init("output_tokens_per_second", .number(outputTokensPerSecond)),
      .init("total_tokens_per_second", .number(totalTokensPerSecond)),
      .init("closed_loop_requests_per_second", JSONValue(closedLoopRequestsPerSecond)),
    ])
  }

  fileprivate init?(json: JSONValue) {
    guard let span = json["span_seconds"]?.real, let requests = json["requests_per_second"]?.real,
      let output = json["output_tokens_per_second"]?.real,
      let total = json["total_tokens_per_second"]?.real
    else { return nil }
    (spanSeconds, requestsPerSecond) = (span, requests)
    (outputTokensPerSecond, totalTokensPerSecond) = (output, total)
    closedLoopRequestsPerSecond = json["closed_loop_requests_per_second"]?.real
  }
}
