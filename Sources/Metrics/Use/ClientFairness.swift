import Serving

/// How evenly clients were served, where the trace says whose each request is.
///
/// A client's rate is what its answered requests amount to, a token of a prompt as one and an
/// output token as two (Sheng et al., OSDI 2024), over the time in which any of them was waiting or
/// under way. Their evenness is Jain's index (Jain, Chiu and Hawe, 1984): 1 where all rates are
/// equal, one over the number of clients where one has all.
public struct ClientFairness: Sendable, Equatable {
  /// Clients of whom a request was answered.
  public var clients: Int
  /// Jain's index of their rates.
  public var jainIndex: Double
  /// The least and the greatest rate, in tokens a second.
  public var leastRate: Double
  public var greatestRate: Double

  /// The clients of `trace`; nil where fewer than two were served.
  public init?(trace: Trace, timeline: Timeline) {
    guard let names = trace.columns.clients else { return nil }
    var places: [String: Int] = [:]
    var spans: [[(Nanoseconds, Nanoseconds)]] = []
    var service: [Int] = []
    for row in trace.requests.indices where timeline.records[row].isCompleted {
      let place = places[names[row], default: spans.count]
      if place == spans.count {
        places[names[row]] = place
        spans.append([])
        service.append(0)
      }
      let record = timeline.records[row]
      spans[place].append((trace.requests[row].arrival, record.finish))
      service[place] += trace.requests[row].promptTokens + 2 * record.emittedTokens
    }
    if spans.count < 2 { return nil }
    let rates = zip(spans, service).map { Double($1) / SessionTimes.covered($0).seconds }
    clients = rates.count
    let squares = rates.reduce(0) { $0 + $1 * $1 }
    let sum = rates.reduce(0, +)
    jainIndex = sum * sum / (Double(rates.count) * squares)
    leastRate = rates.min() ?? 0
    greatestRate = rates.max() ?? 0
  }

  /// The figures by name, in the order in which reports show them.
  public var values: [NamedValue] {
    [
      NamedValue("clients", "served", .count(clients)),
      NamedValue("clients", "jain_index", .real(jainIndex)),
      NamedValue("clients", "least_tokens_per_second", unit: "tokens/s", .real(leastRate)),
      NamedValue("clients", "greatest_tokens_per_second", unit: "tokens/s", .real(greatestRate)),
    ]
  }
}
