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

    public init(
      system: String, workload: String, metric: String, at: Double? = nil, published: Double,
      ours: Double
    ) {
      self.system = system
      self.workload = workload
      self.metric = metric
      self.at = at
      self.published = published
      self.ours = ours
    }

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

  public init(study: String, title: String, source: String, axis: String?, rows: [Row]) {
    self.study = study
    self.title = title
    self.source = source
    self.axis = axis
    self.rows = rows
  }
}
