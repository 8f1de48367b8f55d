import Metrics

/// Several runs beside each other: one row a run, the best of every column marked.
public enum ComparisonTable {
  /// The table of `runs`; columns on the objective are there if a run has one.
  public static func table(_ runs: [Run]) -> Table {
    let latencies = shownLatencies.map { Latency(metric: $0, statistics: $1, runs) }
    let hasObjective = runs.contains { $0.verdict != nil }
    var columns = [Table.Column("scheduler", isNumeric: false)] + counts
    columns += latencies.flatMap(\.columns)
    columns.append(Table.Column("tokens/s", group: "output", best: .highest))
    if hasObjective { columns += objective }
    return Table(
      columns,
      rows: runs.map { run in
        [Table.Cell(run.scheduler)] + counts(of: run) + latencies.flatMap { $0.cells(of: run) }
          + [rate(run.metrics.throughput.outputTokensPerSecond)]
          + (hasObjective ? objective(of: run) : [])
      })
  }

  /// The table as text, with a line below that says how to read it.
  public static func text(_ runs: [Run]) -> String {
    TextTable.text(table(runs)) + "\n* best of its column\n"
  }

  /// The table as Markdown.
  public static func markdown(_ runs: [Run]) -> String { MarkdownTable.text(table(runs)) }

  private static let shownLatencies: [(LatencyMetric, [Statistic])] = [
    (.ttft, [.percentile(50), .percentile(99)]),
    (.tbt, [.percentile(50), .percentile(99), .max]),
    (.tpot, [.percentile(50)]),
    (.e2e, [.percentile(50), .percentile(99)]),
    (.schedulingDelay, [.percentile(50), .percentile(99)]),
  ]

  private static let counts = [
    Table.Column("done", group: "requests", best: .highest),
    Table.Column("refused", group: "requests", best: .lowest),
    Table.Column("preempted", group: "requests", best: .lowest),
  ]

  private static func counts(of run: Run) -> [Table.Cell] {
    let counts = run.metrics.requests
    return [counts.completed, counts.refused, counts.preempted].map {
      Table.Cell($0.description, value: Double($0))
    }
  }

  private static let objective = [
    Table.Column("kept by", group: "SLO", best: .highest),
    Table.Column("verdict", group: "SLO", isNumeric: false),
  ]

  private static func objective(of run: Run) -> [Table.Cell] {
    guard let verdict = run.verdict else { return [Table.Cell("-"), Table.Cell("-")] }
    let attainment = verdict.attainment
    return [
      Table.Cell(attainment.map(Numbers.percent) ?? "-", value: attainment),
      Table.Cell(judgement(verdict)),
    ]
  }

  /// `pass`, or `FAIL` with the clauses that were not kept.
  private static func judgement(_ verdict: Verdict) -> String {
    guard let isMet = verdict.isMet else { return "-" }
    let failed = verdict.clauses.filter { $0.isMet == false }.map(\.clause)
    let names = failed.map { "\($0.metric.name).\($0.statistic?.name ?? "")" }
    return isMet ? "pass" : "FAIL \(names.joined(separator: " "))"
  }

  private static func rate(_ perSecond: Double) -> Table.Cell {
    Table.Cell(Numbers.significant(perSecond), value: perSecond)
  }
}

/// The columns of one latency, all in the same unit.
private struct Latency {
  private let metric: LatencyMetric
  private let statistics: [Statistic]
  /// The unit and how many of it make a second.
  private let unit: (name: String, perSecond: Double)

  init(metric: LatencyMetric, statistics: [Statistic], _ runs: [Run]) {
    self.metric = metric
    self.statistics = statistics
    let shown = runs.flatMap { run in
      statistics.compactMap { statistic in run.metrics[metric].flatMap { $0[statistic] } }
    }
    unit = (shown.max() ?? 0) < 10 ? ("ms", 1e3) : ("s", 1)
  }

  var columns: [Table.Column] {
    let names: [LatencyMetric: String] = [.e2e: "E2E", .schedulingDelay: "delay"]
    let group = names[metric] ?? metric.title
    return statistics.map {
      Table.Column($0.name, group: group, unit: unit.name, best: .lowest)
    }
  }

  func cells(of run: Run) -> [Table.Cell] {
    statistics.map { statistic in
      guard let seconds = run.metrics[metric].flatMap({ $0[statistic] }) else {
        return Table.Cell("-")
      }
      return Table.Cell(Numbers.significant(seconds * unit.perSecond), value: seconds)
    }
  }
}
