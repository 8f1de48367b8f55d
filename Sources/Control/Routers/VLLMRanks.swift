import Serving

/// vLLM's own balancing over ranks of data parallelism: the engine at the least score of what it
/// has to do, with queues six times where its cache is more than half full; of equal ones the next
/// behind the one that was chosen last.
///
/// The engines' figures are as old as the reports (vLLM's are 100 ms old); what was sent since is
/// the front end's own count.
///
/// vLLM 0.33.0, `DPLBAsyncMPClient.get_core_engine_for_request` in `vllm/v1/engine/core_client.py`.
public struct VLLMRanks: Router {
  private let clients: Int
  private var open: OpenRequests
  private var reports: [ReplicaReport]
  private var last = -1

  /// - Parameter clients: front ends (`--api-server-count`), of which each sends as much.
  public init(replicas: Int, clients: Int = 1) {
    self.clients = clients
    open = OpenRequests(replicas: replicas)
    reports = Array(
      repeating: ReplicaReport(waiting: 0, running: 0, cacheUsage: 0), count: replicas)
  }

  public var readsReports: Bool { true }

  public mutating func note(_ reports: [ReplicaReport]) { self.reports = reports }

  public mutating func route(_ request: RoutedRequest) -> Int {
    let takers = open.takers
    let start = takers.firstIndex { $0 > last } ?? 0
    var best = (score: Double.infinity, replica: takers[0])
    for step in takers.indices {
      let replica = takers[(start + step) % takers.count]
      let score = Self.score(reports[replica], inFlight: open.counts[replica], clients: clients)
      if score < best.score { best = (score, replica) }
    }
    last = best.replica
    open.add(to: best.replica)
    return best.replica
  }

  /// What an engine has to do that says `report` and was sent so many that are not answered.
  static func score(_ report: ReplicaReport, inFlight: Int, clients: Int) -> Double {
    Double(max(clients * inFlight, report.waiting + report.running))
      + 6 * Double(report.waiting) * max(0, report.cacheUsage - 0.5)
  }

  /// One request less.
  public mutating func noteEnd(of request: RoutedRequest, on replica: Int) {
    open.remove(from: replica)
  }

  public mutating func note(_ replica: Int, takesRequests: Bool) {
    open.set(replica, takesRequests: takesRequests)
  }
}
