import Formats
import Foundation
import Studies

/// All shards of a command's work.
struct Shards {
  /// The words of the command.
  let words: [String]
  private let parts: [ShardPart]

  /// The shards in `folder`, of which none is missing.
  init(in folder: GivenValue) throws(InputError) {
    var parts: [ShardPart] = []
    for path in try WorkShard.paths(in: folder) {
      guard let part = ShardPart(try InputFile.read(path), source: path) else { continue }
      parts.append(part)
    }
    guard let first = parts.first?.head else {
      throw folder.mistake(
        "there are no shards in \(quoted(folder.text))",
        "run sweep, capacity or plan with \(WorkShard.option) I/N \(WorkShard.folderOption) "
          + shellQuoted(folder.text))
    }
    if let other = parts.first(where: {
      $0.head.words != first.words || $0.head.share.count != first.share.count
    })?.head {
      throw folder.mistake(
        "there are shards of \(first.share.count) of \(abridged(first.commandLine)), and of "
          + "\(other.share.count) of \(abridged(other.commandLine))", "keep those of one")
    }
    if let other = parts.first(where: { $0.head.version != version })?.head {
      throw folder.mistake(
        "servesim \(other.version) wrote a shard, and this is \(version)",
        "merge with the version that wrote them")
    }
    let done = parts.filter(\.isDone).map(\.head.share.place)
    let missing = (1...first.share.count).filter { !done.contains($0) }
    if !missing.isEmpty {
      let names = missing.prefix(10).map(String.init).joined(separator: ", ")
      throw folder.mistake(
        "of \(first.share.count) shards \(missing.count == 1 ? "this is" : "these are") not done: "
          + names + (missing.count > 10 ? " and \(missing.count - 10) more" : ""),
        "run \(missing.count == 1 ? "it" : "them") again: each goes on where it was")
    }
    (words, self.parts) = (first.words, parts)
  }

  /// What they know, to which nothing is to be added.
  func ledger<Row: LedgerRow>() throws(InputError) -> Ledger<Row> {
    var rows: [Row] = []
    for part in parts { rows += try part.rows() }
    return Ledger(rows, isClosed: true)
  }
}

extension Invocation {
  /// What shards know of the work, where they are merged; else nothing, and all is to be done.
  func known<Row: LedgerRow>(_ rowType: Row.Type) throws(InputError) -> Ledger<Row> {
    try shards?.ledger() ?? Ledger()
  }
}

extension Command {
  /// What ends work that was done in shards.
  ///
  /// - Parameter commands: those that can be sharded.
  static func merge(_ commands: [Command]) -> Command {
    let sharded = commands.sharded
    return Command(
      name: "merge",
      summary: "end a \(alternatives(sharded)) that was done in shards, with the bytes of one "
        + "process: what it prints, and its files; where it was typed",
      arguments: [
        Argument(name: "FOLDER", help: "where the shards are, as of \(WorkShard.folderOption)")
      ],
      examples: [
        Example(line: "servesim merge shards", purpose: "what the shards in the folder come to")
      ],
      run: { invocation in
        let folder = invocation.argument("FOLDER")
        let shards = try Shards(in: folder)
        guard let command = sharded.first(where: { $0.name == shards.words[0] }) else {
          throw folder.mistake("its shards are of no such command", "write them anew")
        }
        var whole = try Parser.parse(Array(shards.words.dropFirst()), for: command)
        whole.shards = shards
        try command.run(whole)
      })
  }

  /// The names of `commands`, any of which may be meant.
  static func alternatives(_ commands: [Command]) -> String {
    let names = commands.map(\.name)
    return names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
  }
}
