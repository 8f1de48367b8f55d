/// What is wrong in a piece of notation, and where, in letters counted from 1.
public struct NotationProblem: Error {
  public var place: Int
  public var problem: String
  public var remedy: String

  public init(_ place: Int, _ problem: String, _ remedy: String) {
    self.place = place
    self.problem = problem
    self.remedy = remedy
  }
}

/// Reads a piece of notation from its beginning; spaces around it are passed over.
public struct NotationScanner {
  /// Where the next letter stands, counted from 1.
  public private(set) var place: Int
  private var rest: Substring

  /// - Parameter place: where the first letter of `text` stands.
  public init(_ text: Substring, place: Int) {
    let start = text.drop { $0 == " " }
    self.place = place + (text.count - start.count)
    rest = start
    while rest.last == " " { rest.removeLast() }
  }

  /// Whether all has been read.
  public var isAtEnd: Bool { rest.isEmpty }

  /// Moves over `letter` if it is the next one.
  public mutating func take(_ letter: Character) -> Bool {
    guard rest.first == letter else { return false }
    rest.removeFirst()
    place += 1
    return true
  }

  /// Moves over all up to `=`.
  public mutating func word() -> String { move(rest.prefix { $0 != "=" }) }

  /// Moves over a whole number of `things`.
  public mutating func number(_ things: String, atLeast least: Int = 0) throws(NotationProblem)
    -> Int
  {
    let start = place
    let text = move(rest.prefix { $0 != "x" && $0 != "@" })
    let remedy = "give the number of \(things), from \(least) to \(Int32.max)"
    if text.isEmpty { throw NotationProblem(start, "the number of \(things) is missing", remedy) }
    let quoted = "`\(text.prefix(24))`"
    guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      throw NotationProblem(start, "\(quoted) is not a whole number", remedy)
    }
    guard let value = Int(text), value <= Int32.max else {
      throw NotationProblem(start, "\(quoted) is too large", remedy)
    }
    if value < least { throw NotationProblem(start, "\(quoted) is too small", remedy) }
    return value
  }

  /// Sees to it that nothing is left.
  public func end(_ remedy: String) throws(NotationProblem) {
    if !isAtEnd {
      throw NotationProblem(place, "`\(rest.prefix(24))` is left over", remedy)
    }
  }

  private mutating func move(_ text: Substring) -> String {
    rest = rest[text.endIndex...]
    place += text.count
    return String(text)
  }
}
