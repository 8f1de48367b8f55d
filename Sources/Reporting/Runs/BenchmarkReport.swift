import Formats
import Metrics

/// Runs as a tool for real servers would report them.
public enum BenchmarkReport {
  /// A row a run and latency, in the tool's words.
  public static func table(_ runs: [Run]) -> Table {
    let figures = runs.compactMap(\.benchmark)
    guard let first = figures.first else { return Table([]) }
    var table = Table(
      [
        Table.Column("scheduler", isNumeric: false), Table.Column("latency", isNumeric: false),
        Table.Column("unit", isNumeric: false),
      ] + first.statistics.map { Table.Column($0) })
    for run in runs {
      for latency in run.benchmark?.latencies ?? [] {
        let values =
          latency.values.isEmpty
          ? first.statistics.map { _ in Table.Cell("-") }
          : latency.values.map { Table.Cell(Numbers.fixed($0, decimals: 2), value: $0) }
        table.append(
          [Table.Cell(run.scheduler), Table.Cell(latency.title), Table.Cell(latency.unit)] + values)
      }
    }
    return table
  }

  /// The tables as text, with what each latency is below.
  public static func text(_ runs: [Run]) -> String {
    guard let first = runs.compactMap(\.benchmark).first else { return "" }
    var totals = Table(
      [Table.Column("scheduler", isNumeric: false)]
        + first.totals.map { Table.Column($0.title, unit: $0.unit) })
    for run in runs {
      let values = (run.benchmark?.totals ?? []).map { total in
        total.value == total.value.rounded()
          ? Numbers.grouped(Int(total.value)) : Numbers.fixed(total.value, decimals: 2)
      }
      totals.append(([run.scheduler] + values).map { Table.Cell($0) })
    }
    return "As \(first.tool.version) reports it\n" + TextTable.text(totals) + "\n"
      + TextTable.text(table(runs))
      + first.latencies.map { "\($0.title): \($0.definition)\n" }.joined()
  }

  /// One run's figures as JSON.
  static func json(_ figures: BenchmarkFigures) -> JSONValue {
    .object([
      .init("tool", .string(figures.tool.version)),
      .init("totals", .object(figures.totals.map { .init($0.key, .number($0.value)) })),
      .init(
        "latencies",
        .object(
          figures.latencies.map { latency in
            .init(
              latency.key,
              .object(
                [.init("unit", .string(latency.unit))]
                  + zip(figures.statistics, latency.values).map { .init($0, .number($1)) }))
          })),
    ])
  }
}
