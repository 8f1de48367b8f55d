import Formats
import Foundation
import Serving

/// Which files a command may write over: none that it reads, and none that servesim did not write
/// itself, unless the user asks for that.
struct OverwriteRule: Sendable {
  /// What the command reads.
  var inputs: [GivenValue] = []
  /// Whether `--force` was given.
  var isForced = false

  /// Refuses a file at `path`, which was given as `given`, if what is there must stay.
  func check(_ path: String, _ content: OwnFile, _ given: GivenValue) throws {
    guard let identity = FileIdentity(path) else { return }
    if let input = inputs.first(where: { FileIdentity($0.text) == identity }) {
      throw given.mistake(
        "\(quoted(given.text)) is what \(input.source) reads", "give another name")
    }
    if isForced || content.isWritten(at: path) { return }
    throw given.mistake(
      "\(quoted(given.text)) is there already, and servesim did not write it",
      "give another name, or --force to replace it")
  }

  /// Refuses the standard output where it goes to a file that the command reads.
  func checkStandardOutput() throws {
    guard let identity = FileIdentity(descriptor: STDOUT_FILENO), identity.isRegular,
      let input = inputs.first(where: { FileIdentity($0.text) == identity })
    else { return }
    throw input.mistake(
      "\(quoted(input.text)) is where the standard output goes", "send that to another file")
  }
}

/// What tells a file from every other, whatever names and links lead to it.
struct FileIdentity: Equatable {
  private let device: UInt64
  private let number: UInt64
  /// Whether it is a plain file, and no folder, device or pipe.
  let isRegular: Bool

  /// The file that `path` leads to, or nil where there is none.
  init?(_ path: String) {
    var found = stat()
    if stat(path, &found) != 0 { return nil }
    self.init(found)
  }

  /// The file that is open as `descriptor`, or nil where there is none.
  init?(descriptor: Int32) {
    var found = stat()
    if fstat(descriptor, &found) != 0 { return nil }
    self.init(found)
  }

  private init(_ found: stat) {
    device = UInt64(truncatingIfNeeded: found.st_dev)
    number = UInt64(truncatingIfNeeded: found.st_ino)
    isRegular = found.st_mode & S_IFMT == S_IFREG
  }
}
