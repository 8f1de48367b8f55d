/// Names of columns or keys in a file that its format does not read.
///
/// A name that is nearly one that is read is taken for a slip and refused; all others are told.
public struct IgnoredNames {
  /// What a name is in the file: `column` or `key`.
  public let kind: String
  /// The names that are read.
  public let read: [String]
  private var found: [String] = []
  /// The same, to look one up.
  private var known: Set<String> = []

  public init(kind: String, read: [String]) {
    self.kind = kind
    self.read = read
  }

  /// Takes the names of a row or of the header, on line `line` of `source`.
  public mutating func add(
    _ names: [String], source: String, line: @autoclosure () -> Int
  ) throws(InputError) {
    let missing = read.filter { !names.contains($0) }
    for name in names where !read.contains(name) && !known.contains(name) {
      if let near = Self.meant(name, among: missing) {
        throw InputError(
          source, line: line(), column: shortened(name),
          problem: "the \(kind) is not one that is read",
          remedy: "did you mean \(near)? rename it, or remove it")
      }
      found.append(name)
      known.insert(name)
    }
  }

  /// What is to be said of them, if there are any.
  public var note: String? {
    if found.isEmpty { return nil }
    let most = 6
    let names = found.prefix(most).map { $0.isEmpty ? "one without a name" : shortened($0) }
    let rest = found.count > most ? " and \(found.count - most) others" : ""
    let meanings = Self.meanings.filter { meaning in
      found.contains { $0.lowercased().contains(meaning.word) }
    }.map(\.clause)
    return "\(kind)s that are not read: "
      + ([names.joined(separator: ", ") + rest] + meanings).joined(separator: "; ")
  }

  /// What is left out where a name holds a word.
  private static let meanings = [
    (word: "image", clause: "images cost nothing here but the tokens that the prompt counts"),
    (word: "delay", clause: "requests arrive at the times given and wait for no other"),
    (word: "turn", clause: "a turn waits for earlier ones only in closed sessions"),
  ]

  /// The one of `names` that `name` is a slip of. No row is lost where `id` is not read, and too
  /// many words are near it.
  private static func meant(_ name: String, among names: [String]) -> String? {
    name.count > 2 ? nearest(to: name, among: names.filter { $0 != "id" }) : nil
  }
}
