import Testing

/// Findings for public declarations that nothing says anything about.
///
/// A declaration is documented by the `///` line above it; attributes may stand between them. A
/// property directly under another, without a blank line, shares what is said of the one above,
/// and the first member of a type shares what is said of the type. Nothing needs to be said of
/// initialisers, operators, extensions, and names that mean what they mean in Swift's own library
/// or in the protocols of `Serving`.
private func undocumented(_ file: TextFile) -> [String] {
  file.lines.indices.filter { index in
    guard let declaration = Declaration(file.lines[index]) else { return false }
    return !declaration.explainsItself && !declaration.isDocumented(at: index, in: file.lines)
  }.map { file.at($0, "a public declaration that nothing is said about") }
}

/// The first line of a public declaration.
private struct Declaration {
  private static let modifiers: Set<Substring> = [
    "public", "internal(set)", "private(set)", "fileprivate(set)", "package(set)", "static",
    "mutating", "nonmutating", "consuming", "borrowing", "nonisolated", "indirect", "final", "lazy",
  ]
  private static let common: Set<Substring> = [
    "count", "description", "encode", "endIndex", "first", "hash", "id", "index", "isEmpty", "last",
    "makeIterator", "next", "rawValue", "startIndex", "plan", "route", "seconds", "parts",
    "note", "readsReports", "replicas", "period", "admits",
  ]
  private let indentation: Int
  private let kind: Substring
  private let name: Substring

  /// Nil for a line that starts no public declaration.
  init?(_ line: String) {
    indentation = line.indentation
    guard line.dropFirst(indentation).hasPrefix("public ") else { return nil }
    let words = line.split(separator: " ").drop { Self.modifiers.contains($0) }
    kind = words.first?.prefix { $0.isLetter } ?? ""
    name = words.dropFirst().first?.prefix { $0.isLetter || $0.isNumber || $0 == "_" } ?? ""
  }

  var explainsItself: Bool {
    switch kind {
    case "init", "extension", "import": true
    case "func" where name.isEmpty: true
    case "func", "var", "let", "typealias": Self.common.contains(name)
    default: false
    }
  }

  private var isProperty: Bool { kind == "var" || kind == "let" }

  /// Whether something is said of the declaration, or of what it stands directly under.
  func isDocumented(at index: Int, in lines: [String]) -> Bool {
    for index in lines[..<index].indices.reversed() {
      let line = lines[index]
      let text = line.dropFirst(line.indentation)
      if text.hasPrefix("///") { return true }
      if text.hasPrefix("@") { continue }
      if line.indentation < indentation, line.hasSuffix("{") { return true }
      if !isProperty || line.indentation != indentation || !isPropertyLine(text) { return false }
    }
    return false
  }

  private func isPropertyLine(_ text: Substring) -> Bool {
    let words = text.split(separator: " ").drop { Self.modifiers.contains($0) || $0 == "private" }
    return words.first == "var" || words.first == "let"
  }
}

@Suite struct DocumentationTests {
  @Test func `something is said of every public declaration`() throws {
    let found = try SourceTree.swift(under: "Sources").flatMap(undocumented)
    #expect(found == [])
  }

  @Test(arguments: [
    "public struct A {", "a\npublic func f() {}", "/// b\n\npublic enum A {",
    "// b\npublic let a = 1",
    "/// b\npublic func f() {}\npublic func g() {}", "public static func f() {}",
    "/// b\npublic func f() {}\npublic var a: Int", "public mutating func f() {}",
    "@b\npublic let a",
    "public internal(set) var a: Int", "/// a\nstruct A {\n\n  public func f()",
    "public protocol A {",
    "/// b\npublic var a: Int {\n  1\n}\npublic var b: Int", "  public subscript(a: Int) -> Int {",
  ])
  func `a declaration without a word is found`(text: String) {
    #expect(undocumented(TextFile("a", text)).count == 1)
  }

  @Test(arguments: [
    "/// b\npublic struct A {\n  public var a: Int\n  public var b: Int\n}",
    "/// b\n@inline(__always)\n@c public func f() {}", "public init(a: Int) {",
    "public extension A {",
    "public static func < (a: A, b: A) -> Bool {", "public static func == (a: A, b: A) -> Bool {",
    "public var description: String {", "public func hash(into hasher: inout Hasher) {",
    "/// b\npublic static let a = 1\npublic static let b = 1", "private func f() {}", "let a = 1",
  ])
  func `a declaration that is clear is not`(text: String) {
    #expect(undocumented(TextFile("a", text)) == [])
  }
}
