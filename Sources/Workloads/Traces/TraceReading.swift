import Formats

/// What a user says of how a trace is to be read.
public struct TraceReading: Sendable, Equatable {
  /// What its columns or keys mean, where it is of no format.
  public var columns: ColumnMeanings?
  /// Whether a request without tokens of prompt or output has one of each, and is not dropped: what
  /// an output of one token asks for is done with its prompt.
  public var keepsZeroTokens = false
  /// Whether the requests of agents that a session started are left out.
  public var leavesOutSubAgents = false

  public init(columns: ColumnMeanings? = nil) { self.columns = columns }

  /// What `given` says, by the names of the settings.
  public init(_ given: (String) -> GivenValue?) throws(InputError) {
    try Self.settings.set(in: &self, from: given)
  }
}

extension TraceReading {
  static let columns = Setting<TraceReading>(
    "columns", .text("MEANINGS"),
    "what the columns, or the keys, of a trace of no known format mean: " + ColumnMeanings.help,
    set: { (reading, given) throws(InputError) in reading.columns = try ColumnMeanings(given) })

  static let zeroTokens = Setting<TraceReading>.choice(
    "zero-tokens", standard: "drop",
    "what becomes of requests that have no tokens of prompt or output: drop them, or give each one",
    ["drop": { $0.keepsZeroTokens = false }, "one": { $0.keepsZeroTokens = true }])

  static let subAgents = Setting<TraceReading>.choice(
    "sub-agents", standard: "keep",
    "keep or drop the requests of agents that a session started (weka)",
    ["keep": { $0.leavesOutSubAgents = false }, "drop": { $0.leavesOutSubAgents = true }])

  /// All that can be said, in the order in which help shows it.
  public static let settings = [columns, zeroTokens, subAgents].under("Workload")
}
