import Foundation
import Reporting
import Studies

/// What `servesim reproduce` is asked for.
struct ReproduceOptions: Sendable {
  var study: ReproductionEntry
  /// Runs at the same time, at most.
  var jobs: Int
  /// Where `--json`, `--csv`, `--markdown` and `--svg` go.
  var outputs: Outputs

  init(_ invocation: Invocation) throws {
    let name = try invocation.argument("STUDY").choice(of: Reproductions.all.map(\.name))
    study = Reproductions.all.first { $0.name == name } ?? Reproductions.all[0]
    jobs = try invocation["--jobs"]?.int(min: 1) ?? ProcessInfo.processInfo.activeProcessorCount
    outputs = try Outputs(ReproduceOptions.files.compactMap { invocation[$0.name] }, reading: [])
  }

  /// Runs the experiment, reports, and writes the outputs.
  func run() throws {
    let result = try study.run(jobs: jobs)
    try outputs.write { option, writer in
      switch option {
      case "--json": writer.write(ReproductionReport.json(result))
      case "--csv": writer.write(ReproductionReport.csv(result))
      case "--markdown": writer.write(ReproductionReport.markdown(result))
      default: writer.write(ReproductionChart(result).svg())
      }
    }
    if !outputs.usesStandardOutput { try show(ReproductionReport.text(result)) }
  }

  fileprivate static let files = [
    OutputOptions.file("--json", "the figures as JSON"),
    OutputOptions.file("--csv", "one row a figure"),
    OutputOptions.file("--markdown", "the figures as a Markdown table"),
    OutputOptions.file("--svg", "published figures and ours as bars"),
  ]

  fileprivate static let runs = [
    Option(
      name: "--jobs", placeholder: "N", standard: "the processors there are",
      help: "runs at the same time, at most; changes no result", group: "Runs")
  ]
}

extension Command {
  /// A published experiment, run again.
  static func reproduce() -> Command {
    Command(
      name: "reproduce", summary: "run a published experiment again and show both results",
      arguments: [
        Argument(
          name: "STUDY",
          help: "one of " + Reproductions.all.map(\.name).joined(separator: ", "))
      ],
      options: ReproduceOptions.runs + ReproduceOptions.files,
      examples: [
        Example(
          line: "servesim reproduce nanoflow-ablation --svg bars.svg",
          purpose: "what overlap gains, published and ours")
      ],
      run: { try ReproduceOptions($0).run() })
  }
}
