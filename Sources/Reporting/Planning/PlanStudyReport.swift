import Formats
import Metrics
import Studies

extension PlanReport {
  /// The picture that every such report has, and the answer as a deployment file.
  public static let figureFiles = ["plan.svg", deploymentFile]
  private static let deploymentFile = "deployment.json"

  /// The plan as a report.
  ///
  /// - Parameters:
  ///   - command: the command line that replays the answer; nil without one.
  ///   - deployment: the answer as `replay --deployment` reads it; nil without one.
  ///   - source: where it all comes from.
  public func report(
    replay command: String?, deployment: String?, source: Report.Source
  ) -> Report {
    let model = space.shapes[0].deployment.model.name
    var report = Report(
      question: "What is the cheapest that keeps \(kept)? (\(model))", answer: sentence,
      remarks: search.notes.map { "Note: \($0)." } + (command.map { ["Replay it: \($0)"] } ?? []),
      sections: [
        Report.Section(
          "The best of each kind of GPU", table,
          note: "The fewest GPUs of each kind that keep it, with the highest attainment among "
            + "those. * best of its column.", points: notesOfReport)
      ],
      figures: [
        Report.Figure(
          "plan.svg",
          caption: "The best of each kind of GPU, and the others that were run to the end: what is "
            + "below the dashed line keeps its limits. Further left is cheaper, further down is "
            + "faster.", .lines(chart))
      ],
      definitions: Self.terms + Report.latencies(judgedBy: search.requirement.objective),
      settings: plan.chosen.map(plan.settings) ?? [], source: source, data: csv)
    report.attachments[Self.deploymentFile] = deployment ?? PooledDeployment.none
    if deployment != nil {
      report.remarks.append(
        "`\(Self.deploymentFile)` is the answer for replay --deployment and what goes on from it.")
    }
    if !failures.rows.isEmpty {
      report.sections.append(
        Report.Section(
          "What fails", failures,
          note: "Of each kind of GPU the deployment that comes nearest with fewer GPUs, or of all "
            + "where none is kept."))
    }
    return report
  }

  /// The remarks, but for what has a table of its own.
  private var notesOfReport: [String] { remarks.filter { !$0.hasPrefix("Fails: ") } }

  /// What the columns mean.
  private static let terms = [
    Report.Term("an hour", "Dollars an hour for all GPUs, idle ones too, without start-up."),
    Report.Term(
      "1M output, 1M prompt, 1M tokens",
      "Dollars for a million tokens of the output, of prompts, or of both, which pay for all GPUs "
        + "alone, at the planned load from the first arrival to the last token."),
    Report.Term(
      "joules",
      "Of one output token, GPUs alone, idle time included, at the planned load; >= where it is "
        + "not known what idle GPUs draw."),
    Report.Term(
      "keep all limits",
      "The share of all requests whose own latencies keep the limits of all clauses; the least of "
        + "all seeds."),
    Report.Term(
      "load it takes",
      "The highest multiple of the planned load found that is kept, within 2 %, up to 4 times."),
  ]

  /// How near the objective is, against money or, where prices are not known, against GPUs: the
  /// best of each kind by name, and all others that were run to the end.
  private var chart: Chart {
    let hasPrices = space.kinds.allSatisfy { $0.price != nil }
    var chart = Chart(
      "Money against latency", subtitle: heading,
      x: Chart.Axis(hasPrices ? "Dollars an hour" : "GPUs"),
      y: Chart.Axis("Worst figure / its limit", scale: .log10), lines: [])
    func point(_ candidate: PlanCandidate) -> Chart.Point? {
      guard let load = candidate.worst?.load, load > 0 else { return nil }
      let money = hasPrices ? candidate.dollarsPerHour : Double(candidate.gpus)
      return money.map { Chart.Point(x: $0, y: load) }
    }
    let best = plan.best.compactMap { $0 }
    chart.clouds = space.kinds.indices.compactMap { kind in
      plan.best[kind].flatMap { point(plan.candidates[$0]) }.map {
        Chart.Cloud(name(ofKind: kind), [$0])
      }
    }
    let others = plan.candidates.indices.filter { !best.contains($0) }.compactMap {
      point(plan.candidates[$0])
    }
    if !others.isEmpty { chart.clouds.append(Chart.Cloud("others", others)) }
    chart.levels = [Chart.Level("kept below", y: 1)]
    return chart
  }

  /// One row a candidate that was looked at.
  var csv: String {
    var writer = CSVWriter()
    var bytes: [UInt8] = []
    let columns = [
      "gpu", "gpus", "replicas", "gpus_of_a_replica", "scheduler", "settings", "dollars_per_hour",
      "attainment", "is_whole", "worst_figure_over_limit", "fails",
    ]
    for name in columns { writer.add(name) }
    writer.endRow { bytes += $0 }
    for candidate in plan.candidates {
      let shape = space.shapes[candidate.shape]
      let worst = candidate.worst
      let fields = [
        space.kinds[shape.kind].name, String(candidate.gpus), candidate.replicasWords,
        String(shape.gpus), shape.scheduler, others(of: shape),
        candidate.dollarsPerHour?.description ?? "", worst?.attainment.description ?? "",
        worst.map { String($0.isWhole) } ?? "", worst?.load?.description ?? "",
        failure(of: candidate) ?? "",
      ]
      for field in fields { writer.add(field) }
      writer.endRow { bytes += $0 }
    }
    writer.flush { bytes += $0 }
    return String(decoding: bytes, as: UTF8.self)
  }
}
