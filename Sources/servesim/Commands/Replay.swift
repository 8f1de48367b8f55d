import Formats
import Metrics
import Reporting
import Serving
import Studies
import Workloads

/// What `servesim replay` is asked for.
struct ReplayOptions: Sendable {
  /// The trace, and how it is read.
  var trace: TraceSource
  var scenario: Scenario
  /// Whether the run tells where latencies came from.
  var attributesLatency: Bool
  /// Whether the throughput is shown beside what no schedule can pass.
  var showsBounds: Bool
  /// The tool whose names and rules the figures are reported by too, if any.
  var benchmark: BenchmarkTool?
  /// The command line, to be pasted into a shell.
  var commandLine: String
  /// Where `--json`, `--requests-csv`, `--iterations-csv`, `--svg`, `--perfetto` and `--report` go.
  var outputs: Outputs

  init(_ invocation: Invocation) throws {
    trace = try invocation.trace()
    attributesLatency = invocation.has("--attribution")
    showsBounds = try OutputOptions.showsBounds(invocation)
    benchmark = try OutputOptions.benchmark(invocation)
    commandLine = invocation.commandLine
    outputs = try invocation.outputs(folder: OutputOptions.reportFolder(invocation))
    scenario = try invocation.scenario()
    try DeploymentOptions.checkWhole(scenario, invocation)
  }

  /// Serves the trace, reports, and writes the outputs.
  func run() throws {
    let objective = try scenario.objective()
    let (hasReport, hasSpans) = (outputs.includes("--report"), outputs.includes("--perfetto"))
    let loaded = try trace.read(checksums: hasReport)
    var observation: Observation = hasReport || hasSpans ? [.iterations, .attribution] : []
    if outputs.includes("--iterations-csv") { observation.insert(.iterations) }
    if attributesLatency { observation.insert(.attribution) }
    let bar = ProgressBar("replay")
    let replay = try scenario.replay(
      loaded, benchmark: benchmark, hasBounds: showsBounds || hasReport, observing: observation
    ) { bar.update($0) }
    bar.finish()
    let report = hasReport ? self.report(replay, loaded, objective) : [:]
    try outputs.write { option, writer in
      if let text = report[option] { return writer.write(text) }
      try write(option, replay, objective, to: &writer)
    }
    if !outputs.usesStandardOutput {
      let attribution = attributesLatency ? "\n" + AttributionReport.text([replay.run]) : ""
      try show(
        ReplayReport.text(replay.run) + attribution + OutputOptions.extras([replay.run]))
    }
  }

  /// The files of the report by the names that the outputs have for them.
  private func report(
    _ replay: Replay, _ loaded: LoadedTrace, _ objective: ServiceLevelObjective?
  ) -> [String: String] {
    let entry = RunsReport.Entry(replay.run, trace: replay.trace, timeline: replay.timeline)
    return OutputOptions.files(
      of: [entry], objective,
      loaded.source(trace.path, command: commandLine, seed: UInt64(scenario.load.seed)))
  }

  private func write(
    _ option: String, _ replay: Replay, _ objective: ServiceLevelObjective?,
    to writer: inout ByteWriter
  ) throws {
    switch option {
    case "--json": writer.write(RunsJSON.text([replay.run]))
    case "--requests-csv":
      RequestsCSV.write(replay.trace, replay.timeline) { writer.write($0) }
    case "--iterations-csv":
      IterationsCSV.write(replay.timeline.iterations) { writer.write($0) }
    case "--perfetto":
      PerfettoTrace.write(replay.trace, replay.timeline) { writer.write($0) }
    default:
      let entries = replay.chartEntries(of: .tbt)
      writer.write(OutputOptions.chart(entries, replay.run.settings, objective))
    }
  }

  fileprivate static let files = [
    OutputOptions.file("--json", "the report as JSON"),
    OutputOptions.file("--requests-csv", "one row a request"),
    OutputOptions.file("--iterations-csv", "one row an iteration"),
    OutputOptions.file("--svg", "how the time between tokens was spread, as a chart"),
    OutputOptions.file("--perfetto", "iterations and requests over time for ui.perfetto.dev"),
  ]
}

extension Command {
  /// One trace under one scheduler.
  static func replay() -> Command {
    Command(
      name: "replay",
      summary: "serve a trace with one scheduler and report latency, throughput and utilisation",
      arguments: [.trace],
      options: [Option(Scenario.Settings.scheduler)] + Option.deployment
        + [DeploymentOptions.file, DeploymentOptions.prints] + PoolOptions.ofRuns + Option.load
        + Option.reading
        + [.objectives]
        + ReplayOptions.files
        + [
          OutputOptions.report, OutputOptions.force, OutputOptions.attribution,
          OutputOptions.bounds,
          OutputOptions.definitions,
        ],
      examples: [
        Example(line: "servesim replay Traces/chat.csv", purpose: "what the users of a chat felt"),
        Example(
          line: "servesim replay Traces/chat.csv --request-rate 4 --arrivals poisson --json -",
          purpose: "the same requests at another rate, as JSON"),
      ],
      run: { invocation in
        if try DeploymentOptions.printed(invocation) { return }
        try ReplayOptions(invocation).run()
      })
  }
}

extension Argument {
  /// The trace that a command serves.
  static let trace = Argument(
    name: "TRACE", help: "path of a trace (servesim list formats)", file: .reads)
}
