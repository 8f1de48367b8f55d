import Formats

/// A piece of a study's work and what came of it, as a line of a file keeps it: JSON with the key
/// of the piece and a checksum of the rest in front.
public protocol LedgerRow: Sendable {
  /// The name of the piece, by all that decides what comes of it.
  var key: String { get }
  /// What came of it, which is read back to the same.
  var members: [JSONValue.Member] { get }
  /// The row that goes by `key` and has `members`; nil where they are not those of such a row.
  init?(key: String, members: [JSONValue.Member])
}

extension LedgerRow {
  /// The line, without its end.
  public var line: String {
    let members = members
    var checksum = Fingerprint()
    checksum.add(key)
    checksum.add(JSONValue.object(members).line())
    return JSONValue.object(
      [.init("key", .string(key)), .init("checksum", .string(checksum.text))] + members
    ).line()
  }

  /// The row that `line` is, or nil if it is none, only the beginning of one, or one in which
  /// anything was changed since it was written.
  public init?(line: String) {
    guard case .object(let members)? = JSONValue(parsing: line), members.count >= 2,
      members[0].name == "key", case .string(let key) = members[0].value
    else { return nil }
    self.init(key: key, members: Array(members.dropFirst(2)))
    if self.line != line { return nil }
  }

  /// The rows as the text of a file.
  public static func text(_ rows: [Self]) -> String { rows.map { $0.line + "\n" }.joined() }

  /// The rows of the file `source`, which holds `bytes`: what a process wrote that may have been
  /// killed at any moment, so that the last line may be torn, which then is none.
  ///
  /// - Parameter skipped: lines in front that are no rows.
  public static func rows(
    _ bytes: some Collection<UInt8>, source: String, behind skipped: Int = 0
  ) throws(InputError) -> [Self] {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    var rows: [Self] = []
    for (index, line) in lines.enumerated() where index >= skipped && !line.isEmpty {
      if let row = String(validating: line, as: UTF8.self).flatMap(Self.init(line:)) {
        rows.append(row)
      } else if index < lines.count - 1 {
        throw InputError(
          source, line: index + 1, problem: "the row is not as servesim wrote it",
          remedy: "remove the line, so that the work is done again, or give another folder")
      }
    }
    return rows
  }
}
