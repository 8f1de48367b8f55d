import Foundation

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
    let names = try invocation["--schedulers"]?.schedulerNames() ?? catalogue.schedulers.names
    schedulers = names.map { GivenValue(source: "--schedulers", text: $0) }
    workload = try WorkloadOptions(invocation)
    objectives = invocation["--slo"]
    jobs = try invocation["--jobs"]?.int(min: 1) ?? ProcessInfo.processInfo.activeProcessorCount
    outputs = try Outputs(
      CompareOptions.files.compactMap { invocation[$0.name] }, reading: [trace])
  }

  /// Serves the trace once a scheduler, reports, and writes the outputs.
  func run() throws {
    throw Failure("compare: this build has no engine")
  }

  fileprivate static let files = [
    OutputOptions.file("--json", "the comparison as JSON"),
    OutputOptions.file("--csv", "one row a scheduler"),
    OutputOptions.file("--markdown", "the comparison as a Markdown table"),
    OutputOptions.file("--svg", "the comparison as a chart"),
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
