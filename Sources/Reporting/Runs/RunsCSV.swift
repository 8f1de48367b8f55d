import Formats
import Metrics

/// Runs as comma-separated values: one row a run, every figure a column.
///
/// The columns are the scheduler, the settings of all runs, the figures, and, where there is an
/// objective, `slo_objective` and `slo_met`; where a run could not go on, `stopped` says why. A
/// field that a run does not have is empty.
public enum RunsCSV {
  public static func text(_ runs: [Run], stopped: [StoppedRun] = []) -> String {
    let settings = distinct((runs.map(\.settings) + stopped.map(\.settings)).joined().map(\.name))
    let figures = distinct(runs.flatMap { $0.values.map(\.column) })
    let hasObjective = runs.contains { $0.verdict != nil }
    let verdict = hasObjective ? ["slo_objective", "slo_met"] : []
    let reason = stopped.isEmpty ? [] : ["stopped"]
    var rows = [["scheduler"] + settings + figures + verdict + reason]
    rows += runs.map { run in
      let fields =
        [run.scheduler] + settings.map { name in setting(name, of: run.settings) }
        + figures.map { column in figure(column, of: run) }
      return fields + (hasObjective ? Self.verdict(of: run) : []) + reason.map { _ in "" }
    }
    rows += stopped.map { run in
      [run.scheduler] + settings.map { name in setting(name, of: run.settings) }
        + (figures + verdict).map { _ in "" } + [run.reason]
    }
    return text(rows)
  }

  /// The bytes of `rows`.
  static func text(_ rows: [[String]]) -> String {
    var writer = CSVWriter()
    var bytes: [UInt8] = []
    for row in rows {
      for field in row { writer.add(field) }
      writer.endRow { bytes += $0 }
    }
    writer.flush { bytes += $0 }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func setting(_ name: String, of settings: [Run.Setting]) -> String {
    settings.first { $0.name == name }?.value ?? ""
  }

  private static func figure(_ column: String, of run: Run) -> String {
    run.values.first { $0.column == column }?.value.text ?? ""
  }

  private static func verdict(of run: Run) -> [String] {
    [run.verdict?.objective ?? "", run.verdict?.isMet?.description ?? ""]
  }

  /// The names in order of their first appearance.
  private static func distinct(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }
}
