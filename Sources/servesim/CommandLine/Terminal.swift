import Foundation

/// The terminal that the tool is used on.
enum Terminal {
  /// The letters of a line, where the standard output is a terminal: what `COLUMNS` says, or else
  /// what the system does; at least 40.
  static var columns: Int? {
    guard isatty(STDOUT_FILENO) == 1 else { return nil }
    var size = winsize()
    let given = ProcessInfo.processInfo.environment["COLUMNS"].flatMap(Int.init)
    let found = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 ? Int(size.ws_col) : 0
    return [given, found].compactMap { $0 }.first { $0 > 0 }.map { max(40, $0) }
  }
}
