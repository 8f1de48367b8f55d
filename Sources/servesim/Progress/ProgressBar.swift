import Foundation
import Synchronization

/// A line on the terminal that tells how far a long command is; may be updated by several threads.
///
/// It appears only where the standard error is a terminal and only after a second, and is cleared
/// when the bar is finished or goes out of scope.
struct ProgressBar: ~Copyable, Sendable {
  private let meter: Mutex<ProgressMeter>
  private let start = ContinuousClock.now
  private let descriptor: Int32
  private let isVisible: Bool

  /// A bar over `parts` equal parts of work, such as the runs that are compared.
  init(_ label: String, parts: Int = 1, on descriptor: Int32 = STDERR_FILENO) {
    meter = Mutex(ProgressMeter(label, parts: parts))
    self.descriptor = descriptor
    isVisible = isatty(descriptor) == 1
  }

  deinit { finish() }

  /// Notes that `fraction` of `part`, 0 to 1, is done.
  func update(_ fraction: Double, part: Int = 0) {
    if !isVisible { return }
    let elapsed = ContinuousClock.now - start
    meter.withLock { meter in
      if let line = meter.update(fraction, part: part, elapsed: elapsed) { draw(line) }
    }
  }

  /// Clears the line.
  func finish() {
    if !isVisible { return }
    meter.withLock { meter in
      if meter.hide() { draw("") }
    }
  }

  /// Replaces the line; what is left of the one before is erased.
  private func draw(_ line: String) {
    var writer = ByteWriter(to: descriptor, named: "standard error")
    writer.write("\r" + line + "\u{1b}[K")
    try? writer.finish()
  }
}
