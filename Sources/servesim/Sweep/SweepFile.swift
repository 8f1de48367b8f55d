import Formats
import Foundation
import Reporting
import Studies
import Synchronization

/// The results of a sweep on their way to a folder: every row is in `results.jsonl` as soon as it
/// is known, and when all are, the file is replaced by one in the sweep's own order.
///
/// A sweep may be killed at any moment. What it leaves is whole lines and at most one torn one at
/// the end, which is dropped when the sweep goes on.
struct SweepFile: ~Copyable, Sendable {
  /// The rows that were there.
  let known: Ledger<SweepRow>
  private let folder: String
  private let rule: OverwriteRule
  private let descriptor: Mutex<Int32>
  /// Holds the folder against other sweeps while it is open.
  private let lock: FolderLock

  /// The results in the folder `given`, which is made if it is not there.
  ///
  /// - Parameters:
  ///   - resumes: whether what is there is gone on with; a mistake otherwise.
  ///   - rule: what may be written over.
  init(_ given: GivenValue, resumes: Bool, _ rule: OverwriteRule = OverwriteRule()) throws {
    let held = try FolderLock(given)
    let rows = try Self.rows(given, resumes: resumes, rule)
    let path = try Self.paths(given)[0]
    let descriptor = Foundation.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    if descriptor < 0 {
      throw given.mistake(
        "\(quoted(path)) cannot be written: \(systemMessage())", "give another folder")
    }
    known = Ledger(rows)
    lock = held
    folder = given.text
    self.rule = rule
    self.descriptor = Mutex(descriptor)
  }

  deinit { descriptor.withLock { _ = close($0) } }

  /// Refuses a folder in which something would be lost.
  static func check(_ given: GivenValue, resumes: Bool, _ rule: OverwriteRule) throws {
    for path in try paths(given) {
      try rule.check(path, .result, GivenValue(source: given.source, text: path))
    }
    let path = try paths(given)[0]
    if access(path, F_OK) == 0 && !resumes && !rule.isForced {
      throw given.mistake(
        "\(quoted(path)) is there already", "go on with --resume, or give another folder")
    }
  }

  /// The rows that are in the folder, in a file with nothing else.
  private static func rows(
    _ given: GivenValue, resumes: Bool, _ rule: OverwriteRule
  ) throws -> [SweepRow] {
    try check(given, resumes: resumes, rule)
    let path = try paths(given)[0]
    if access(path, F_OK) != 0 { return [] }
    try removeLeftovers(in: given.string())
    let rows = resumes ? try SweepRow.rows(InputFile.read(path), source: path) : []
    try write(SweepRow.text(rows), to: path)
    return rows
  }

  /// The files in the folder: the rows, and a table of them.
  private static func paths(_ given: GivenValue) throws -> [String] {
    let folder = try given.string()
    return ["\(folder)/results.jsonl", "\(folder)/results.csv"]
  }

  /// Adds a row at the end; from any thread.
  func append(_ row: SweepRow) throws {
    try descriptor.withLock { descriptor in
      var writer = ByteWriter(to: descriptor, named: "results.jsonl")
      writer.write(row.line + "\n")
      try writer.finish()
    }
  }

  /// Puts `rows` in place of what is there, in their order, and a table of them beside it. Rows
  /// that were there and are not among them come last, by key; returns how many those are.
  func finish(_ rows: [SweepRow]) throws -> Int {
    let keys = Set(rows.map(\.key))
    let others = known.all.filter { !keys.contains($0.key) }
    for path in ["\(folder)/results.jsonl", "\(folder)/results.csv"] {
      try rule.check(path, .result, GivenValue(source: "--output", text: path))
    }
    try Self.write(SweepRow.text(rows + others), to: "\(folder)/results.jsonl")
    try Self.write(SweepReport.csv(rows), to: "\(folder)/results.csv")
    return others.count
  }

  /// Writes a whole file beside its place and moves it there.
  private static func write(_ text: String, to path: String) throws {
    let file = try OutputFile(GivenValue(source: "--output", text: path))
    do {
      try file.fill { $0.write(text) }
      try file.commit()
    } catch {
      file.discard()
      throw error
    }
  }

  /// Removes files that a killed sweep was about to move into place.
  private static func removeLeftovers(in folder: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where name.hasPrefix(".servesim-") { unlink("\(folder)/\(name)") }
  }
}
