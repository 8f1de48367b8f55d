import Foundation

/// Texts that are kept under `Tests/Golden`, to be compared with what is made today.
public enum Golden {
  /// Whether texts that differ are written anew.
  public static let isUpdating = ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1"

  /// How `text` differs from the file called `name`; nil where it does not. Where texts are written
  /// anew this one is, and that is the difference: no test passes on what it wrote itself.
  public static func difference(
    _ text: String, from name: String,
    in folder: URL = Repository.root.appending(path: "Tests/Golden"),
    updating isUpdating: Bool = isUpdating
  ) -> String? {
    let file = folder.appending(path: name)
    let kept = try? String(contentsOf: file, encoding: .utf8)
    if kept == text { return nil }
    if isUpdating {
      do {
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: file, atomically: true, encoding: .utf8)
      } catch { return "\(name): \(error)" }
      return "\(name) is written anew: look at it, and run again without UPDATE_GOLDEN"
    }
    let lines = kept?.split(separator: "\n", omittingEmptySubsequences: false) ?? []
    let others = text.split(separator: "\n", omittingEmptySubsequences: false)
    let row = zip(lines, others).prefix { $0 == $1 }.count
    func line(_ lines: [Substring]) -> String {
      row < lines.count ? "\"\(lines[row])\"" : "nothing"
    }
    return "\(name):\(row + 1): \(line(others)) instead of \(line(lines)); "
      + "UPDATE_GOLDEN=1 writes it anew"
  }
}
