import Serving

/// A published experiment that was run again: what was published, and what comes out here.
public struct Reproduction: Sendable, Equatable {
  /// One published figure and ours.
  public struct Row: Sendable, Equatable {
    /// What served, such as `nanoflow`, and what it was given.
    public var system: String
    public var workload: String
    /// What was measured, with its unit last.
    public var metric: String
    public var published: Double
    public var ours: Double

    /// How far ours is off, as a share of what was published.
    public var difference: Double { ours / published - 1 }
  }

  /// The name that `servesim reproduce` takes.
  public let study: String
  /// What it is a figure of, and where it was published.
  public let title: String
  public let source: String
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

  init(
    _ name: String, _ summary: String, source: String,
    rows: @escaping @Sendable (Int) throws -> [Reproduction.Row]
  ) {
    self.name = name
    self.summary = summary
    self.source = source
    body = rows
  }

  /// Runs it on at most `jobs` threads; their number changes no result.
  public func run(jobs: Int) throws -> Reproduction {
    Reproduction(study: name, title: summary, source: source, rows: try body(jobs))
  }
}

/// The list of experiments; it drives the command line.
public enum Reproductions {
  public static let all: [ReproductionEntry] = [
    NanoFlowStudies.ablation, NanoFlowStudies.offline, NanoFlowStudies.models,
  ]
}
