import Foundation
import Reporting
import Serving
import Synchronization

/// The results of a sweep on their way to a folder: every row is in `results.jsonl` as soon as it
/// is known, and when all are, the file is replaced by one in the sweep's own order.
///
/// A sweep may be killed at any moment. What it leaves is whole lines and at most one torn one at
/// the end, which is dropped when the sweep goes on.
struct SweepFile: ~Copyable, Sendable {
  /// The rows that were there, by key.
  let known: [String: SweepRow]
  private let folder: String
  private let descriptor: Mutex<Int32>
  /// Holds the folder against other sweeps while it is open.
  private let lock: FolderLock

  /// The results in the folder `given`, which is made if it is not there.
  ///
  /// - Parameter resumes: whether what is there is gone on with; a mistake otherwise.
  init(_ given: GivenValue, resumes: Bool) throws {
    let held = try FolderLock(given)
    let opened = try Self.open(given, resumes: resumes)
    known = Dictionary(opened.rows.map { ($0.key, $0) }) { first, _ in first }
    lock = held
    folder = given.text
    descriptor = Mutex(opened.descriptor)
  }

  deinit { descriptor.withLock { _ = close($0) } }

  /// The rows that are in the folder, and its file to add others to.
  private static func open(
    _ given: GivenValue, resumes: Bool
  ) throws -> (rows: [SweepRow], descriptor: Int32) {
    let folder = try given.string()
    let path = "\(folder)/results.jsonl"
    var rows: [SweepRow] = []
    if access(path, F_OK) == 0 {
      guard resumes else {
        throw given.mistake(
          "\(quoted(path)) is there already", "go on with --resume, or give another folder")
      }
      removeLeftovers(in: folder)
      rows = try self.rows(at: path)
      try write(text(rows), to: path)
    }
    let descriptor = Foundation.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    if descriptor < 0 {
      throw given.mistake(
        "\(quoted(path)) cannot be written: \(systemMessage())", "give another folder")
    }
    return (rows, descriptor)
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
    let others = known.values.filter { !keys.contains($0.key) }.sorted { $0.key < $1.key }
    try Self.write(Self.text(rows + others), to: "\(folder)/results.jsonl")
    try Self.write(SweepReport.csv(rows), to: "\(folder)/results.csv")
    return others.count
  }

  private static func rows(at path: String) throws -> [SweepRow] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Failure("\(quoted(path)) cannot be read: \(systemMessage())")
    }
    let text = String(decoding: data, as: UTF8.self)
    return text.split(separator: "\n").compactMap { SweepRow(line: String($0)) }
  }

  private static func text(_ rows: [SweepRow]) -> String {
    rows.map { $0.line + "\n" }.joined()
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
