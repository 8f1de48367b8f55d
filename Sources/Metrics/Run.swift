/// One simulated run as reports show it; the same run is the same value wherever it was simulated.
public struct Run: Sendable, Equatable {
  /// Something that was set for the run, such as the model or the GPU.
  public struct Setting: Sendable, Equatable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// The scheduler's name with its options.
  public var scheduler: String
  /// In the order in which reports show them; no name twice.
  public var settings: [Setting]
  public var metrics: RunMetrics
  /// Nil where there is no service level objective.
  public var verdict: Verdict?
  /// Nil where it was not asked for, or no request was completed.
  public var attribution: AttributionSummary?
  /// What its GPUs took; nil where it is not known what they draw.
  public var energy: Energy?
  /// What no schedule can pass; nil where it was not asked for, or nothing was to be served.
  public var bounds: ThroughputBounds?
  /// The run as a tool for real servers would report it; nil where it was not asked for.
  public var benchmark: BenchmarkFigures?
  /// What its scheduler knows of a request besides prompt and arrival; nil where nothing.
  public var knowledge: String?

  public init(
    scheduler: String, settings: [Setting] = [], metrics: RunMetrics, verdict: Verdict? = nil,
    attribution: AttributionSummary? = nil
  ) {
    self.scheduler = scheduler
    self.settings = settings
    self.metrics = metrics
    self.verdict = verdict
    self.attribution = attribution
  }

  /// All figures by name, in the order in which reports show them.
  public var values: [NamedValue] {
    metrics.values + (verdict?.values ?? []) + (attribution?.values ?? [])
      + (bounds?.values ?? [])
  }
}
