import Foundation
import Support

/// A text file by its path from the top of the tree.
struct TextFile: Sendable {
  var path: String
  var lines: [String]

  init(_ path: String, _ text: String) {
    self.path = path
    lines = text.components(separatedBy: "\n")
    if lines.last == "" { lines.removeLast() }
  }

  /// `path:line: problem` for each line, counted from 1, that has one.
  func findings(_ problem: (String) -> String?) -> [String] {
    lines.enumerated().compactMap { index, line in problem(line).map { at(index, $0) } }
  }

  /// A finding at the line with `index`, counted from 0.
  func at(_ index: Int, _ problem: String) -> String { "\(path):\(index + 1): \(problem)" }
}

/// The tree that this test was built from.
enum SourceTree {
  /// The folder that holds `Package.swift`.
  static let root = Repository.root.path

  /// The names at the top level.
  static func top() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root).sorted()
  }

  /// The paths of all files under `folder`, from the top of the tree; none if it is not there.
  static func paths(under folder: String) -> [String] {
    let names = FileManager.default.enumerator(atPath: "\(root)/\(folder)")?.allObjects ?? []
    let paths = names.compactMap { $0 as? String }.map { "\(folder)/\($0)" }
    return paths.filter { !isFolder($0) }.sorted()
  }

  /// The text file at `path`.
  static func file(_ path: String) throws -> TextFile {
    TextFile(path, try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8))
  }

  /// The Swift files under `folder`.
  static func swift(under folder: String) throws -> [TextFile] {
    try files(under: folder, ending: "swift")
  }

  /// The text files under `folder` whose names end in one of `endings`.
  static func files(under folder: String, ending endings: String...) throws -> [TextFile] {
    try paths(under: folder).filter { path in endings.contains { path.hasSuffix(".\($0)") } }
      .map(file)
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: "\(root)/\(path)", isDirectory: &isFolder)
      && isFolder.boolValue
  }
}

extension String {
  /// The spaces in front.
  var indentation: Int { prefix { $0 == " " }.count }

  /// The words of a line of code, without comments and without what stands in quotation marks.
  var codeWords: [Substring] {
    var code = ""
    for (index, part) in components(separatedBy: "\"").enumerated() where index % 2 == 0 {
      code += part + " "
    }
    let bare = code.components(separatedBy: "//")[0]
    return bare.split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "@" && $0 != "#" }
  }
}
