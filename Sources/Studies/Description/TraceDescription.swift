import Formats
import Metrics
import Serving
import Workloads

/// What a trace is like: when its requests arrive, how long they are, what they share, and what may
/// not be as its user thinks.
public struct TraceDescription: Sendable {
  /// Sizes of a cache, in blocks, that are told unless others are asked for.
  public static let standardCaches = [1_000, 5_000, 10_000, 30_000, 50_000, 100_000]

  /// The trace that is described, and what was said of its reading.
  public let trace: Trace
  public var formatName: String
  public var notes: [String]
  /// What was set of the load, as reports show it.
  public var settings: [Run.Setting]
  /// Nil where the source says nothing of arrivals.
  public var arrivals: ArrivalStatistics?
  public var prompts: LengthStatistics
  public var outputs: LengthStatistics
  /// Prompts and their outputs together.
  public var totals: LengthStatistics
  /// Pearson's correlation of prompt and output; nil where one is the same in all requests.
  public var correlation: Double?
  /// Nil where the source gives no hashes.
  public var sharing: PrefixSharing?
  /// Sizes of a cache, in blocks, for which its hits are told.
  public var caches: [Int]
  /// Nil where the source names no sessions.
  public var sessions: SessionStatistics?
  public var oddities: [Oddity]

  /// What `loaded` is like; its trace has a request at least.
  public init(
    _ loaded: LoadedTrace, caches: [Int] = standardCaches, settings: [Run.Setting] = []
  ) {
    let trace = loaded.trace
    let (prompts, outputs) = (
      trace.requests.map(\.promptTokens), trace.requests.map(\.outputTokens)
    )
    guard let promptStatistics = LengthStatistics(prompts),
      let outputStatistics = LengthStatistics(outputs),
      let totals = LengthStatistics(zip(prompts, outputs).map(+))
    else { preconditionFailure("a trace has a request") }
    self.trace = trace
    formatName = loaded.formatName
    notes = loaded.notes
    self.settings = settings
    arrivals = loaded.hasArrivals ? ArrivalStatistics(trace.requests) : nil
    (self.prompts, self.outputs, self.totals) = (promptStatistics, outputStatistics, totals)
    correlation = LengthStatistics.correlation(prompts, outputs)
    sharing = PrefixSharing(trace)
    self.caches = caches
    sessions = SessionStatistics(trace)
    oddities = Oddity.all(in: trace, hasArrivals: loaded.hasArrivals, sharing)
  }

  /// All figures by name.
  public var values: [NamedValue] {
    let lengths =
      prompts.values("prompt_tokens") + outputs.values("output_tokens")
      + totals.values("total_tokens") + [NamedValue("lengths", "correlation", .init(correlation))]
    return [NamedValue("requests", "total", .count(trace.count))] + (arrivals?.values ?? [])
      + lengths + (sharing?.values(caches) ?? []) + (sessions?.values ?? [])
      + oddities.map { NamedValue("oddities", $0.name, .count($0.count)) }
  }
}
