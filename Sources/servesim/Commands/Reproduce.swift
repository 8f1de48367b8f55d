import Foundation
import Reporting
import Reproductions
import Studies

/// What `servesim reproduce` is asked for.
struct ReproduceOptions: Sendable {
  /// The experiments, in the order in which they are run.
  var studies: [ReproductionEntry]
  /// Whether all of them were asked for, and not one by its name.
  var isAll: Bool
  /// Runs at the same time, at most.
  var jobs: Int
  /// Where `--json`, `--csv`, `--markdown`, `--svg` and the files of `--report` go.
  var outputs: Outputs

  init(_ invocation: Invocation) throws {
    let names = PublishedExperiments.all.map(\.name)
    let name = try invocation.argument("STUDY").choice(of: names + ["all"])
    isAll = name == "all"
    studies = PublishedExperiments.all.filter { name == $0.name || name == "all" }
    jobs = try invocation.jobs()
    if isAll,
      let given = ["--csv", "--svg", "--report"].compactMap({ invocation[$0] }).first
    {
      throw given.mistake("it holds one study", "name the study, or give --json or --markdown")
    }
    outputs = try invocation.outputs(
      folder: invocation["--report"].map { ($0, ReproductionReport.fileNames) })
  }

  /// Runs the experiments, reports, and writes the outputs.
  func run() throws {
    let results = try studies.map { study in
      let result = try study.run(jobs: jobs)
      if !outputs.usesStandardOutput { try show(ReproductionReport.text(result) + "\n") }
      return result
    }
    if isAll && !outputs.usesStandardOutput { try show(ReproductionScoreboard.text(results)) }
    let files = Dictionary(
      uniqueKeysWithValues: ReproductionReport.files(results[0]).map {
        ("--report/\($0.key)", $0.value)
      })
    try outputs.write { option, writer in
      if let text = files[option] { return writer.write(text) }
      switch option {
      case "--json":
        writer.write(
          isAll ? ReproductionReport.json(results) : ReproductionReport.json(results[0]))
      case "--csv": writer.write(ReproductionReport.csv(results[0]))
      case "--markdown":
        writer.write(
          isAll
            ? ReproductionScoreboard.markdown(results) : ReproductionReport.markdown(results[0]))
      default: writer.write(ReproductionReport.svg(results[0]))
      }
    }
  }

  fileprivate static let files = [
    OutputOptions.file("--json", "the figures as JSON; of all studies as an array"),
    OutputOptions.file("--csv", "one row a figure"),
    OutputOptions.file(
      "--markdown", "the figures as a Markdown table; of all studies how many come out how near"),
    OutputOptions.file("--svg", "published figures and ours as a picture"),
  ]

  fileprivate static let report = Option(
    name: "--report", placeholder: "DIR", standard: nil,
    help: "write a folder with " + ReproductionReport.fileNames.joined(separator: ", "),
    group: "Output", file: .writesFolder)

  fileprivate static let runs = [
    Option.jobs()
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
          help: "one of " + PublishedExperiments.all.map(\.name).joined(separator: ", ")
            + "; or all")
      ],
      options: ReproduceOptions.runs + ReproduceOptions.files
        + [ReproduceOptions.report, OutputOptions.force],
      examples: [
        Example(
          line: "servesim reproduce fastgen-tail --svg bars.svg",
          purpose: "the longest waits between tokens, published and ours")
      ],
      run: { try ReproduceOptions($0).run() })
  }
}
