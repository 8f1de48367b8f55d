import Formats
import Serving

/// The ids of the rows of a file, each of which may stand once.
///
/// Where every id is the number of its row, counted from 0, no text is made of any: a trace
/// without labels calls its requests so by itself.
struct RowLabels {
  private let column: Column
  /// A hash of each id, by row; nil while each id is the number of its row.
  private var hashes: [UInt64]?
  /// The ids of the rows that were kept; nil while each is the number of its place among them.
  private var kept: [String]?
  private var keptCount = 0

  init(column: Column) { self.column = column }

  /// Reads the id of the row that `reader` stands on.
  @inline(__always)
  mutating func read(_ reader: borrowing CSVReader) throws(InputError) {
    let range = reader.range(of: column)
    if hashes == nil && isNumber(reader.rows - 1, reader.bytes, range) { return }
    if range.isEmpty {
      throw reader.error(in: column, "the field is empty", "an id that no other row has")
    }
    if hashes == nil { hashes = (0..<reader.rows - 1).map { FNV1a(String($0)).value } }
    hashes?.append(try reader.hash(column))
  }

  /// Notes that the row that `reader` stands on becomes a request.
  @inline(__always)
  mutating func keep(_ reader: borrowing CSVReader) throws(InputError) {
    if kept != nil || hashes != nil || reader.rows - 1 != keptCount {
      if kept == nil { kept = (0..<keptCount).map(String.init) }
      kept?.append(try reader.text(column))
    }
    keptCount += 1
  }

  /// The labels of the requests, or nil where they go by their rows.
  func finish(_ reader: borrowing CSVReader, isInOrder: Bool) throws(InputError) -> [String]? {
    if let hashes {
      let sorted = hashes.sorted()
      let mayRepeat = zip(sorted, sorted.dropFirst()).contains { $0 == $1 }
      if mayRepeat { try refuseRepeats(in: reader) }
    }
    return kept ?? (isInOrder ? nil : (0..<keptCount).map(String.init))
  }

  /// Reads all ids again and refuses the first that stood before.
  private func refuseRepeats(in reader: borrowing CSVReader) throws(InputError) {
    var again = try CSVReader(reader.bytes, source: reader.source)
    var lines: [String: Int] = [:]
    while try again.nextRow() {
      let id = try again.text(column)
      guard let earlier = lines.updateValue(again.line, forKey: id) else { continue }
      throw again.error(
        in: column, "the id \(again.excerpt(of: column)) stands on line \(earlier) as well",
        "an id that no other row has")
    }
  }

  /// Whether the bytes in `range` are `number` as it is usually written.
  @inline(__always)
  private func isNumber(_ number: Int, _ bytes: [UInt8], _ range: Range<Int>) -> Bool {
    guard !range.isEmpty, range.count < 18 else { return false }
    if bytes[range.lowerBound] == .zero { return number == 0 && range.count == 1 }
    var value = 0
    for index in range {
      guard let digit = bytes[index].digit else { return false }
      value = value * 10 + digit
    }
    return value == number
  }
}
