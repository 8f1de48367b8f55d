import Formats
import Metrics
import Reporting
import Studies
import Workloads

extension LoadedTrace {
  /// Where a report on this trace, which was read with checksums from `path`, comes from.
  func source(_ path: GivenValue, command: String, seed: UInt64) -> Report.Source {
    Report.Source(
      command: command, trace: path.text, checksum: checksum ?? "", seed: seed, version: version)
  }
}

/// The options that replay and compare share for what they judge and what they write.
enum OutputOptions {
  /// How the time between tokens was spread in each of `runs`, as an SVG picture.
  static func chart(
    _ entries: [LatencyDistributionChart.Entry], _ settings: [Run.Setting],
    _ objective: ServiceLevelObjective?
  ) -> String {
    var chart = LatencyDistributionChart(of: .tbt, entries, objective: objective)
    chart.subtitle = RunsReport.subtitle(settings)
    return chart.chart.svg()
  }

  /// Whether the runs tell where latencies came from.
  static let attribution = Option(
    name: "--attribution", placeholder: nil, standard: nil,
    help: "tell where end-to-end latency came from: queue, own and others' prompts, preemption, "
      + "decodes, host; of every request with --requests-csv", group: "Output")

  /// Whether runs are shown beside what no schedule can pass.
  static let bounds = Option(
    name: "--bounds", placeholder: nil, standard: nil,
    help: "show the throughput beside the roofline's and a clairvoyant schedule's; reports do",
    group: "Output")

  /// The tool whose names and rules the figures are reported by too.
  static let definitions = Option(
    name: "--definitions", placeholder: "TOOL", standard: nil,
    help: "report as a tool for real servers does, by its names and rules: "
      + BenchmarkTool.allCases.map { "\($0.rawValue) (\($0.version))" }.joined(separator: ", "),
    group: "Output")

  /// Whether bounds are to be shown; a mistake where clients give up, for bounds are of all
  /// requests, and what is answered then is not all, where requests wait for others, and where
  /// replicas fail, come and go.
  static func showsBounds(_ invocation: Invocation) throws(InputError) -> Bool {
    guard invocation.has("--bounds") else { return false }
    let timeout = Load.Settings.clientTimeout
    guard invocation.value(of: timeout.name) == nil else {
      throw InputError(
        "--bounds", problem: "no bound is known where clients give up some of the requests",
        remedy: "leave out this or \(timeout.option)")
    }
    for setting in [FleetUpkeep.Settings.faults, FleetUpkeep.Settings.scaler]
    where invocation.value(of: setting.name) != nil {
      throw InputError(
        "--bounds", problem: "no bound is known where replicas fail, come and go",
        remedy: "leave out this or \(setting.option)")
    }
    let closed = SessionReplay.Mode.closed.rawValue
    let waiting =
      invocation.value(of: Load.Settings.sessions.name)?.text == closed
      ? Load.Settings.sessions
      : invocation.value(of: Load.Settings.samples.name) == nil ? nil : Load.Settings.samples
    if let waiting {
      throw InputError(
        "--bounds", problem: "no bound is known of sessions and samples",
        remedy: "leave out this or \(waiting.option)")
    }
    return true
  }

  /// The tool that was given for `--definitions`, if one was.
  static func benchmark(_ invocation: Invocation) throws -> BenchmarkTool? {
    let name = try invocation["--definitions"]?.choice(of: BenchmarkTool.allCases.map(\.rawValue))
    return name.flatMap(BenchmarkTool.init)
  }

  /// What `runs` tell besides: bounds, and the figures by another tool's rules.
  static func extras(_ runs: [Run]) -> String {
    [BoundsReport.text(runs), BenchmarkReport.text(runs)].filter { !$0.isEmpty }
      .map { "\n\($0)" }.joined()
  }

  /// Where a report goes.
  static let report = Option(
    name: "--report", placeholder: "DIR", standard: nil,
    help: "write a folder with README.md, data.csv, charts as SVG, and index.html, where points "
      + "tell their values and tables sort", group: "Output", file: .writesFolder)

  /// Whether files are replaced that servesim did not write.
  static let force = Option(
    name: Invocation.force, placeholder: nil, standard: nil,
    help: "replace files that servesim did not write too; without it \(OwnFile.rule), and never "
      + "what the command reads", group: "Output")

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
  ///
  /// - Parameter closing: what several runs come to, and that some could not go on.
  static func files(
    of entries: [RunsReport.Entry], _ objective: ServiceLevelObjective?, _ source: Report.Source,
    _ repeated: SeedsReport? = nil, _ closing: String? = nil, stopped: [StoppedRun] = []
  ) -> [String: String] {
    var report = RunsReport.report(
      entries, objective: objective, source: source,
      answer: entries.count > 1 ? closing : nil, stopped: stopped)
    if let repeated { report.add(repeated) }
    if entries.count == 1, let closing { report.remarks.insert(closing, at: 0) }
    return files(of: report)
  }

  /// An option for an output, which goes to a file or, as `-`, to the standard output.
  static func file(_ name: String, _ content: String, _ kind: OwnFile = .result) -> Option {
    Option(
      name: name, placeholder: "FILE", standard: nil,
      help: "write \(content); - is the standard output", group: "Output", file: .writes(kind))
  }
}
