import Formats
import Metrics

/// How far runs are from what no schedule can pass.
public enum BoundsReport {
  /// A row a run: what it served, and both bounds; runs that do not tell are left out.
  public static func table(_ runs: [Run]) -> Table {
    var table = Table([
      Table.Column("scheduler", isNumeric: false), Table.Column("served", unit: "requests/s"),
      Table.Column("bound", group: "clairvoyant", unit: "requests/s"),
      Table.Column("reached", group: "clairvoyant"),
      Table.Column("bound", group: "roofline", unit: "requests/s"),
      Table.Column("reached", group: "roofline"),
    ])
    for run in runs {
      guard let bounds = run.bounds else { continue }
      let served = run.metrics.throughput.requestsPerSecond
      table.append(
        [Table.Cell(run.scheduler), Table.Cell(Numbers.significant(served), value: served)]
          + [bounds.clairvoyant, bounds.roofline].flatMap { bound in
            [
              Table.Cell(Numbers.significant(bound), value: bound),
              Table.Cell(Numbers.percent(served / bound), value: served / bound),
            ]
          })
    }
    return table
  }

  /// The table as text; nothing where no run tells.
  public static func text(_ runs: [Run]) -> String {
    let table = table(runs)
    return table.rows.isEmpty
      ? "" : "What no schedule can pass, and how much of it was served\n" + TextTable.text(table)
  }

  /// What the bounds are.
  public static let definitions = [
    Report.Term(
      "Clairvoyant bound",
      "Requests per second of a schedule that knows every length before, keeps the memory full, "
        + "preempts nobody and has the best batches at what the cost model says they take."),
    Report.Term(
      "Roofline bound",
      "Requests per second if the GPUs did nothing but the arithmetic, the reading or the sending "
        + "of the mean request at the data sheet's rates, whichever is slowest."),
  ]
}
