import Formats
import Foundation
import Serving

/// A file that appears under its name only when it is whole.
///
/// It is written beside its place under a name of its own, with the rights that it will have, and
/// renamed at the end; a file that was there before stays as it was until then.
struct OutputFile: Sendable {
  /// Where the file will be, with symbolic links followed.
  let path: String
  private let shown: String
  private let temporary: String

  /// A file at `given`, checked: its folder is there and a file can be made in it.
  init(_ given: GivenValue) throws {
    let target = resolved(given.text)
    let folder = target.lastIndex(of: "/").map { target[...$0] } ?? ""
    shown = given.text
    path = target
    temporary = folder + ".servesim-" + String(UInt64.random(in: 0...UInt64.max), radix: 36)
    if let reason = obstacle() {
      throw given.mistake(
        "\(quoted(shown)) cannot be written: \(reason)", "give a file that you can write to")
    }
  }

  /// Writes the whole file beside its place.
  func fill(_ body: (inout ByteWriter) throws -> Void) throws {
    let descriptor = create()
    if descriptor < 0 { throw Failure("\(quoted(shown)) cannot be written: \(systemMessage())") }
    defer { close(descriptor) }
    var writer = ByteWriter(to: descriptor, named: shown)
    try body(&writer)
    try writer.finish()
  }

  /// Puts the whole file in its place.
  func commit() throws {
    if rename(temporary, path) != 0 {
      throw Failure("\(quoted(shown)) cannot be put in its place: \(systemMessage())")
    }
    Leftovers.forget(temporary)
  }

  /// Removes what `fill` has written, if `commit` has not moved it.
  func discard() {
    unlink(temporary)
    Leftovers.forget(temporary)
  }

  /// What stands in the way of writing the file, in the system's words; nil if nothing does.
  private func obstacle() -> String? {
    if access(path, F_OK) == 0, access(path, W_OK) != 0 { return systemMessage() }
    let descriptor = create()
    if descriptor < 0 { return systemMessage() }
    close(descriptor)
    discard()
    return nil
  }

  /// Opens the temporary file, with the rights of the file that it will replace.
  private func create() -> Int32 {
    Leftovers.note(temporary)
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    var old = stat()
    if descriptor >= 0, stat(path, &old) == 0 { fchmod(descriptor, old.st_mode & 0o7777) }
    return descriptor
  }
}

/// The absolute path of `path`, with symbolic links followed as far as there are files.
func resolved(_ path: String, depth: Int = 0) -> String {
  if let whole = realPath(path) { return whole }
  if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) {
    let folder = target.hasPrefix("/") ? "" : path.lastIndex(of: "/").map { path[...$0] } ?? ""
    // A link that leads to itself leads nowhere.
    if realPath(folder.isEmpty ? "." : String(folder)) != nil, depth < 40 {
      return resolved(folder + target, depth: depth + 1)
    }
  }
  guard let slash = path.lastIndex(of: "/") else { return (realPath(".") ?? ".") + "/" + path }
  let folder = String(path[...slash])
  return (realPath(folder) ?? folder) + "/" + path[path.index(after: slash)...]
}

/// What the system makes of `path`, or nil if nothing is there.
private func realPath(_ path: String) -> String? {
  guard let whole = realpath(path, nil) else { return nil }
  defer { free(whole) }
  return String(cString: whole)
}
