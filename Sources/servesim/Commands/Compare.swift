import Foundation
import Metrics
import Reporting
import Schedulers
import Serving
import Studies

/// What `servesim compare` is asked for.
struct CompareOptions: Sendable {
  /// The path of the trace.
  var trace: GivenValue
  var deployment: DeploymentOptions
  /// Schedulers with their options, none twice, each a value of its own.
  var schedulers: [GivenValue]
  var workload: WorkloadOptions
  /// The limits that a request must keep; nil where none are set.
  var objectives: GivenValue?
  /// Runs at the same time, at most.
  var jobs: Int
  /// Where `--json`, `--csv`, `--markdown` and `--svg` go.
  var outputs: Outputs

  init(_ invocation: Invocation, _ catalogue: Catalogue) throws {
    trace = invocation.argument("TRACE")
    deployment = try DeploymentOptions(invocation, catalogue)
    let names = try invocation["--schedulers"]?.schedulerNames() ?? Schedulers.all.map(\.name)
    schedulers = names.map { GivenValue(source: "--schedulers", text: $0) }
    workload = try WorkloadOptions(invocation)
    objectives = invocation["--slo"]
    jobs = try invocation["--jobs"]?.int(min: 1) ?? ProcessInfo.processInfo.activeProcessorCount
    outputs = try Outputs(
      CompareOptions.files.compactMap { invocation[$0.name] },
      reading: [trace.withoutFormat, deployment.model, deployment.gpu])
  }

  /// Serves the trace once a scheduler, reports, and writes the outputs.
  func run() throws {
    let runs = try serve()
    if !outputs.usesStandardOutput {
      let notes = runs[0].settings.first { $0.name == "notes" }
      try show((notes.map { "Note: \($0.value).\n\n" } ?? "") + ComparisonTable.text(runs))
    }
  }

  /// Serves the trace once a scheduler and writes the outputs.
  @discardableResult
  func serve() throws -> [Run] {
    let objective = try OutputOptions.objective(objectives)
    let deployment = try self.deployment.deployment()
    let (trace, notes) = try workload.load(self.trace)
    var services = try schedulers.map { try deployment.service($0.string(), for: trace) }
    for index in services.indices {
      services[index].settings += workload.settings(of: trace, notes)
    }
    let bar = ProgressBar("compare", parts: services.count)
    let drawsChart = outputs.includes("--svg")
    let results = try Comparison(trace, services, objective: objective).run(
      jobs: jobs, progress: { bar.update($1, part: $0) },
      summary: { ($0.run, drawsChart ? $0.chartEntries(of: .tbt, trace) : []) })
    bar.finish()
    let runs = results.map(\.0)
    try outputs.write { option, writer in
      switch option {
      case "--json": writer.write(RunsJSON.text(runs))
      case "--csv": writer.write(RunsCSV.text(runs))
      case "--markdown": writer.write(ComparisonTable.markdown(runs))
      default:
        let entries = results.flatMap(\.1)
        writer.write(OutputOptions.chart(entries, runs[0].settings, objective))
      }
    }
    return runs
  }

  fileprivate static let files = [
    OutputOptions.file("--json", "the comparison as JSON"),
    OutputOptions.file("--csv", "one row a scheduler"),
    OutputOptions.file("--markdown", "the comparison as a Markdown table"),
    OutputOptions.file("--svg", "how the time between tokens was spread, as a chart"),
  ]

  fileprivate static func runs(_ catalogue: Catalogue) -> [Option] {
    [
      Option(
        name: "--schedulers", placeholder: "NAMES", standard: "all",
        help: "\(catalogue.schedulers.choices); several with commas between them, each with its "
          + "options as NAME:option=value,option=value", group: "Runs"),
      Option(
        name: "--jobs", placeholder: "N", standard: "the processors there are",
        help: "runs at the same time, at most; changes no result", group: "Runs"),
    ]
  }
}

extension Command {
  /// One trace under several schedulers.
  static func compare(_ catalogue: Catalogue) -> Command {
    Command(
      name: "compare",
      summary: "serve a trace with several schedulers and show them side by side",
      arguments: [.trace],
      options: CompareOptions.runs(catalogue) + DeploymentOptions.options(catalogue)
        + WorkloadOptions.options + [OutputOptions.objectives] + CompareOptions.files,
      examples: [
        Example(
          line: "servesim compare Traces/chat.csv",
          purpose: "the same chat under every scheduler"),
        Example(
          line: "servesim compare Traces/chat.csv --schedulers vllm,sarathi:chunk=512 --svg a.svg",
          purpose: "two schedulers, one of them with an option of its own, as a chart"),
      ],
      run: { try CompareOptions($0, catalogue).run() })
  }
}
