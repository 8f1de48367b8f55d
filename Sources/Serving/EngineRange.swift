/// The numbers that the engine takes.
///
/// Whoever reads a number from outside (a trace, an option, a file) checks it against these and
/// refuses, with its place, what lies beyond; no sum inside the engine can then overflow.
public enum EngineRange {
  /// Points in time and spans that a trace, an option or a file may state: 31 years.
  public static let time: ClosedRange<Nanoseconds> = 0...1_000_000_000_000_000_000
  /// How far the clock runs; a run that would go on for longer ends with an error.
  public static let clock: ClosedRange<Nanoseconds> = 0...4_000_000_000_000_000_000
  /// Tokens of a prompt, of an output, of an iteration, and of a model's length.
  public static let tokens = 1...Int(Int32.max)
  /// Sequences that are admitted at once, or computed in one iteration.
  public static let sequences = 1...Int(Int32.max)
  /// Tokens in a KV block.
  public static let blockTokens = 1...65_536
  /// KV blocks of a replica.
  public static let blocks = 1...Int(Int32.max)
}
