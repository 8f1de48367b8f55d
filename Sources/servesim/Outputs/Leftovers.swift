import Foundation
import Synchronization

/// Files that are being written under names of their own, and folders made for them, which are
/// removed where the tool is interrupted.
enum Leftovers {
  private static let paths = Mutex<Set<String>>([])

  /// Notes a file before it is made, or a folder, which goes if it is empty then.
  static func note(_ path: String) { paths.withLock { _ = $0.insert(path) } }

  /// The file is gone or in its place.
  static func forget(_ path: String) { paths.withLock { _ = $0.remove(path) } }

  /// Removes all that were noted, and calls `body` before another can be made.
  static func removeAll(then body: () -> Void) {
    held.withLock { _ in
      paths.withLock {
        for path in $0 { unlink(path) }
        for path in $0 { rmdir(path) }
        body()
      }
    }
  }

  private static let held = Mutex(())

  /// Calls `body`, which no interruption tears apart.
  static func whileHeld(_ body: () throws -> Void) rethrows {
    try held.withLock { _ in try body() }
  }
}
