import Serving

/// A published experiment that was run again: what was published, and what comes out here.
public struct Reproduction: Sendable, Equatable {
  /// One published figure and ours, in the same unit.
  public struct Row: Sendable, Equatable {
    /// What served, such as `nanoflow`, and what it was given.
    public var system: String
    public var workload: String
    /// What was measured, with its unit last.
    public var metric: String
    /// Where on the study's axis, if it has one.
    public var at: Double?
    public var published: Double
    public var ours: Double

    /// A name that no other row of the study has.
    public var key: String {
      "\(system)/\(workload)/\(metric)" + (at.map { "@\($0)" } ?? "")
    }

    /// How far ours is off, as a share of what was published.
    public var difference: Double { ours / published - 1 }
  }

  /// The name that `servesim reproduce` takes.
  public let study: String
  /// What it is a figure of, and where it was published.
  public let title: String
  public let source: String
  /// What rows lie along, with its unit, such as `requests a second`; nil where they do not.
  public let axis: String?
  public let rows: [Row]
}

/// An experiment that can be run again.
public struct ReproductionEntry: Sendable {
  /// The name that `servesim reproduce` takes.
  public let name: String
  /// One sentence on what is compared.
  public let summary: String
  private let body: @Sendable (Int) throws -> [Reproduction.Row]
  private let source: String
  private let axis: String?

  init(
    _ name: String, _ summary: String, source: String, axis: String? = nil,
    rows: @escaping @Sendable (Int) throws -> [Reproduction.Row]
  ) {
    self.name = name
    self.summary = summary
    self.axis = axis
    self.source = source
    body = rows
  }

  /// Runs it on at most `jobs` threads; their number changes no result.
  public func run(jobs: Int) throws -> Reproduction {
    Reproduction(
      study: name, title: summary, source: source, axis: axis, rows: try body(jobs))
  }
}

/// The list of experiments; it drives the command line.
public enum Reproductions {
  public static let all: [ReproductionEntry] = [
    NanoFlowStudies.ablation, NanoFlowStudies.offline, NanoFlowStudies.models,
    SarathiCapacity.stated, SarathiCapacity.labelled, SarathiAblation.table,
    SarathiAblation.chunking, SarathiPipeline.entry, SarathiTradeoff.rates, SarathiTradeoff.limits,
    FastGenStudies.curves, FastGenStudies.effective, FastGenStudies.tail, FastGenStudies.replicas,
    FastGenStudies.counterclaim, OrcaHeadline.entry, VLLMHeadline.entry,
  ]
}
