import Metrics
import Serving
import Workloads

/// What the clients of a run saw, or see in a simulation of it.
public struct Observed: Sendable {
  /// Latencies in seconds; nil where nothing is known of single requests.
  public var ttft: Distribution?
  public var tpot: Distribution?
  public var e2e: Distribution?
  /// Means alone, where those are all that is known.
  public var means: [MeasuredRun.Measure: Double] = [:]
  /// Output tokens of answers a second, from the first arrival until the last request is answered
  /// or given up.
  public var throughput: Double?
  /// Whether the queue grew until the end; nil where nothing is known of single requests.
  public var isSaturated: Bool?
  /// All times to the first token, and all end-to-end, in seconds, in the order of the trace.
  public var firstTokens: [Double] = []
  public var wholes: [Double] = []

  /// The statistics that are told apart.
  public static let statistics = ["mean", "p50", "p90", "p95", "p99"]

  /// What was measured of `trace`: of each request, or where there is none, on average.
  init(
    _ trace: Trace, _ latencies: [MeasuredRun.Latency], means: [MeasuredRun.Measure: Double]
  ) {
    self.means = means
    throughput = means[.throughput]
    if latencies.isEmpty { return }
    let rows = latencies.indices.filter { latencies[$0].isComplete }
    if rows.allSatisfy({ latencies[$0].whole != nil }) {
      let ends = latencies.indices.map { latencies[$0].whole ?? 0 }
      throughput = Self.throughput(
        of: rows, in: trace,
        until: zip(trace.requests, ends).map { $0.arrival + $1 }.max())
    }
    take(
      trace, rows, firstTokens: rows.map { latencies[$0].firstToken },
      wholes: rows.map { latencies[$0].whole })
  }

  /// What was simulated of `trace`, of the requests that were `seen` answered to their end.
  init(_ trace: Trace, _ records: [RequestRecord], as seen: [MeasuredRun.Latency]) {
    let rows = records.indices.filter {
      records[$0].isCompleted && (seen.isEmpty || seen[$0].isComplete)
    }
    let arrivals = trace.requests
    throughput = Self.throughput(
      of: records.indices.filter { records[$0].isCompleted }, in: trace,
      until: records.map { $0.timeOut ?? $0.finish }.max())
    take(
      trace, rows, firstTokens: rows.map { records[$0].firstToken - arrivals[$0].arrival },
      wholes: rows.map { records[$0].finish - arrivals[$0].arrival })
  }

  private mutating func take(
    _ trace: Trace, _ rows: [Int], firstTokens: [Nanoseconds], wholes: [Nanoseconds?]
  ) {
    let requests = rows.map { trace.requests[$0] }
    ttft = Distribution(nanoseconds: firstTokens.map(Double.init))
    let known = rows.indices.filter { wholes[$0] != nil }
    let ends = known.map { wholes[$0] ?? 0 }
    e2e = Distribution(nanoseconds: ends.map(Double.init))
    var perToken: [Double] = []
    for (place, end) in zip(known, ends) where requests[place].outputTokens > 1 {
      perToken.append(Double(end - firstTokens[place]) / Double(requests[place].outputTokens - 1))
    }
    tpot = Distribution(nanoseconds: perToken)
    self.firstTokens = firstTokens.map(\.seconds)
    self.wholes = ends.map(\.seconds)
    isSaturated = Self.grows(self.firstTokens)
  }

  /// Output tokens a second of the answers in `rows` of `trace`, until `end`.
  private static func throughput(
    of rows: [Int], in trace: Trace, until end: Nanoseconds?
  ) -> Double? {
    guard let first = trace.requests.first?.arrival, let end, end > first else { return nil }
    let tokens = rows.reduce(0) { $0 + trace.requests[$1].outputTokens }
    return Double(tokens) / (end - first).seconds
  }

  /// Whether the times to the first token of the last fifth show a queue that has grown: they are
  /// above a second in the median, and above four times what the quickest tenth of all took; where
  /// a queue grows evenly from nothing, nine times.
  private static func grows(_ times: [Double]) -> Bool {
    guard times.count >= 20 else { return false }
    let late = times.suffix(times.count / 5).sorted()
    let quick = times.sorted()[times.count / 10]
    return late[late.count / 2] > max(1, 4 * quick)
  }

  /// The `statistic` of `measure`, one of `statistics`, in seconds or tokens a second.
  public subscript(measure: MeasuredRun.Measure, statistic: String) -> Double? {
    if measure == .throughput { return statistic == "mean" ? throughput : nil }
    let distribution = measure == .ttft ? ttft : measure == .tpot ? tpot : e2e
    guard let distribution else { return statistic == "mean" ? means[measure] : nil }
    switch statistic {
    case "mean": return distribution.mean
    case "p50": return distribution.p50
    case "p90": return distribution.p90
    case "p95": return distribution.p95
    case "p99": return distribution.p99
    default: return nil
    }
  }
}
