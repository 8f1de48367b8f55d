import Formats
import Serving

/// The requests of a run as they are read, in any order.
struct MeasuredRows {
  private var requests: [Request] = []
  private var latencies: [MeasuredRun.Latency] = []
  private var hashes: [[UInt64]] = []

  /// Adds a request, and what was seen of it.
  ///
  /// - Parameter hashes: those of its prompt's blocks; none where nothing is known of them.
  mutating func add(
    _ request: Request, _ latency: MeasuredRun.Latency, hashes: [UInt64] = []
  ) {
    requests.append(request)
    latencies.append(latency)
    if !hashes.isEmpty { self.hashes.append(hashes) }
  }

  /// The run of them, in order of arrival, of which the first is at 0.
  func run(_ name: String, source: String, blockTokens: Int = 16) -> MeasuredRun {
    let first = requests.map(\.arrival).min() ?? 0
    let order = requests.indices.sorted { (requests[$0].arrival, $0) < (requests[$1].arrival, $1) }
    let hasHashes = hashes.count == requests.count
    let trace = Trace(
      requests: order.map {
        Request(
          arrival: requests[$0].arrival - first, promptTokens: requests[$0].promptTokens,
          outputTokens: requests[$0].outputTokens)
      },
      columns: Columns(
        prefixHashes: hasHashes ? PrefixHashes(order.map { hashes[$0] }) : nil,
        prefixBlockTokens: blockTokens))
    var run = MeasuredRun(name, source: source, trace: trace)
    run.requests = order.map { latencies[$0] }
    return run
  }
}
