/// When a progress bar is drawn and what it shows; knows neither the terminal nor the clock.
struct ProgressMeter: Sendable {
  private static let patience = Duration.seconds(1)
  private static let pause = Duration.milliseconds(100)
  private static let cells = 40
  private let label: String
  private var fractions: [Double]
  private var lastDrawn: Duration?

  /// A meter of work in `parts` equal parts, none of it done.
  init(_ label: String, parts: Int) {
    precondition(parts > 0, "there is something to wait for")
    self.label = label
    fractions = Array(repeating: 0, count: parts)
  }

  /// Notes that the line is taken away; whether there was one.
  mutating func hide() -> Bool {
    defer { lastDrawn = nil }
    return lastDrawn != nil
  }

  /// Notes that `fraction` of `part` is done, `elapsed` after the start.
  ///
  /// Returns the line to draw, or nil while it is too early for one.
  mutating func update(_ fraction: Double, part: Int, elapsed: Duration) -> String? {
    fractions[part] = min(1, max(0, fraction))
    if elapsed <= Self.patience { return nil }
    if let lastDrawn, elapsed - lastDrawn < Self.pause { return nil }
    lastDrawn = elapsed
    return line(after: elapsed)
  }

  private func line(after elapsed: Duration) -> String {
    let done = fractions.reduce(0, +) / Double(fractions.count)
    let filled = Int(done * Double(Self.cells))
    let bar =
      String(repeating: "#", count: filled) + String(repeating: "-", count: Self.cells - filled)
    let percent = String(Int(done * 100))
    let padding = String(repeating: " ", count: 3 - percent.count)
    return "\(label) \(padding)\(percent) % [\(bar)]" + timeLeft(done, after: elapsed)
  }

  private func timeLeft(_ done: Double, after elapsed: Duration) -> String {
    if done < 0.005 { return "" }
    let seconds = Int((elapsed / .seconds(1) * (1 - done) / done).rounded(.up))
    if seconds < 60 { return " \(seconds) s left" }
    return " \(seconds / 60) min \(seconds % 60) s left"
  }
}
