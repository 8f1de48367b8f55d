import Formats
import Metrics

/// The pools of a fleet, a row each, and what was handed over.
enum PoolReport {
  static func text(_ use: PoolUse) -> String {
    var table = Table([
      Table.Column("Pool", isNumeric: false), Table.Column("role", isNumeric: false),
      Table.Column("replicas"), Table.Column("busy"), Table.Column("sequences"),
      Table.Column("tokens"), Table.Column("KV mean"), Table.Column("KV peak"),
    ])
    for pool in use.pools {
      table.append(
        [
          pool.name, pool.role, "\(pool.replicas)", Numbers.percent(pool.busyShare),
          Numbers.significant(pool.meanSequences), Numbers.significant(pool.meanTokens),
          Numbers.percent(pool.memory.meanShare), Numbers.percent(pool.memory.peakShare),
        ].map { Table.Cell($0) })
    }
    guard let transfers = use.transfers else { return TextTable.text(table) }
    let time = use.meanTransferSeconds.map(Numbers.duration) ?? "-"
    return TextTable.text(table) + "\nTransfers, \(Numbers.grouped(transfers.count))\n"
      + TextTable.lines([
        (
          "read",
          "\(Numbers.grouped(transfers.tokens)) tokens, "
            + "\(Numbers.significant(transfers.bytes / 1e9)) GB"
        ),
        ("time of each", "\(time) mean, \(Numbers.grouped(transfers.mostAtOnce)) at once at most"),
      ])
  }
}
