import Testing

/// The targets of this package that each target may import.
private let allowed: [String: Set<String>] = [
  "Formats": [],
  "Serving": [],
  "Schedulers": basics,
  "Control": basics,
  "Costs": basics,
  "EmbedData": [],
  "Workloads": basics,
  "Metrics": basics,
  "Studies": basics.union(parts),
  "Reporting": basics.union(["Metrics", "Studies"]),
  "Reproductions": basics.union(parts).union(["Studies"]),
  "servesim": basics.union(parts).union(["Studies", "Reporting", "Reproductions"]),
]

/// What all may import, and what stands on it side by side.
private let basics: Set<String> = ["Formats", "Serving"]
private let parts: Set<String> = ["Schedulers", "Control", "Costs", "Workloads", "Metrics"]

/// The targets that do without Foundation.
private let frugal: Set<String> = ["Serving", "Schedulers", "Control"]

/// What the plugin that runs while the package is built may import; nothing else may import the
/// last of it.
private let plugin = (name: "EmbedData", modules: Set(["Foundation", "PackagePlugin"]))

/// The folder under `Sources` that `file` is in.
private func target(of file: TextFile) -> String {
  file.path.split(separator: "/").dropFirst().first.map(String.init) ?? ""
}

/// The module that `line` imports, if it does.
private func module(_ line: String) -> String? {
  let words = line.codeWords
  let kinds: Set<Substring> = ["struct", "enum", "class", "protocol", "func", "var", "let"]
  guard let place = words.firstIndex(of: "import"),
    words[..<place].allSatisfy({ $0.hasPrefix("@") || $0 == "public" || $0 == "internal" })
  else { return nil }
  return words[place...].dropFirst().first { !kinds.contains($0) }.map(String.init)
}

/// Findings for imports against the direction of the house, and for folders that are no target.
private func direction(_ file: TextFile) -> [String] {
  let name = target(of: file)
  guard let may = allowed[name] else { return ["\(file.path): \(name) is no target"] }
  return file.findings { line in
    guard let module = module(line) else { return nil }
    if plugin.modules.contains(module) && name == plugin.name { return nil }
    if name == plugin.name || module == "PackagePlugin" {
      return "\(name) may not import \(module)"
    }
    if allowed.keys.contains(module), !may.contains(module) {
      return "\(name) may not import \(module)"
    }
    return module == "Foundation" && frugal.contains(name) ? "\(name) needs no Foundation" : nil
  }
}

@Suite struct ImportTests {
  @Test func `imports point one way`() throws {
    let files = try SourceTree.swift(under: "Sources")
    #expect(Set(files.map(target)).isSuperset(of: allowed.keys))
    #expect(files.flatMap(direction) == [])
  }

  @Test func `tests from outside go through the public door`() throws {
    let files = try SourceTree.swift(under: "Tests/Outside")
    let found = files.flatMap { $0.findings { $0.contains("@testable") ? "a way round" : nil } }
    #expect(!files.isEmpty && found == [])
  }

  @Test(arguments: [
    ("Serving", "import Metrics"), ("Costs", "import Workloads"), ("Studies", "import Reporting"),
    ("Reporting", "import Costs"), ("Metrics", "import servesim"), ("servesim", "import servesim"),
    ("Schedulers", "@testable import Studies"), ("Workloads", "import struct Costs.GPU"),
    ("Metrics", "public import Schedulers"), ("Serving", "import Foundation"),
    ("Schedulers", "import Foundation"), ("Schedulers", "import class Foundation.Process"),
    ("Formats", "import Serving"), ("Serving", "import Formats"), ("Control", "import Schedulers"),
    ("Reporting", "import Reproductions"), ("Extras", "let a = 1"), ("EmbedData", "import Costs"),
    ("EmbedData", "import Dispatch"),
    ("Costs", "import PackagePlugin"), ("Costs", "import EmbedData"),
  ])
  func `an import against the direction is found`(target: String, line: String) {
    #expect(direction(TextFile("Sources/\(target)/A.swift", "\n\(line)\n")).count == 1)
  }

  @Test(arguments: [
    ("Serving", "import Synchronization"), ("Metrics", "import Serving"),
    ("Reporting", "import Studies"), ("servesim", "import Reporting"),
    ("Costs", "import Foundation"), ("Formats", "import Foundation"),
    ("Serving", "// import Metrics"),
    ("Serving", "let a = \"import Metrics\""), ("EmbedData", "import PackagePlugin"),
    ("EmbedData", "import Foundation"),
  ])
  func `an import along the direction is not`(target: String, line: String) {
    #expect(direction(TextFile("Sources/\(target)/A.swift", line)) == [])
  }
}
