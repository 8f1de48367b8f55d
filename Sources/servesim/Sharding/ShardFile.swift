import Formats
import Foundation
import Serving
import Studies
import Synchronization

/// The file of one shard on its way: what it is of in the first line, a row as soon as it is known,
/// and a last line when the share is done.
///
/// A process may be killed at any moment, and another with the same shard goes on with the whole
/// lines that it left. Two at once do the work twice, and whichever ends last leaves all of it.
struct ShardFile<Row: LedgerRow>: ~Copyable, Sendable {
  /// What was there.
  let known: Ledger<Row>
  private let shard: WorkShard
  private let descriptor: Mutex<Int32>
  private let count: Mutex<Int>

  /// The file of `shard`, whose folder is made if it is not there.
  ///
  /// - Parameters:
  ///   - head: what the shard is of.
  ///   - rule: what may be written over.
  init(_ shard: WorkShard, _ head: ShardHead, _ rule: OverwriteRule) throws {
    self.shard = shard
    do {
      try FileManager.default.createDirectory(
        atPath: shard.folder.string(), withIntermediateDirectories: true)
    } catch let error as InputError {
      throw error
    } catch {
      throw shard.folder.mistake(
        "the folder \(quoted(shard.folder.text)) cannot be made", "give another one")
    }
    let given = GivenValue(source: shard.folder.source, text: shard.path)
    try rule.check(shard.path, .result, given)
    let rows = try Self.rows(shard, head)
    let file = try OutputFile(given)
    do {
      try file.fill { $0.write(head.line + "\n" + Row.text(rows)) }
      try file.commit()
    } catch {
      file.discard()
      throw error
    }
    let descriptor = Foundation.open(shard.path, O_WRONLY | O_APPEND | O_CLOEXEC)
    if descriptor < 0 { throw Failure("\(quoted(shard.path)): \(systemMessage())") }
    known = Ledger(rows)
    self.descriptor = Mutex(descriptor)
    count = Mutex(rows.count)
  }

  deinit { descriptor.withLock { _ = close($0) } }

  /// The rows that are there; none where the file is of its first moments.
  private static func rows(_ shard: WorkShard, _ head: ShardHead) throws -> [Row] {
    guard access(shard.path, F_OK) == 0 else { return [] }
    let bytes = try InputFile.read(shard.path)
    guard let part = ShardPart(bytes, source: shard.path) else { return [] }
    guard part.head == head else {
      throw shard.folder.mistake(
        "\(quoted(shard.path)) is a shard of another command: \(abridged(part.head.commandLine))",
        "give another folder")
    }
    return try part.rows()
  }

  /// Adds a row at the end; from any thread.
  func append(_ row: Row) throws {
    try write(row.line)
    count.withLock { $0 += 1 }
  }

  /// Ends the file: the share is done. Returns how many rows it has.
  func finish() throws -> Int {
    let count = count.withLock { $0 }
    try write(ShardPart.end(rows: count))
    return count
  }

  private func write(_ line: String) throws {
    try descriptor.withLock { descriptor in
      var writer = ByteWriter(to: descriptor, named: shard.path)
      writer.write(line + "\n")
      try writer.finish()
    }
  }
}

extension WorkShard {
  /// Does the share by `work`, which is told what is known of it and tells each row that is new.
  func run<Row: LedgerRow>(
    _ invocation: Invocation, _ rowType: Row.Type,
    _ work: (Ledger<Row>, _ note: @Sendable (Row) throws -> Void) throws -> Void
  ) throws {
    let file = try ShardFile<Row>(
      self, ShardHead(share: share, words: invocation.unshardedWords), invocation.overwriteRule)
    let before = file.known.all.count
    try work(file.known) { try file.append($0) }
    let count = try file.finish()
    try show(
      "Shard \(share.place) of \(share.count) is done: \(count) rows in \(path), \(before) of them "
        + "there before.\nWhen all are: servesim merge \(shellQuoted(folder.text))\n")
  }
}
