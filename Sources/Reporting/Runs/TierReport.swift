import Formats
import Metrics

/// The tiers below the memory of the GPUs, a row each.
enum TierReport {
  static func text(_ use: TieredUse) -> String {
    var table = Table([
      Table.Column("Tier", isNumeric: false), Table.Column("hit tokens"), Table.Column("of all"),
      Table.Column("read", unit: "GB"), Table.Column("written", unit: "GB"),
      Table.Column("evicted", unit: "GB"), Table.Column("not kept", unit: "GB"),
      Table.Column("full at most"),
    ])
    table.append(
      [
        "gpu", Numbers.grouped(use.gpuTokens), Numbers.percent(use.share(of: use.gpuTokens)), "-",
        "-", "-", "-", "-",
      ].map { Table.Cell($0) })
    for tier in use.tiers {
      func gigabytes(_ bytes: Double) -> String { Numbers.significant(bytes / 1e9) }
      table.append(
        [
          tier.name, Numbers.grouped(tier.hitTokens),
          Numbers.percent(use.share(of: tier.hitTokens)), gigabytes(tier.readBytes),
          gigabytes(tier.writtenBytes), gigabytes(tier.evictedBytes),
          gigabytes(tier.skippedBytes),
          tier.bytes > 0 ? Numbers.percent(tier.peakBytes / tier.bytes) : "-",
        ].map { Table.Cell($0) })
    }
    return TextTable.text(table)
  }
}
