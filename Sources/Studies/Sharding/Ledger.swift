import Formats

/// What is known of a study's work, by key.
public struct Ledger<Row: LedgerRow>: Sendable {
  private var rows: [String: Row]
  /// Whether nothing is to be added: what is missing is a mistake.
  private let isClosed: Bool

  /// What `rows` tell; of two with the same key, the first.
  public init(_ rows: [Row] = [], isClosed: Bool = false) {
    self.rows = Dictionary(rows.map { ($0.key, $0) }) { first, _ in first }
    self.isClosed = isClosed
  }

  /// The same with what else `others` know.
  public func and(_ others: Ledger) -> Ledger {
    var ledger = Ledger([], isClosed: isClosed || others.isClosed)
    ledger.rows = rows.merging(others.rows) { own, _ in own }
    return ledger
  }

  /// What is known, in the order of the keys.
  public var all: [Row] { rows.values.sorted { $0.key < $1.key } }

  /// Whether something is known of what goes by `key`.
  public func has(_ key: String) -> Bool { rows[key] != nil }

  /// What is known of what goes by `key`, or else what `make` finds, of which `note` is told.
  func row(
    _ key: String, note: (Row) throws -> Void, make: () throws -> Row
  ) throws -> Row {
    if let row = rows[key] { return row }
    if isClosed {
      throw InputError(
        "the shards",
        problem: "they know nothing of a part of the work, as where the trace, a "
          + "model's file or servesim has changed since",
        remedy: "do all shards again, in another folder")
    }
    let row = try make()
    try note(row)
    return row
  }
}
