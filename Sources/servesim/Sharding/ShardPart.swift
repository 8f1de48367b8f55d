import Formats
import Foundation
import Studies

/// What a shard is of: its share, and the words of the command that the whole work is.
struct ShardHead: Equatable {
  let share: Share
  /// From the command's name on, without those that tell the shard.
  let words: [String]
  /// That of the tool, whose rows are no other's.
  var version = servesim.version

  /// The command, to be pasted into a shell.
  var commandLine: String { (["servesim"] + words.map(shellQuoted)).joined(separator: " ") }

  /// The line in a file, without its end.
  var line: String {
    JSONValue.object([
      .init("shard", .integer(share.place)), .init("of", .integer(share.count)),
      .init("version", .string(version)), .init("command", .array(words.map { .string($0) })),
    ]).line()
  }

  init(share: Share, words: [String]) { (self.share, self.words) = (share, words) }

  /// The head that `line` is, or nil.
  init?(line: String) {
    guard let json = JSONValue(parsing: line), let place = json["shard"]?.whole,
      let count = json["of"]?.whole, (1...max(1, count)).contains(place),
      case .string(let version)? = json["version"], case .array(let values)? = json["command"]
    else { return nil }
    let words = values.compactMap { if case .string(let word) = $0 { word } else { nil } }
    guard words.count == values.count, !words.isEmpty else { return nil }
    self.init(share: Share(place, of: count), words: words)
    self.version = version
  }
}

/// The file of a shard as it was left.
struct ShardPart {
  let head: ShardHead
  /// Whether the share is done.
  let isDone: Bool
  private let source: String
  private let bytes: ArraySlice<UInt8>

  /// What the file `source` holds; nil where not even its first line is whole.
  init?(_ bytes: [UInt8], source: String) {
    guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")),
      let line = String(validating: bytes[..<end], as: UTF8.self), let head = ShardHead(line: line)
    else { return nil }
    self.head = head
    self.source = source
    let rows = bytes[(end + 1)...]
    let last = rows.dropLast().lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? rows.startIndex
    let count = rows[..<last].count { $0 == UInt8(ascii: "\n") }
    isDone = Array(rows[last...]) == Array((Self.end(rows: count) + "\n").utf8)
    self.bytes = isDone ? rows[..<last] : rows
  }

  /// The last line of a file with so many rows.
  static func end(rows: Int) -> String {
    JSONValue.object([.init("rows", .integer(rows))]).line()
  }

  /// Its rows.
  func rows<Row: LedgerRow>() throws(InputError) -> [Row] {
    try Row.rows(bytes, source: source)
  }
}

extension Invocation {
  /// The command's name and the words behind it, without those that tell a shard.
  var unshardedWords: [String] {
    var (kept, rest) = ([command.name], words[...])
    while let word = rest.popFirst() {
      let name = word.prefix { $0 != "=" }
      if word == "--" { return kept + [word] + rest }
      guard WorkShard.options.contains(where: { $0.name == name }) else {
        kept.append(word)
        continue
      }
      if !word.contains("=") { rest.removeFirst() }
    }
    return kept
  }
}
