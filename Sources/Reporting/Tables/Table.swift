import Formats

/// Rows and columns, before it is known how they are shown.
public struct Table: Sendable, Equatable {
  /// Which value of a column is the best.
  public enum Best: Sendable, Equatable {
    case lowest, highest
  }

  /// What a column holds.
  public struct Column: Sendable, Equatable {
    /// What columns beside each other have in common; empty if it stands alone.
    public var group: String
    public var heading: String
    /// The unit of its numbers; empty where they need none.
    public var unit: String
    /// Numbers stand at the right, words at the left.
    public var isNumeric: Bool
    /// Nil where no value is better than another.
    public var best: Best?
    /// Whether it names the row, with the keys before it: words do, unless said otherwise.
    public var isKey: Bool

    public init(
      _ heading: String, group: String = "", unit: String = "", isNumeric: Bool = true,
      best: Best? = nil, isKey: Bool? = nil
    ) {
      self.isKey = isKey ?? (!isNumeric && group.isEmpty)
      self.heading = heading
      self.group = group
      self.unit = unit
      self.isNumeric = isNumeric
      self.best = best
    }

    /// The heading with the group before it and the unit after it.
    var title: String {
      [group, heading, unit.isEmpty ? "" : "(\(unit))"].filter { !$0.isEmpty }
        .joined(separator: " ")
    }

    /// The group with the unit after it.
    var groupTitle: String { unit.isEmpty ? group : "\(group) \(unit)" }
  }

  /// What a reader sees, and what it is compared by.
  public struct Cell: Sendable, Equatable {
    public var text: String
    /// Nil where it takes no part in the comparison.
    public var value: Double?

    public init(_ text: String, value: Double? = nil) {
      self.text = text
      self.value = value
    }
  }

  /// The columns, and a cell for each of them in every row.
  public var columns: [Column]
  public private(set) var rows: [[Cell]]

  public init(_ columns: [Column], rows: [[Cell]] = []) {
    precondition(!columns.isEmpty, "a table has a column")
    precondition(rows.allSatisfy { $0.count == columns.count }, "a cell for every column")
    self.columns = columns
    self.rows = rows
  }

  /// Adds a row below the others.
  public mutating func append(_ row: [Cell]) {
    precondition(row.count == columns.count, "a cell for every column")
    rows.append(row)
  }

  /// The table with only these columns, in this order.
  func columns(at indices: [Int]) -> Table {
    Table(indices.map { columns[$0] }, rows: rows.map { row in indices.map { row[$0] } })
  }

  /// Whether the cell is the best of its column: equal bests all are, but not if no row is worse.
  public func isBest(row: Int, column: Int) -> Bool {
    guard let best = columns[column].best, let value = rows[row][column].value else { return false }
    let values = rows.compactMap { $0[column].value }
    guard let least = values.min(), let greatest = values.max(), least < greatest else {
      return false
    }
    return value == (best == .lowest ? least : greatest)
  }
}
