/// The share of what answers may still take that admission reckons with: it begins high, falls with
/// every decode, and is guessed anew where memory was short after all.
///
/// SGLang 0.5.23, `NewTokenRatioTracker`.
struct NewTokenRatio: Sendable {
  /// `--schedule-conservativeness`.
  var conservativeness = 1.0
  /// The ratio now; nil for that at the beginning.
  private var now: Double?

  private var first: Double { min(0.7 * conservativeness, 1) }
  private var least: Double { min(first * 0.14, 1) }

  /// The ratio now.
  var value: Double { now ?? first }

  /// Begins anew, as an idle engine does.
  mutating func reset() { now = nil }

  /// Falls by a step of 600.
  mutating func decay() { now = max(value - (first - least) / 600, least) }

  /// Guesses by those who kept their caches: what they have emitted of what they asked for, and 20
  /// tokens more of each of `count`.
  mutating func guess(emitted: Int, requested: Int, count: Int) {
    now = min(1, Double(emitted + 20 * count) / Double(requested + 1))
  }
}
