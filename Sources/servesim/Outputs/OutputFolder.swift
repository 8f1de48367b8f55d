import Formats
import Foundation
import Serving

/// A folder that is made for a command's files, if it is not there, when they are written.
struct OutputFolder: Sendable {
  /// The option that it was given for.
  let option: String
  private let path: String
  private let wasThere: Bool

  /// The folder that `given` names: it is there, or the folder that it is to be made in.
  init(_ given: GivenValue) throws {
    option = given.source
    path = try given.string()
    if path == "-" {
      throw given.mistake("a folder is no standard output", "give the name of a folder")
    }
    var found = stat()
    wasThere = stat(path, &found) == 0
    if wasThere && found.st_mode & S_IFMT != S_IFDIR {
      throw given.mistake("\(quoted(path)) is not a folder", "give another name")
    }
    do {
      try make()
      discard()
    } catch {
      throw given.mistake(
        "\(quoted(path)) cannot be made: \(systemMessage())", "give a folder that can be made")
    }
  }

  /// The file `name` in the folder, as if it had been given for an option of its own.
  func value(for name: String) -> GivenValue {
    GivenValue(source: "\(option)/\(name)", text: path + (path.hasSuffix("/") ? "" : "/") + name)
  }

  /// Makes the folder if it is not there.
  func make() throws {
    if !wasThere { Leftovers.note(path) }
    if mkdir(path, 0o777) != 0 && errno != EEXIST {
      throw Failure("\(quoted(path)) cannot be made: \(systemMessage())")
    }
  }

  /// Removes the folder if it was made and is empty.
  func discard() {
    if !wasThere { rmdir(path) }
  }

  /// Calls `body` while the folder is there.
  func whileThere(_ body: () throws -> Void) throws {
    try make()
    defer { discard() }
    try body()
  }
}
