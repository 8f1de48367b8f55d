import Foundation
import Testing

/// What may stand at the top level, besides build folders.
private let rooms: Set<String> = [
  "Package.swift", "README.md", "LICENSE", ".swift-format", ".gitignore", ".ci", ".git", "Sources",
  "Tests", "Traces", "Reports",
]

/// The names among `names` that have no place at the top level.
private func strangers(_ names: [String]) -> [String] {
  names.filter { !rooms.contains($0) && !$0.hasPrefix(".build") }
}

/// Findings for classes; a word in a comment or in quotation marks is none.
private func classes(_ file: TextFile) -> [String] {
  file.findings { $0.codeWords.contains("class") ? "a class among values" : nil }
}

/// Findings for work that was left for later.
private func leftovers(_ file: TextFile) -> [String] {
  let marks = ["TO" + "DO", "FIX" + "ME"]
  return file.findings { line in
    marks.first { line.contains($0) }.map { "\($0) belongs in an issue" }
  }
}

/// Findings for packages that this one depends on.
private func dependencies(_ manifest: TextFile) -> [String] {
  manifest.findings { $0.contains(".package(") ? "a package dependency" : nil }
}

/// Findings for traces without the command that made them.
///
/// The command of `chat.csv` is the text of `chat.csv.command` beside it, and names `chat.csv`.
private func unexplained(_ paths: [String], _ text: (String) -> String?) -> [String] {
  paths.filter { !$0.hasSuffix(".command") && !$0.hasSuffix("README.md") }.compactMap { path in
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let command = text("\(path).command") ?? ""
    if command.contains("servesim ") && command.contains(name) { return nil }
    return "\(path): the command that made it is not in \(name).command"
  }
}

/// Those of `paths` under Sources that are neither Swift nor data that a target compiles in.
private func lodgers(_ paths: [String]) -> [String] {
  paths.filter { path in
    let folders = path.split(separator: "/").dropLast()
    let isData = folders.count >= 3 && folders.count <= 4 && folders.dropFirst(2).first == "Data"
    return !path.hasSuffix(".swift") && !(isData && path.hasSuffix(".json"))
  }
}

/// The folders in which more than `most` of `paths` stand.
private func crowded(_ paths: [String], most: Int) -> [String] {
  Dictionary(grouping: paths) { $0.split(separator: "/").dropLast().joined(separator: "/") }
    .filter { $0.value.count > most }.keys.sorted()
}

@Suite struct HouseTests {
  @Test func `sources are Swift, and JSON in a target's folder of data`() {
    #expect(lodgers(SourceTree.paths(under: "Sources")) == [])
    let strange = [
      "Sources/Costs/a.json", "Sources/Costs/Data/a.txt", "Sources/Costs/b/Data/a.json",
    ]
    #expect(lodgers(strange + ["Sources/Costs/Data/A/a.json", "Sources/Costs/a.swift"]) == strange)
  }

  @Test func `no folder of the sources is crowded`() {
    let paths = SourceTree.paths(under: "Sources").filter { $0.hasSuffix(".swift") }
    #expect(crowded(paths, most: 24) == [])
    #expect(crowded(["a/b.swift", "a/c.swift", "a/d/e.swift"], most: 1) == ["a"])
  }

  @Test func `nothing else stands at the top level`() throws {
    let found = try strangers(SourceTree.top())
    #expect(found == [])
    #expect(strangers([".build", ".build-2", "Sources", "notes.md"]) == ["notes.md"])
  }

  @Test func `what is simulated is made of values`() throws {
    let found = try SourceTree.swift(under: "Sources/Serving").flatMap(classes)
    #expect(found == [])
    #expect(classes(TextFile("a", "final class A {}\nprotocol B: class {}")).count == 2)
    #expect(classes(TextFile("a", "// a class\nlet a = \"class\"\nlet subclass = 1")) == [])
  }

  @Test(arguments: ["Sources", "Tests", "Reports"])
  func `no work is left for later`(folder: String) throws {
    let files = try SourceTree.files(under: folder, ending: "swift", "py", "sh")
    let found = files.flatMap(leftovers)
    #expect(found == [])
    #expect(leftovers(TextFile("a", "a\n// TO" + "DO: b\n// FIX" + "ME")).count == 2)
  }

  @Test func `the package depends on no other`() throws {
    let found = try dependencies(SourceTree.file("Package.swift"))
    #expect(found == [])
    #expect(dependencies(TextFile("a", "  .package(url: \"b\", from: \"1.0.0\"),")).count == 1)
  }

  @Test func `every trace has the command that made it beside it`() throws {
    let found = unexplained(SourceTree.paths(under: "Traces")) { path in
      try? SourceTree.file(path).lines.joined(separator: "\n")
    }
    #expect(found == [])
  }

  @Test func `a trace without its command is found`() {
    let texts = [
      "Traces/a.csv.command": "servesim synthesize --output Traces/a.csv",
      "Traces/b.csv.command": "servesim synthesize --output Traces/a.csv",
      "Traces/c.csv.command": "cp somewhere/c.csv .",
    ]
    let paths = ["Traces/a.csv", "Traces/b.csv", "Traces/c.csv", "Traces/d.csv"] + texts.keys
    let found = unexplained(paths) { texts[$0] }
    #expect(found.map { $0.prefix(12) } == ["Traces/b.csv", "Traces/c.csv", "Traces/d.csv"])
  }
}
