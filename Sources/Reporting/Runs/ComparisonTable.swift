import Formats
import Metrics

/// Several runs beside each other: one row a run, the best of every column marked.
public enum ComparisonTable {
  /// The table of `runs`, and of those that could not go on below them; columns on the objective
  /// are there if a run has one.
  public static func table(_ runs: [Run], stopped: [StoppedRun] = []) -> Table {
    let latencies = shownLatencies.map { Latency(metric: $0, statistics: $1, runs) }
    let hasObjective = runs.contains { $0.verdict != nil }
    let givesUp = runs.contains { $0.metrics.requests.timedOut != nil }
    var columns = [Table.Column("scheduler", isNumeric: false)] + counts(givesUp)
    columns += latencies.flatMap(\.columns)
    columns.append(Table.Column("tokens/s", group: "output", best: .highest))
    let hasPrefixes = runs.contains { $0.metrics.prefixes != nil }
    if hasPrefixes { columns.append(hits) }
    let hasClients = runs.contains { $0.metrics.clients != nil }
    if hasClients { columns.append(evenness) }
    let classes = classes(of: runs.map(\.verdict))
    if hasObjective { columns += objective(classes) }
    let rows = runs.map { run in
      [Table.Cell(run.scheduler)] + counts(of: run, givesUp)
        + latencies.flatMap { $0.cells(of: run) }
        + [rate(run.metrics.throughput.outputTokensPerSecond)]
        + (hasPrefixes ? [hits(of: run)] : []) + (hasClients ? [evenness(of: run)] : [])
        + (hasObjective ? objective(of: run, classes) : [])
    }
    return Table(columns, rows: rows + stopped.map { row(of: $0, columns: columns.count) })
  }

  private static func row(of run: StoppedRun, columns: Int) -> [Table.Cell] {
    [Table.Cell(run.scheduler), Table.Cell("stopped")]
      + Array(repeating: Table.Cell("-"), count: columns - 2)
  }

  /// The table as text, with lines below that say how to read it.
  public static func text(_ runs: [Run], stopped: [StoppedRun] = []) -> String {
    let notes =
      [
        runs.count > 1 ? "* best of its column" : nil,
        runs.contains { $0.verdict?.isMet != nil } ? objectiveNote : nil,
        runs.contains { $0.metrics.requests.timedOut != nil } ? timeOutNote : nil,
        knowledge(runs),
      ].compactMap { $0 } + stopped.map(line)
    return TextTable.text(table(runs, stopped: stopped))
      + (notes.isEmpty ? "" : "\n" + notes.map { $0 + "\n" }.joined())
  }

  /// The table as Markdown.
  public static func markdown(_ runs: [Run], stopped: [StoppedRun] = []) -> String {
    MarkdownTable.text(table(runs, stopped: stopped))
      + (stopped.isEmpty ? "" : "\n" + stopped.map { "\(line($0))\n" }.joined())
  }

  /// What is said of a run that could not go on.
  public static func line(_ run: StoppedRun) -> String {
    "stopped: \(run.scheduler): \(run.reason)"
  }

  /// What an objective's two columns count.
  public static let objectiveNote =
    "SLO attainment counts requests that meet every limit themselves; SLO met compares percentiles "
    + "of the run."

  /// What latencies leave out where clients give up.
  static let timeOutNote =
    "Latencies are of the requests that were answered; one that its client gave up keeps no "
    + "objective."

  private static let shownLatencies: [(LatencyMetric, [Statistic])] = [
    (.ttft, [.percentile(50), .percentile(99)]),
    (.tbt, [.percentile(50), .percentile(99), .max]),
    (.tpot, [.percentile(50)]),
    (.e2e, [.percentile(50), .percentile(99)]),
    (.schedulingDelay, [.percentile(50), .percentile(99)]),
  ]

