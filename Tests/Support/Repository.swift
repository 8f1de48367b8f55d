import Foundation

/// Where the files lie that tests read: the repository's own, and those that the team shares beside
/// it, which need not be there.
public enum Repository {
  public static let root = URL(filePath: #filePath).appending(path: "../../..").standardized
  /// Files that are not part of the repository; a test that needs one is skipped without it.
  public static let shared = root.appending(path: "../shared").standardized

  public static func path(_ name: String) -> String { root.appending(path: name).path }

  public static func text(of name: String) throws -> String {
    try String(contentsOf: root.appending(path: name), encoding: .utf8)
  }

  /// Whether the team's file or folder `name` is there.
  public static func hasShared(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: shared.appending(path: name).path)
  }
}
