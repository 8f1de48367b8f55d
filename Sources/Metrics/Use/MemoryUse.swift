import Serving

/// How full KV memory was while batches ran, and for how long.
public struct MemoryUse: Sendable, Equatable {
  /// The mean share of the KV blocks in use, weighted by time, 0 to 1.
  public var meanShare: Double
  /// The largest share of one replica's KV blocks in use at once, 0 to 1.
  public var peakShare: Double
  /// Time with at least 90 % of the KV blocks in use, summed over replicas.
  public var atLeast90PercentSeconds: Double
  /// Time with at least 99 % of the KV blocks in use, summed over replicas.
  public var atLeast99PercentSeconds: Double

  public init(_ occupancy: Occupancy) {
    let blocks = occupancy.totalBlocks
    meanShare = occupancy.meanMemory
    peakShare = blocks == 0 ? 0 : Double(occupancy.peakBlocks) / Double(blocks)
    atLeast90PercentSeconds = occupancy.time(withMemoryAtLeast: 90).seconds
    atLeast99PercentSeconds = occupancy.time(withMemoryAtLeast: 99).seconds
  }

  /// The figures by name, in the order in which reports show them.
  public var values: [NamedValue] {
    [
      NamedValue("memory", "mean_share", .real(meanShare)),
      NamedValue("memory", "peak_share", .real(peakShare)),
      NamedValue(
        "memory", "at_least_90_percent_seconds", unit: "s", .real(atLeast90PercentSeconds)),
      NamedValue(
        "memory", "at_least_99_percent_seconds", unit: "s", .real(atLeast99PercentSeconds)),
    ]
  }
}
