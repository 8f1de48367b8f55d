import Formats
import Foundation
import Serving

/// Holds a folder against other processes that would hold it too, for as long as it lives.
struct FolderLock: ~Copyable, Sendable {
  private let descriptor: Int32

  /// Makes the folder `given` if it is not there and holds it; a mistake if another does.
  init(_ given: GivenValue) throws {
    let folder = try given.string()
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw given.mistake("the folder \(quoted(folder)) cannot be made", "give another one")
    }
    let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 || flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      if descriptor >= 0 { close(descriptor) }
      throw given.mistake(
        "another sweep writes to \(quoted(folder))", "wait for it, or give another folder")
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }
}
