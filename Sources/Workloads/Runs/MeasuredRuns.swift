import Formats
import Foundation
import Serving

/// The forms in which people keep what a real engine did.
public enum MeasuredRuns {
  /// One sentence on each form, for the list.
  public static let forms: [(name: String, summary: String)] = [
    (
      "campaign",
      "a folder with experiments.csv and requests_NAME.csv[.gz] for each (inference-sim/training)"
    ),
    ("llmservingsim", "NAME.csv of requests beside NAME.meta.json (LLMServingSim's bench)"),
    (
      "operating points",
      "CSV of mean TTFT and TPOT at fixed lengths and concurrency (aiconfigurator)"
    ),
    ("vllm bench", "the JSON of vllm bench serve, with --save-detailed or without"),
    ("sglang bench", "the JSON lines of sglang.bench_serving"),
    ("aiperf", "profile_export.jsonl of AIPerf"),
    ("guidellm", "the JSON of GuideLLM"),
  ]

  /// The runs that the file or folder at `path` holds.
  ///
  /// - Parameters:
  ///   - experiment: the only one to read, by its name; all where nil.
  ///   - columns: what the columns of a table mean that is of none of the forms.
  public static func read(
    _ path: String, experiment: String? = nil, columns: ColumnMeanings? = nil
  ) throws(InputError) -> [MeasuredRun] {
    if let columns {
      let bytes = try InputFile.read(path)
      if JSONObjects.areIn(bytes) {
        throw InputError(
          columns.source, problem: "\(path) is no table", remedy: "give a table, or leave it out")
      }
      return [try NamedColumns.run(try CSVReader(bytes, source: path), columns)]
    }
    let runs = try all(in: path, experiment)
    guard let experiment else { return runs }
    let named = runs.filter { $0.name == experiment }
    if named.isEmpty {
      throw .unknown("experiment", experiment, among: runs.map(\.name), in: "--experiment")
    }
    return named
  }

  private static func all(
    in path: String, _ experiment: String?
  ) throws(InputError) -> [MeasuredRun] {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      return try CampaignFolder(path).runs(experiment)
    }
    let bytes = try InputFile.read(path)
    if JSONObjects.areIn(bytes) { return try BenchmarkResults.runs(bytes, source: path) }
    let reader = try CSVReader(bytes, source: path)
    if reader.header.contains("silicon_tpot_ms") { return try OperatingPoints.runs(reader) }
    if reader.header.contains("queued_to_sched_ms") { return [try ServedRequests.run(reader)] }
    throw InputError(
      path, problem: "this is no record of a run",
      remedy: "give " + forms.map(\.summary).joined(separator: "; or "))
  }

  /// `milliseconds` in whole nanoseconds.
  static func time(milliseconds: Double) -> Nanoseconds {
    Nanoseconds((milliseconds * 1e6).rounded())
  }
}

extension CSVReader {
  /// The number in `column` of the row, which must be there and not be negative.
  func amount(_ column: Column) throws(InputError) -> Double {
    if let number = try number(column), number >= 0, number <= 1e12 { return number }
    throw error(in: column, "\(excerpt(of: column)) is no amount", "give a number from 0 to 1e12")
  }
}
