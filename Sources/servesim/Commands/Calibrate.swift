import Costs
import Formats
import Foundation
import Reporting
import Serving
import Studies
import Workloads

/// What `servesim calibrate` is asked for.
struct CalibrateOptions: Sendable {
  /// Tables of measurements.
  var files: [GivenValue]
  /// The GPU that is scored, or whose data sheet and other tables the result has.
  var gpu: GivenValue
  /// Whether the GPU is scored as it is.
  var onlyScores: Bool
  /// The share of the measurements that is scored and not fitted.
  var holdout: Double
  /// Decides which measurements are held out.
  var seed: UInt64
  /// Who measured, and with which software.
  var source: String
  /// What the result is called; as the GPU it is made from where nil.
  var name: String?
  /// The GPU whose tables stand in for what was not measured, if one's do.
  var like: GivenValue?
  private var outputs: Outputs

  init(_ invocation: Invocation, _ catalogue: Catalogue) throws {
    files = invocation.arguments("MEASUREMENTS")
    gpu = invocation["--gpu"] ?? GivenValue(source: "--gpu", text: catalogue.gpus.standard)
    onlyScores = invocation.has("--score")
    holdout = try invocation["--holdout"]?.double(min: 0, max: 0.9) ?? 0
    seed = UInt64(try Load { invocation.value(of: $0) }.seed)
    source = try invocation["--source"]?.string() ?? files.map(\.text).joined(separator: ", ")
    name = try invocation["--name"]?.string()
    like = invocation["--like"]
    outputs = try invocation.outputs()
    try check(invocation)
  }

  /// Options that say different things are a mistake, and none is ignored.
  private func check(_ invocation: Invocation) throws {
    if files.isEmpty && (onlyScores || like == nil) {
      throw InputError(
        "MEASUREMENTS", problem: "there is nothing to fit or to score",
        remedy: "give the path of a table of measured kernels")
    }
    guard onlyScores else { return }
    for option in ["--output", "--holdout", "--source", "--name", "--like"] {
      if let given = invocation[option] {
        throw given.mistake(
          "\(option) is for fitting, and --score fits nothing", "leave one of the two out")
      }
    }
  }

  /// Reads, fits or scores, and reports.
  func run() throws {
    var measurements: [Costs.Measurement] = []
    for file in files {
      let bytes = try InputFile.read(try file.string())
      measurements += try MeasurementsFile(bytes, source: file.text).measurements
    }
    let gpu = try GPUs.described(by: gpu)
    if onlyScores {
      let score = CalibrationScore(of: measurements, on: gpu)
      return try report(score, gpu, [("", score)])
    }
    var base = gpu
    if let name { base.name = name }
    let calibration = Calibration(
      of: base, from: measurements, source: source, holdout: holdout, seed: seed,
      jobs: ProcessInfo.processInfo.activeProcessorCount)
    var result = calibration.gpu
    if let like {
      let other = try GPUs.described(by: like)
      result.tables = result.tables.completed(by: other.tables, of: other.name)
    }
    let parts = [("fitted", calibration.fitted), ("held out", calibration.heldOut)]
    try report(
      holdout > 0 ? calibration.heldOut : calibration.fitted, result,
      parts.filter { !$0.1.rows.isEmpty })
  }

  /// Writes the files asked for and, unless one of them is the standard output, tables.
  private func report(
    _ score: CalibrationScore, _ gpu: GPU, _ parts: [(title: String, score: CalibrationScore)]
  ) throws {
    try outputs.write { option, writer in
      switch option {
      case "--output": writer.write(Self.file(of: gpu))
      case "--svg": writer.write(CalibrationReport.chart(score, gpu.name).svg())
      default: writer.write(CalibrationReport.json(score).text())
      }
    }
    if outputs.usesStandardOutput { return }
    for part in parts {
      if !part.title.isEmpty { try show("\(part.title):\n") }
      try show(TextTable.text(CalibrationReport.table(part.score)))
      if part.score.unscored > 0 {
        try show("\(part.score.unscored) measurements have no table on \(gpu.name)\n")
      }
    }
  }

  /// The JSON of `gpu`, which says at its beginning where it comes from.
  private static func file(of gpu: GPU) -> String {
    "{\n  \(OwnFile.gpuMark) \(version)\",\n" + gpu.json.dropFirst(2)
  }

  fileprivate static func options(_ catalogue: Catalogue) -> [Option] {
    let group = "Fitting"
    return [
      Option(
        name: "--gpu", placeholder: "NAME", standard: catalogue.gpus.standard,
        help: "the GPU to score, or to take the data sheet and all other tables from; a name or "
          + "the path of a JSON file", group: "GPU", file: .readsUnlessNamed),
      Option(
        name: "--score", placeholder: nil, standard: nil,
        help: "only score the GPU's tables on the measurements", group: "GPU"),
      Option(
        name: "--holdout", placeholder: "SHARE", standard: "0",
        help: "the share of the measurements to score and not to fit", group: group),
      .seed(group: group),
      Option(
        name: "--like", placeholder: "NAME", standard: nil,
        help: "take tables of operations and formats that were not measured from this GPU, as "
          + "shares of the data sheets", group: group, file: .readsUnlessNamed),
      Option(
        name: "--source", placeholder: "TEXT", standard: "the files' names",
        help: "who measured and with which software, for the GPU's file", group: group),
      Option(
        name: "--name", placeholder: "TEXT", standard: "the GPU's own",
        help: "what the result is called", group: group),
      OutputOptions.file("--output", "the GPU with its fitted tables as JSON", .gpu),
      OutputOptions.file("--json", "the errors as JSON"),
      OutputOptions.file("--svg", "a picture of predicted against measured times"),
      OutputOptions.force,
    ]
  }
}

extension Command {
  /// Tables of a GPU from measured kernels.
  static func calibrate(_ catalogue: Catalogue) -> Command {
    Command(
      name: "calibrate", summary: "fit a GPU's tables to measured kernels, or score them",
      arguments: [
        Argument(
          name: "MEASUREMENTS",
          help:
            "CSV with the columns "
            + MeasurementsFile.header.replacing(",", with: ", "),
          isRequired: false, isRepeated: true, file: .reads)
      ],
      options: CalibrateOptions.options(catalogue),
      examples: [
        Example(
          line: "servesim calibrate Reports/calibration/l40s.csv --gpu l40s --holdout 0.2 "
            + "--output my.json",
          purpose: "a GPU of your own, and how well it predicts what it has not seen"),
        Example(
          line: "servesim calibrate --score Reports/calibration/l40s.csv --gpu l40s",
          purpose: "how far the built-in tables are from measurements"),
      ],
      run: { try CalibrateOptions($0, catalogue).run() })
  }
}
