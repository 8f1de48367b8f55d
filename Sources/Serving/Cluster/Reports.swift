/// Replicas that are asked how they are, for a router that goes by that.
extension Simulation {
  /// Tells the router how the replicas are now.
  mutating func askReplicas() {
    var reports: [ReplicaReport] = []
    reports.reserveCapacity(replicas.count)
    for index in replicas.indices { reports.append(report(of: index)) }
    router.note(reports)
  }

  /// What replica `index` says of itself now.
  func report(of index: Int) -> ReplicaReport {
    let total = replicas[index].cache.totalBlocks
    return ReplicaReport(
      waiting: replicas[index].waiting.count, running: replicas[index].running.count,
      cacheUsage: Double(replicas[index].cache.usedBlocks) / Double(max(1, total)))
  }

  /// Asks them for the last time before `next`, until when nothing happens, where they are asked in
  /// regular intervals.
  mutating func askReplicas(before next: Nanoseconds) {
    askReplicas()
    nextReport = (next / routerRefresh + 1) * routerRefresh
  }
}
