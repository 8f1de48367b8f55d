/// The numbers that the engine takes.
///
/// Whoever reads a number from outside (a trace, an option, a file) checks it against these and
/// refuses, with its place, what lies beyond; no sum inside the engine can then overflow.
public enum EngineRange {
  /// Points in time and spans that a trace, an option or a file may state: 63 years, so that traces
  /// which count from 1970 are served.
  public static let time: ClosedRange<Nanoseconds> = 0...2_000_000_000_000_000_000
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
  /// Replicas that serve together.
  public static let replicas = 1...4096
  /// Clients that wait for answers.
  public static let clients = 1...1_000_000
  /// Drafts of a sequence in one iteration.
  public static let drafts = 1...128
  /// Requests of a trace.
  public static let requests = 1...100_000_000
  /// Tokens of an average prompt, and of an average answer, where admissions reckon with them.
  public static let averageTokens = 1...1_048_576

  /// Blocks that are told apart because prompts share them.
  public static let namedBlocks = 1...16_777_216

  /// Whether the sums over `sequences` at once, none of which is longer than `tokens`, of their
  /// lengths and of the squares of their lengths stay in range.
  static func holds(sequences: Int, of tokens: Int) -> Bool {
    let square = tokens.multipliedFullWidth(by: tokens)
    guard square.high == 0, let one = Int(exactly: square.low) else { return false }
    let (sum, overflows) = one.multipliedReportingOverflow(by: sequences)
    return !overflows && sum <= Int.max / 2
  }

  /// What leaves the range, though each number that was given lies in its own.
  public enum Excess: Sendable {
    /// The blocks that memory has room for.
    case blocks
    /// Sums over sequences of the squares of their lengths.
    case squares
    /// The averages that admissions reckon with.
    case averages
    /// Blocks that are told apart.
    case namedBlocks
  }
}

extension EngineRules {
  /// What leaves the engine's range when it serves `trace` by these rules, if anything may.
  public func excess(serving trace: Trace) -> EngineRange.Excess? {
    if memory.blocks > EngineRange.blocks.upperBound { return .blocks }
    if memory.admission == .predictedPeak,
      max(memory.averageLengths.prompt, memory.averageLengths.answer)
        > EngineRange.averageTokens.upperBound
    {
      return .averages
    }
    let sequences = min(limits.maxNumSeqs, trace.count)
    let mayBeLong =
      outputs.lengthLimit == .promptsOnly
      || !EngineRange.holds(sequences: sequences, of: limits.maxModelLen + 1)
    if mayBeLong,
      let longest = trace.requests.map({ $0.promptTokens + emittedTokens(of: $0) }).max(),
      !EngineRange.holds(sequences: sequences, of: longest)
    {
      return .squares
    }
    let named = EngineRange.namedBlocks.upperBound
    if memory.sharesPrefixes, trace.columns.prefixHashes != nil, memory.totalBlocks > named,
      trace.requests.reduce(0, { $0 + blocks(for: $1.promptTokens + $1.outputTokens) }) > named
    {
      return .namedBlocks
    }
    return nil
  }
}
