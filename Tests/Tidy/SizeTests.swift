import Testing

/// A finding if `file` has more than 300 lines.
private func length(_ file: TextFile) -> [String] {
  file.lines.count > 300 ? ["\(file.path): \(file.lines.count) lines, 300 at most"] : []
}

/// Findings for lines of more than 100 columns.
private func width(_ file: TextFile) -> [String] {
  file.findings { $0.count > 100 ? "\($0.count) columns, 100 at most" : nil }
}

/// Findings for functions of more than 60 lines, from the line that names one to its last brace.
///
/// Initialisers, subscripts and computed properties count as functions.
private func functionLength(_ file: TextFile) -> [String] {
  file.lines.indices.filter { startsFunction(file.lines[$0]) }.compactMap { start in
    guard let end = lastBrace(after: start, in: file.lines), end - start + 1 > 60 else {
      return nil
    }
    return file.at(start, "a function of \(end - start + 1) lines, 60 at most")
  }
}

/// The line that ends what `start` begins, or nil if it has ended there already.
///
/// The tree is formatted, so what belongs to a declaration is indented more, but for the brackets
/// and clauses that end its head and the brace that ends its body.
private func lastBrace(after start: Int, in lines: [String]) -> Int? {
  let indentation = lines[start].indentation
  for index in lines.indices.dropFirst(start + 1) where !lines[index].isEmpty {
    let line = lines[index].dropFirst(indentation)
    if lines[index].indentation > indentation { continue }
    if lines[index].indentation < indentation { return nil }
    if line.hasPrefix("}") { return index }
    if ![")", "{", "where ", "->"].contains(where: line.hasPrefix) { return nil }
  }
  return nil
}

private func startsFunction(_ line: String) -> Bool {
  let starters: Set<Substring> = ["func", "init", "deinit", "subscript"]
  let words = line.codeWords.drop { modifiers.contains($0) || $0.hasPrefix("@") }
  guard let first = words.first else { return false }
  return starters.contains(first) || (first == "var" && line.hasSuffix("{"))
}

private let modifiers: Set<Substring> = [
  "public", "internal", "private", "fileprivate", "package", "static", "mutating", "nonmutating",
  "override", "final", "convenience", "consuming", "borrowing", "nonisolated", "set",
  "__always", "never",
]

@Suite struct SizeTests {
  @Test(arguments: ["Sources", "Tests"])
  func `files, lines and functions keep to their lengths`(folder: String) throws {
    let files = try SourceTree.swift(under: folder)
    #expect(!files.isEmpty)
    #expect(files.flatMap(length) == [])
    #expect(files.flatMap(width) == [])
    #expect(files.flatMap(functionLength) == [])
  }

  @Test func `scripts keep to them too`() throws {
    let files = try SourceTree.files(under: "Reports", ending: "py", "sh")
    #expect(files.map(\.path).contains("Reports/calibration/measurements.py"))
    #expect(files.flatMap(length) == [])
    #expect(files.flatMap(width) == [])
  }

  @Test func `a file of 301 lines is found`() {
    #expect(length(TextFile("a", String(repeating: "a\n", count: 300))) == [])
    #expect(length(TextFile("a", String(repeating: "a\n", count: 301))).count == 1)
  }

  @Test func `a line of 101 columns is found`() {
    let wide = String(repeating: "é", count: 100)
    #expect(width(TextFile("a", wide)) == [])
    #expect(width(TextFile("a", "\n\(wide)b")) == ["a:2: 101 columns, 100 at most"])
  }

  @Test(arguments: [
    "func f() {", "  public static func f() {", "init(a: Int) {", "  var a: Int {",
    "  @inline(__always) mutating func f(\n    a: Int\n  ) -> Int {", "subscript(a: Int) -> Int {",
  ])
  func `a function of 61 lines is found`(head: String) {
    let margin = String(repeating: " ", count: head.indentation)
    let used = head.split(separator: "\n").count + 1
    let (fits, long) = (
      String(repeating: "\n", count: 60 - used), String(repeating: "\n", count: 61 - used)
    )
    #expect(functionLength(TextFile("a", "\(head)\n\(fits)\(margin)}\n")) == [])
    #expect(
      functionLength(TextFile("a", "\(head)\n\(long)\(margin)}\n"))
        == ["a:1: a function of 61 lines, 60 at most"])
  }

  @Test(arguments: ["func f() -> Int { 1 }", "func f(a: Int) -> Int", "var a: Int { 1 }"])
  func `a declaration of one line has no more`(line: String) {
    let rest = String(repeating: "\n", count: 70) + "func g() {\n}\n"
    #expect(functionLength(TextFile("a", "\(line)\n\(rest)")) == [])
    #expect(functionLength(TextFile("a", "  \(line)\n\(rest)}")) == [])
  }
}
