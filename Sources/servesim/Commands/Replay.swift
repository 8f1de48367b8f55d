import Metrics
import Reporting
import Serving
import Studies

/// What `servesim replay` is asked for.
struct ReplayOptions: Sendable {
  /// The path of the trace.
  var trace: GivenValue
  var deployment: DeploymentOptions
  /// A scheduler with its options, such as `sarathi:chunk=512`.
  var scheduler: GivenValue
  var workload: WorkloadOptions
  /// The limits that a request must keep; nil where none are set.
  var objectives: GivenValue?
  /// Where `--json`, `--requests-csv`, `--iterations-csv` and `--svg` go.
  var outputs: Outputs

  init(_ invocation: Invocation, _ catalogue: Catalogue) throws {
    trace = invocation.argument("TRACE")
    deployment = try DeploymentOptions(invocation, catalogue)
    scheduler =
      invocation["--scheduler"]
      ?? GivenValue(source: "--scheduler", text: catalogue.schedulers.standard)
    workload = try WorkloadOptions(invocation)
    objectives = invocation["--slo"]
    outputs = try Outputs(
      ReplayOptions.files.compactMap { invocation[$0.name] },
      reading: [trace.withoutFormat, deployment.model, deployment.gpu])
  }

  /// Serves the trace, reports, and writes the outputs.
  func run() throws {
    let objective = try OutputOptions.objective(objectives)
    let deployment = try self.deployment.deployment()
    let (trace, notes) = try workload.load(self.trace)
    var service = try deployment.service(scheduler.string(), for: trace)
    service.settings += workload.settings(of: trace, notes)
    let bar = ProgressBar("replay")
    let replay = try service.replay(
      trace, objective: objective, recordsIterations: outputs.includes("--iterations-csv")
    ) { bar.update($0) }
    bar.finish()
    try outputs.write { option, writer in
      try write(option, replay, trace, objective, to: &writer)
    }
    if !outputs.usesStandardOutput {
      try show(ReplayReport.text(replay.run))
    }
  }

  private func write(
    _ option: String, _ replay: Replay, _ trace: Trace, _ objective: ServiceLevelObjective?,
    to writer: inout ByteWriter
  ) throws {
    switch option {
    case "--json": writer.write(RunsJSON.text([replay.run]))
    case "--requests-csv":
      RequestsCSV.write(trace, replay.timeline) { writer.write($0) }
    case "--iterations-csv":
      IterationsCSV.write(replay.timeline.iterations) { writer.write($0) }
    default:
      let entries = replay.chartEntries(of: .tbt, trace)
      writer.write(OutputOptions.chart(entries, replay.run.settings, objective))
    }
  }

  fileprivate static let files = [
    OutputOptions.file("--json", "the report as JSON"),
    OutputOptions.file("--requests-csv", "one row a request"),
    OutputOptions.file("--iterations-csv", "one row an iteration"),
    OutputOptions.file("--svg", "how the time between tokens was spread, as a chart"),
  ]
}

extension Command {
  /// One trace under one scheduler.
  static func replay(_ catalogue: Catalogue) -> Command {
    let scheduler = Option(
      name: "--scheduler", placeholder: "NAME", standard: catalogue.schedulers.standard,
      help: "\(catalogue.schedulers.choices); with its options as NAME:option=value,option=value",
      group: "Deployment")
    return Command(
      name: "replay",
      summary: "serve a trace with one scheduler and report latency, throughput and utilisation",
      arguments: [.trace],
      options: [scheduler] + DeploymentOptions.options(catalogue) + WorkloadOptions.options
        + [OutputOptions.objectives] + ReplayOptions.files,
      examples: [
        Example(line: "servesim replay Traces/chat.csv", purpose: "what the users of a chat felt"),
        Example(
          line: "servesim replay Traces/chat.csv --request-rate 4 --arrivals poisson --json -",
          purpose: "the same requests at another rate, as JSON"),
      ],
      run: { try ReplayOptions($0, catalogue).run() })
  }
}

extension Argument {
  /// The trace that a command serves.
  static let trace = Argument(name: "TRACE", help: "path of a trace (servesim list formats)")
}
