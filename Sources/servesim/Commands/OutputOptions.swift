import Metrics
import Reporting
import Studies

/// The options that replay and compare share for what they judge and what they write.
enum OutputOptions {
  /// The objective that was given for `--slo`, if one was: in words, or a preset's for `model`.
  static func objective(
    _ given: GivenValue?, model: String
  ) throws -> ServiceLevelObjective? {
    try given.map { try ObjectivePresets.objective($0.string(), model: model) }
  }

  /// How the time between tokens was spread in each of `runs`, as an SVG picture.
  static func chart(
    _ entries: [LatencyDistributionChart.Entry], _ settings: [Run.Setting],
    _ objective: ServiceLevelObjective?
  ) -> String {
    var chart = LatencyDistributionChart(of: .tbt, entries, objective: objective)
    chart.subtitle = RunsReport.subtitle(settings)
    return chart.chart.svg()
  }

  /// What a request must keep to be counted as served well.
  static let objectives = Option(
    name: "--slo", placeholder: "LIMITS", standard: nil,
    help: "objectives such as ttft.p99<2s,tbt.p99<100ms or, for each request alone, ttft<2s; of "
      + LatencyMetric.allCases.map(\.name).joined(separator: ", ") + "; or a preset: "
      + ObjectivePresets.all.map { "\($0.name) (\($0.source))" }.joined(separator: ", "),
    group: "Objectives")

  /// Whether the runs tell where latencies came from.
  static let attribution = Option(
    name: "--attribution", placeholder: nil, standard: nil,
    help: "tell where end-to-end latency came from: queue, own and others' prompts, preemption, "
      + "decodes, host; of every request with --requests-csv", group: "Output")

  /// Where a report goes.
  static let report = Option(
    name: "--report", placeholder: "DIR", standard: nil,
    help: "write a folder with README.md, data.csv, charts as SVG, and index.html, where points "
      + "tell their values and tables sort", group: "Output")

  /// The folder that was given for `--report`, with the names of its files, `figures` among them.
  static func reportFolder(
    _ invocation: Invocation, figures: [String] = RunsReport.figureFiles
  ) -> (given: GivenValue, names: [String])? {
    invocation["--report"].map { ($0, Report.fileNames(figures: figures)) }
  }

  /// The files of `report`, by the names that outputs have for them.
  static func files(of report: Report) -> [String: String] {
    let files = report.files
    return Dictionary(uniqueKeysWithValues: files.map { ("--report/\($0.key)", $0.value) })
  }

  /// The files of a report on `entries`, by the names that outputs have for them.
  static func files(
    of entries: [RunsReport.Entry], _ objective: ServiceLevelObjective?, _ source: Report.Source,
    _ repeated: SeedsReport? = nil, _ closing: String? = nil
  ) -> [String: String] {
    var report = RunsReport.report(entries, objective: objective, source: source)
    if let repeated { report.add(repeated) }
    if let closing { report.remarks.insert(closing, at: 0) }
    return files(of: report)
  }

  /// An option for an output, which goes to a file or, as `-`, to the standard output.
  static func file(_ name: String, _ content: String) -> Option {
    Option(
      name: name, placeholder: "FILE", standard: nil,
      help: "write \(content); - is the standard output", group: "Output")
  }
}
