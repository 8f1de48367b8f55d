import Formats
import Reporting
import Serving
import Studies
import Workloads

extension Command {
  /// Runs of real engines beside their simulations.
  static func validate() -> Command {
    Command(
      name: "validate",
      summary: "replay what real engines served, and show measured beside simulated latencies",
      arguments: [
        Argument(
          name: "RUN",
          help: "what a real engine did: "
            + MeasuredRuns.forms.map(\.summary).joined(separator: "; "),
          isRepeated: true, file: .reads)
      ],
      options: [
        Option(
          name: "--experiment", placeholder: "NAME", standard: "all that there are",
          help: "the run of a folder or file that is validated", group: "Runs"),
        Option(
          name: "--columns", placeholder: "MEANINGS", standard: nil,
          help: "what the columns of a table of measured requests mean: " + ColumnMeanings.runHelp,
          group: "Runs"),
        Option(Scenario.Settings.scheduler.under("Deployment")),
      ] + Option.deployment + Option.loadOfRuns + [
        OutputOptions.file("--json", "measured and simulated figures as JSON"),
        OutputOptions.report, OutputOptions.force,
      ],
      examples: [
        Example(
          line: "servesim validate Tests/Golden/runs/vllm-bench.json --gpu h100-sxm",
          purpose: "what vllm bench serve measured beside what is simulated")
      ],
      run: { try validate($0) })
  }

  private static func validate(_ invocation: Invocation) throws {
    let experiment = try invocation["--experiment"]?.string()
    let columns = try invocation["--columns"].map { given throws(InputError) in
      try ColumnMeanings(given)
    }
    var runs: [MeasuredRun] = []
    for path in invocation.arguments("RUN") {
      runs += try MeasuredRuns.read(
        try path.string(), experiment: experiment, columns: columns)
    }
    let outputs = try invocation.outputs(
      folder: OutputOptions.reportFolder(
        invocation, figures: ValidationReport.figureFiles(runs.count)))
    let bar = ProgressBar("validate")
    let count = runs.count
    let study = try ValidationStudy(
      runs, given: { invocation.value(of: $0) },
      progress: { bar.update(Double($0) / Double(max(1, count))) })
    bar.finish()
    let report =
      outputs.includes("--report")
      ? OutputOptions.files(of: self.report(study, invocation)) : [:]
    try outputs.write { option, writer in
      writer.write(report[option] ?? ValidationJSON.text(study))
    }
    if !outputs.usesStandardOutput { try show(ValidationReport.text(study)) }
  }

  private static func report(_ study: ValidationStudy, _ invocation: Invocation) -> Report {
    ValidationReport.report(
      study,
      source: Report.Source(
        command: invocation.commandLine,
        trace: invocation.arguments("RUN").map(\.text).joined(separator: " "), checksum: "",
        seed: 0,
        version: version))
  }
}
