import Formats
import Serving

/// What the first line of a trace says of the lines after it; blank lines and comments are none.
public enum FirstLine: Sendable, Equatable {
  /// The names of a table's columns.
  case columns([String])
  /// The keys of a JSON object, sorted.
  case keys([String])

  /// The first line of a file that holds `bytes`, and which line of the file it is.
  static func read(
    _ bytes: [UInt8], source: String
  ) throws(InputError) -> (firstLine: FirstLine, line: Int) {
    if JSONObjects.areIn(bytes) {
      var objects = JSONObjects(bytes, source: source, header: "{…}")
      var keys: [String] = []
      _ = try objects.next()
      while let key = try objects.nextKey() {
        keys.append(try objects.name(of: key))
        try objects.skip()
      }
      return (.keys(keys.sorted()), objects.line)
    }
    let reader = try CSVReader(bytes, source: source)
    return (.columns(reader.header), reader.line)
  }

  /// What stands between columns that no comma parts, for a message; nil where a comma does.
  var otherSeparator: String? {
    guard case .columns(let names) = self, names.count == 1 else { return nil }
    for (mark, name) in [(";", "semicolons"), ("|", "bars")]
    where names[0].contains(mark) { return name }
    return nil
  }

  /// The beginning of the line and what it is, for a message.
  var excerpt: String {
    switch self {
    case .columns(let names): "\(excerpt(of: names)) is the header"
    case .keys(let names): "\(excerpt(of: names)) are the keys"
    }
  }

  private func excerpt(of names: [String]) -> String {
    Formats.excerpt(of: Array(names.joined(separator: ",").utf8).span)
  }
}
