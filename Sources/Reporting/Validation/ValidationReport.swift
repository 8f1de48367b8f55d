import Formats
import Metrics
import Serving
import Studies

/// Runs of real engines beside their simulations, as tables, charts and a report.
public enum ValidationReport {
  /// The tables and what is to be said of them.
  public static func text(_ study: ValidationStudy) -> String {
    var parts = study.validations.count > shownOneByOne ? [] : study.validations.map(text)
    if study.validations.count > 1 { parts.append(TextTable.text(overview(study))) }
    parts.append(conclusion(study) + "\n")
    if !study.refused.isEmpty { parts.append(refused(study)) }
    return parts.joined(separator: "\n")
  }

  /// The most runs that are shown with all their figures.
  private static let shownOneByOne = 12

  private static func text(_ validation: Validation) -> String {
    let shown = validation.settings.filter { headings.contains($0.name) }
    var lines = ["\(validation.name)"]
    lines.append(shown.map { "\($0.name) \($0.value)" }.joined(separator: ", "))
    if let blocks = validation.loggedBlocks {
      let planned = validation.plannedBlocks.map {
        "; the memory plan comes to \($0) (\(signed(Double($0) / Double(blocks) - 1)))"
      }
      lines.append("KV blocks: \(blocks) logged, and simulated" + (planned ?? ""))
    }
    lines += validation.notes.map { "note: \($0)" }
    let states = [validation.measured, validation.simulated].map {
      $0.isSaturated.map { $0 ? "saturated" : "steady" } ?? "not known"
    }
    lines.append("load: measured \(states[0]), simulated \(states[1])")
    return lines.joined(separator: "\n") + "\n\n" + TextTable.text(table(validation))
  }

  private static let headings = [
    "engine", "model", "gpu", "tensor_parallel_size", "max_num_seqs", "max_num_batched_tokens",
    "requests", "requests_per_second", "clients", "frontend",
  ]

  /// One row a figure of one run.
  static func table(_ validation: Validation) -> Table {
    var table = Table([
      Table.Column("metric", isNumeric: false), Table.Column("statistic", isNumeric: false),
      Table.Column("measured"), Table.Column("simulated"), Table.Column("error", unit: "%"),
    ])
    for figure in ValidationStudy.figures {
      let (measure, statistic) = (figure.measure, figure.statistic)
      guard let real = validation.measured[measure, statistic],
        let ours = validation.simulated[measure, statistic]
      else { continue }
      func shown(_ value: Double) -> String {
        measure == .throughput ? Numbers.rate(value) : Numbers.duration(value)
      }
      table.append([
        Table.Cell(measure == .throughput ? "output tokens/s" : measure.rawValue.uppercased()),
        Table.Cell(statistic), Table.Cell(shown(real), value: real),
        Table.Cell(shown(ours), value: ours), error(validation.error(measure, statistic)),
      ])
    }
    return table
  }

  /// One row a run: by how much each of the figures that matter most is off.
  static func overview(_ study: ValidationStudy) -> Table {
    let columns: [(ValidationStudy.Measure, String)] = [
      (.ttft, "mean"), (.ttft, "p99"), (.tpot, "mean"), (.e2e, "mean"), (.e2e, "p99"),
      (.throughput, "mean"),
    ]
    var table = Table(
      [Table.Column("run", isNumeric: false, isKey: true)]
        + columns.map { measure, statistic in
          Table.Column(
            statistic,
            group: (measure == .throughput ? "tokens/s" : measure.rawValue.uppercased()) + " error",
            unit: "%")
        } + [Table.Column("load", isNumeric: false)])
    for validation in study.validations {
      table.append(
        [Table.Cell(validation.name)]
          + columns.map { error(validation.error($0, $1)) } + [
            Table.Cell(load(validation))
          ])
    }
    return table
  }

  private static func load(_ validation: Validation) -> String {
    switch (validation.measured.isSaturated, validation.simulated.isSaturated) {
    case (true, true): "saturated"
    case (true, false): "saturated, simulated as steady"
    case (false, true): "steady, simulated as saturated"
    case (false, false): "steady"
    default: ""
    }
  }

