/// A CSV file with a header, as dictionaries by column: for lists that tests hold things against.
public struct CSVTable: Sendable {
  /// The rows behind the header.
  public let rows: [[String: String]]

  /// The table of `text`, in which no field has a line break.
  public init(_ text: String) {
    let lines = text.split(whereSeparator: \.isNewline).map { Self.fields(String($0)) }
    rows = lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(lines[0], $0)) }
  }

  private static func fields(_ line: String) -> [String] {
    var (fields, isQuoted) = ([""], false)
    for character in line {
      switch character {
      case "\"": isQuoted.toggle()
      case "," where !isQuoted: fields.append("")
      default: fields[fields.count - 1].append(character)
      }
    }
    return fields
  }
}
