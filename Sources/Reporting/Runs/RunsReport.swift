import Metrics
import Serving

/// One run or several of the same trace as a report.
public enum RunsReport {
  /// A run with what is drawn of it.
  public struct Entry: Sendable, Equatable {
    public var run: Run
    /// Nil where no request has the latency.
    public var ttft: CumulativeDistribution?
    public var tbt: CumulativeDistribution?
    /// Who waited and ran when.
    public var load: LoadTimeline

    /// Takes from `timeline`, which keeps its iterations, what is drawn.
    public init(_ run: Run, trace: Trace, timeline: Timeline) {
      self.run = run
      ttft = CumulativeDistribution(of: .ttft, trace: trace, timeline: timeline)
      tbt = CumulativeDistribution(of: .tbt, trace: trace, timeline: timeline)
      load = LoadTimeline(timeline, count: 160)
    }
  }

  /// The pictures that every such report has.
  public static let figureFiles = [
    "ttft.svg", "tbt.svg", "attribution.svg", "queue.svg", "batch.svg", "cache.svg",
  ]

  /// The report on `entries`, one at least, judged by `objective` if there is one.
  ///
  /// - Parameters:
  ///   - answer: what several runs come to.
  ///   - stopped: runs that could not go on.
  public static func report(
    _ entries: [Entry], objective: ServiceLevelObjective?, source: Report.Source,
    answer: String? = nil, stopped: [StoppedRun] = []
  ) -> Report {
    precondition(!entries.isEmpty, "a report is about a run")
    let runs = entries.map(\.run)
    var sections = [
      Report.Section(
        "Results", ComparisonTable.table(runs, stopped: stopped), note: tableNote(runs),
        points: stopped.map(ComparisonTable.line))
    ]
    let attribution = AttributionReport.table(runs)
    if !attribution.rows.isEmpty {
      sections.append(
        Report.Section(
          "Where end-to-end latency came from", attribution,
          note:
            "Means over all requests and over the slowest hundredth; the parts of every request "
            + "add up to its latency to the nanosecond.",
          points: AttributionReport.sentences(runs)))
    }
    let bounds = BoundsReport.table(runs)
    if !bounds.rows.isEmpty {
      sections.append(Report.Section("Distance to a bound", bounds))
    }
    return Report(
      question: question(runs),
      answer: answer ?? runs.map(RunsAnswer.sentence).joined(separator: " "),
      remarks: AttributionReport.sentences(runs).prefix(1).map { $0 }, sections: sections,
      figures: figures(entries, objective), definitions: definitions(objective),
      settings: shared(runs), source: source,
      data: RunsCSV.text(runs, stopped: stopped))
  }

  /// Model, GPUs and load, for the line below a heading.
  public static func subtitle(_ settings: [Run.Setting]) -> String {
    func setting(_ name: String) -> String { settings.first { $0.name == name }?.value ?? "" }
    return "\(setting("model")) on \(setting("tensor_parallel_size")) x \(setting("gpu")), "
      + "\(setting("requests")) requests at \(setting("requests_per_second")) per second"
  }

  private static func question(_ runs: [Run]) -> String {
    let names = runs.map(\.scheduler)
    let who =
      names.count == 1 ? names[0] : names.dropLast().joined(separator: ", ") + " or \(names.last!)"
    let what = subtitle(runs[0].settings)
    if names.count > 3 { return "Which of \(names.count) schedulers serves users best? (\(what))" }
    return names.count == 1
      ? "How does \(who) serve its users? (\(what))"
      : "Who serves users best: \(who)? (\(what))"
  }

  private static func tableNote(_ runs: [Run]) -> String {
    [
      runs.count > 1 ? "* best of its column." : nil,
      runs.contains { $0.verdict?.isMet != nil } ? ComparisonTable.objectiveNote : nil,
    ].compactMap { $0 }.joined(separator: " ")
  }

  /// The settings that all runs share.
  private static func shared(_ runs: [Run]) -> [Run.Setting] {
    runs[0].settings.filter { setting in runs.allSatisfy { $0.settings.contains(setting) } }
  }

  private static func definitions(_ objective: ServiceLevelObjective?) -> [Report.Term] {
    Report.latencies(judgedBy: objective) + AttributionReport.definitions
      + BoundsReport.definitions
  }

  private static func figures(
    _ entries: [Entry], _ objective: ServiceLevelObjective?
  ) -> [Report.Figure] {
    let subtitle = subtitle(entries[0].run.settings)
    func spread(
      _ metric: LatencyMetric, _ curve: (Entry) -> CumulativeDistribution?
    ) -> Report.Figure.Picture {
      var chart = LatencyDistributionChart(
        of: metric,
        entries.compactMap { entry in
          curve(entry).map { .init(entry.run.scheduler, $0, entry.run.metrics[metric]) }
        }, objective: objective)
      chart.subtitle = subtitle
      return .lines(chart.chart)
    }
    let judged = objective == nil ? "" : " A line that passes left of the ring meets the objective."
    return [
      .init("ttft.svg", caption: "Further left is faster." + judged, spread(.ttft, \.ttft)),
      .init("tbt.svg", caption: "Further left is faster." + judged, spread(.tbt, \.tbt)),
      .init(
        "attribution.svg", caption: "What requests spent their time on, by scheduler.",
        .bars(AttributionReport.chart(entries.map(\.run), subtitle: subtitle))),
    ] + LoadChart.figures(entries, subtitle: subtitle)
  }
}

extension Report {
  /// What the latencies are that runs are summed up by, and those that `objective` has besides.
  static func latencies(judgedBy objective: ServiceLevelObjective?) -> [Term] {
    let judged = LatencyMetric.ofRequests.filter { objective?.metrics.contains($0) ?? false }
    return (LatencyMetric.ofRuns + judged).map { Term($0.title, $0.definition) }
  }

  /// Adds what is certain over several seeds.
  public mutating func add(_ seeds: SeedsReport) {
    let section = Section(
      "Over several seeds", seeds.table,
      note:
        "Means over the seeds and paired differences from the best, with intervals that hold the "
        + "true value 95 times in 100 (Student), \(SeedsReport.note). "
        + "Other tables and the pictures are of the first seed.")
    sections.insert(section, at: min(1, sections.count))
  }
}