  private static func counts(_ givesUp: Bool) -> [Table.Column] {
    [Table.Column("done", group: "requests", best: .highest)]
      + (["refused"] + (givesUp ? ["timed out"] : []) + ["preempted"]).map {
        Table.Column($0, group: "requests", best: .lowest)
      }
  }

  private static func counts(of run: Run, _ givesUp: Bool) -> [Table.Cell] {
    let counts = run.metrics.requests
    let timedOut = givesUp ? [counts.timedOut ?? 0] : []
    return ([counts.completed, counts.refused] + timedOut + [counts.preempted]).map {
      Table.Cell($0.description, value: Double($0))
    }
  }

  private static let hits = Table.Column("hits", group: "prefix cache", best: .highest)

  /// The share of prompt tokens that was found in the cache.
  private static func hits(of run: Run) -> Table.Cell {
    let rate = run.metrics.prefixes?.hitRate
    return Table.Cell(rate.map(Numbers.percent) ?? "-", value: rate)
  }

  private static func objective(_ classes: [ClassAttainment]) -> [Table.Column] {
    [attainmentColumn(best: .highest)] + classColumns(classes) + [metColumn]
  }

  private static let evenness = Table.Column("Jain's index", group: "clients", best: .highest)

  /// How evenly clients were served.
  private static func evenness(of run: Run) -> Table.Cell {
    let index = run.metrics.clients?.jainIndex
    return Table.Cell(index.map(Numbers.significant) ?? "-", value: index)
  }

  /// What schedulers know of a request, where that is more than its prompt and arrival.
  private static func knowledge(_ runs: [Run]) -> String? {
    var known: [String] = []
    for run in runs {
      let words = run.knowledge.map { "\(run.scheduler) knows \($0)" }
      if let words, !known.contains(words) { known.append(words) }
    }
    if known.isEmpty { return nil }
    return "Of a request, besides its prompt and arrival: \(known.joined(separator: "; "))."
  }

  /// Whether the run meets the objective.
  static let metColumn = Table.Column("by percentiles", group: "SLO met", isNumeric: false)

  /// The classes that `verdicts` tell of, the most urgent first.
  static func classes(of verdicts: [Verdict?]) -> [ClassAttainment] {
    verdicts.compactMap { $0 }.first { !$0.classes.isEmpty }?.classes ?? []
  }

  /// A column for the attainment of each of `classes`.
  static func classColumns(_ classes: [ClassAttainment], best: Table.Best? = .highest)
    -> [Table.Column]
  {
    classes.map { Table.Column($0.name, group: "SLO attainment", best: best) }
  }

  /// What `verdict` says of each of `classes`.
  static func cells(of classes: [ClassAttainment], _ verdict: Verdict?) -> [Table.Cell] {
    classes.map { own in
      let share = verdict?.classes.first { $0.priority == own.priority }?.attainment
      return Table.Cell(share.map(Numbers.percent) ?? "-", value: share)
    }
  }

  /// The share of requests that keep the objective, each by itself.
  static func attainmentColumn(best: Table.Best? = nil) -> Table.Column {
    Table.Column("per request", group: "SLO attainment", best: best)
  }

  private static func objective(
    of run: Run, _ classes: [ClassAttainment]
  ) -> [Table.Cell] {
    let attainment = run.verdict?.attainment
    return [Table.Cell(attainment.map(Numbers.percent) ?? "-", value: attainment)]
      + cells(of: classes, run.verdict)
      + [Table.Cell(run.verdict.map(judgement) ?? "-")]
  }

  /// `yes`, or `NO` with the clauses that were not kept.
  private static func judgement(_ verdict: Verdict) -> String {
    guard let isMet = verdict.isMet else { return "-" }
    let failed = verdict.clauses.filter { $0.isMet == false }.map(\.clause)
    let names = failed.map { "\($0.metric.name).\($0.statistic?.name ?? "")" }
    return isMet ? "yes" : "NO: \(names.joined(separator: " "))"
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