  /// How far off the steady runs are, in one sentence.
  public static func conclusion(_ study: ValidationStudy) -> String {
    let errors = study.errors
    func size(_ name: String) -> String? {
      errors.first { $0.figure.name == name }.map { Numbers.percent($0.mean) }
    }
    let parts = [
      ("ttft_mean", "mean TTFT"), ("tpot_mean", "mean TPOT"), ("e2e_mean", "mean end-to-end"),
      ("ttft_p99", "p99 TTFT"), ("e2e_p99", "p99 end-to-end"),
    ].compactMap { name, words in size(name).map { "\(words) by \($0)" } }
    if parts.isEmpty { return "No steady run has figures to compare." }
    let count = study.steady.count
    return "Over \(count) steady run\(count == 1 ? "" : "s") the simulation is off, on average: "
      + parts.joined(separator: ", ") + "."
  }

  private static func refused(_ study: ValidationStudy) -> String {
    var reasons: [(text: String, count: Int)] = []
    for (_, reason) in study.refused {
      if let place = reasons.firstIndex(where: { $0.text == reason }) {
        reasons[place].count += 1
      } else {
        reasons.append((reason, 1))
      }
    }
    return "Not simulated:\n" + reasons.map { "  \($0.count) x \($0.text)\n" }.joined()
  }

  private static func error(_ share: Double?) -> Table.Cell {
    share.map { Table.Cell(signed($0), value: $0) } ?? Table.Cell("")
  }

  private static func signed(_ share: Double) -> String {
    (share < 0 ? "" : "+") + Numbers.fixed(100 * share, decimals: 1)
  }

  // MARK: - As a report

  /// The pictures of a report on `names`.
  public static func figureFiles(_ count: Int) -> [String] {
    (1...max(1, min(count, shownOneByOne))).flatMap { ["run-\($0)-ttft.svg", "run-\($0)-e2e.svg"] }
  }

  /// The report on `study`.
  public static func report(_ study: ValidationStudy, source: Report.Source) -> Report {
    let shown = study.validations.prefix(shownOneByOne)
    var sections = [Report.Section("By run: error of the simulation", overview(study))]
    sections += shown.map { Report.Section($0.name, table($0)) }
    var figures: [Report.Figure] = []
    for (number, validation) in shown.enumerated() {
      for (metric, file) in [(LatencyMetric.ttft, "ttft"), (.e2e, "e2e")] {
        figures.append(
          Report.Figure(
            "run-\(number + 1)-\(file).svg", caption: validation.name,
            .lines(chart(validation, metric))))
      }
    }
    return Report(
      question: "How far is the simulation from what real engines did?",
      answer: conclusion(study),
      remarks: shown.flatMap(\.notes).map { "Note: \($0)." } + ValidationStudy.fitted,
      sections: sections, figures: figures, definitions: [],
      settings: (shown.first?.settings ?? []).filter { setting in
        shown.allSatisfy { $0.settings.contains(setting) }
      }, source: source, data: csv(study))
  }

  /// How one latency of a run was spread, and how it is in the simulation.
  static func chart(_ validation: Validation, _ metric: LatencyMetric) -> Chart {
    let entries = [("measured", validation.measured), ("simulated", validation.simulated)]
      .compactMap { name, observed -> LatencyDistributionChart.Entry? in
        let seconds = metric == .ttft ? observed.firstTokens : observed.wholes
        let distribution = metric == .ttft ? observed.ttft : observed.e2e
        return CumulativeDistribution(
          samples: seconds.map { (Nanoseconds(seconds: $0), 1) }
        ).map {
          LatencyDistributionChart.Entry(name, $0, distribution)
        }
      }
    var chart = LatencyDistributionChart(of: metric, entries)
    chart.subtitle = validation.name
    return chart.chart
  }

  private static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\"", with: "\"\"") + "\""
  }

  /// One row a run and figure.
  static func csv(_ study: ValidationStudy) -> String {
    var text = "experiment,metric,statistic,measured,simulated,error\n"
    for validation in study.validations {
      for figure in ValidationStudy.figures {
        let real = validation.measured[figure.measure, figure.statistic]
        let ours = validation.simulated[figure.measure, figure.statistic]
        guard let real, let ours else { continue }
        let error = validation.error(figure.measure, figure.statistic)
        text +=
          "\(quoted(validation.name)),\(figure.measure.rawValue),\(figure.statistic),"
          + "\(real),\(ours),\(error.map { "\($0)" } ?? "")\n"
      }
    }
    return text
  }
}
