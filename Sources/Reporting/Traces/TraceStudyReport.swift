import Formats
import Metrics
import Serving
import Studies

/// What a trace is like, as a report with pictures.
public enum TraceStudyReport {
  /// The pictures that a report on `description` has.
  public static func figureFiles(_ description: TraceDescription) -> [String] {
    figures(description).map(\.file)
  }

  /// The report on the trace `name`.
  public static func report(
    _ description: TraceDescription, name: String, source: Report.Source
  ) -> Report {
    var sections = [Report.Section("Lengths", TraceReport.lengths(description))]
    if let arrivals = description.arrivals {
      sections.insert(section("Arrivals", TraceReport.lines(arrivals)), at: 0)
    }
    if let sharing = description.sharing {
      sections.append(section("Prefixes", TraceReport.prefixes(sharing)))
      sections.append(
        Report.Section(
          "Prefix caches", TraceReport.caches(sharing, description.caches),
          note: "One cache shared by all, requests in order and without time, the block touched "
            + "the longest time ago makes room; blocks that are not full are never cached."))
    }
    if let sessions = description.sessions {
      sections.append(section("Sessions", TraceReport.sessions(sessions)))
    }
    return Report(
      question: "What is \(name) like?", answer: answer(description),
      remarks: TraceReport.remarks(description).map { "Note: \($0)." }, sections: sections,
      figures: figures(description), definitions: definitions, settings: description.settings,
      source: source, data: TraceReport.csv(description))
  }

  private static func section(_ heading: String, _ lines: [(String, String)]) -> Report.Section {
    Report.Section(
      heading,
      Table(
        [Table.Column("figure", isNumeric: false), Table.Column("value", isNumeric: false)],
        rows: lines.map { [Table.Cell($0.0), Table.Cell($0.1)] }))
  }

  private static func answer(_ description: TraceDescription) -> String {
    let (prompts, outputs) = (description.prompts, description.outputs)
    var answer = "\(Numbers.grouped(description.trace.count)) requests"
    if let rate = description.arrivals?.rate { answer += " at \(Numbers.rate(rate)) per second" }
    answer += ", prompts of \(Numbers.trimmed(prompts.percentile(50))) tokens in the median and "
    answer += "\(Numbers.trimmed(outputs.percentile(50))) of output"
    if let sharing = description.sharing {
      answer += "; \(Numbers.percent(sharing.hitRate())) of the prompts' tokens were sent before"
    }
    return answer + "."
  }

  private static let definitions = [
    Report.Term(
      "CV of gaps",
      "the standard deviation of the times between arrivals over their "
        + "mean; 1 for a Poisson process"),
    Report.Term(
      "dispersion",
      "the variance over the mean of the arrivals in windows that follow each other "
        + "from the first on; 1 for a Poisson process"),
    Report.Term("correlation", "Pearson's, of prompt and output"),
  ]

  private static func figures(_ description: TraceDescription) -> [Report.Figure] {
    let subtitle =
      "\(description.formatName), \(Numbers.grouped(description.trace.count)) requests"
    var figures: [Report.Figure] = []
    if let arrivals = description.arrivals, arrivals.span > 0 {
      figures.append(rates(description.trace, arrivals, subtitle))
    }
    figures.append(lengths(description, subtitle))
    if let sharing = description.sharing, sharing.hitBlocks() > 0 {
      figures.append(reuse(sharing, subtitle))
    }
    return figures
  }

  /// Requests a second over time.
  private static func rates(
    _ trace: Trace, _ arrivals: ArrivalStatistics, _ subtitle: String
  ) -> Report.Figure {
    let number = max(1, min(160, trace.count / 4))
    let first = trace.requests[0].arrival
    var counts = [Int](repeating: 0, count: number)
    for request in trace.requests {
      let place = Int128(request.arrival - first) * Int128(number) / Int128(arrivals.span)
      counts[min(number - 1, Int(place))] += 1
    }
    let width = arrivals.span.seconds / Double(number)
    let points = counts.enumerated().map { place, count in
      Chart.Point(x: (Double(place) + 0.5) * width, y: Double(count) / width)
    }
    var chart = Chart(
      "Requests per second", subtitle: subtitle,
      x: Chart.Axis("Time since the first arrival (s)"),
      y: Chart.Axis("Requests per second"), lines: [Chart.Line("arrivals", points)])
    chart.plotHeight = 240
    return Report.Figure(
      "arrivals.svg",
      caption: "Means over \(Numbers.duration(width)); over all it is "
        + "\(Numbers.rate(arrivals.rate ?? 0)).", .lines(chart))
  }

  /// The share of requests up to each length.
  private static func lengths(
    _ description: TraceDescription, _ subtitle: String
  ) -> Report.Figure {
    func line(_ name: String, _ statistics: LengthStatistics) -> Chart.Line {
      let sorted = statistics.sorted
      let stride = max(1, sorted.count / 400)
      var points: [Chart.Point] = []
      for rank in sorted.indices
      where rank % stride == stride - 1 || rank == sorted.count - 1 || rank == 0 {
        let share = Double(rank + 1) / Double(sorted.count)
        if points.last?.x == Double(sorted[rank]) { points.removeLast() }
        points.append(Chart.Point(x: Double(sorted[rank]), y: share))
      }
      let note =
        "p50 \(Numbers.trimmed(statistics.percentile(50).rounded())), "
        + "p99 \(Numbers.trimmed(statistics.percentile(99).rounded()))"
      return Chart.Line(name, note: note, points, isStepped: true)
    }
    return Report.Figure(
      "lengths.svg", caption: "The share of requests that are no longer.",
      .lines(
        Chart(
          "Lengths", subtitle: subtitle, x: Chart.Axis("Tokens", scale: .log10),
          y: Chart.Axis("Share of requests at most this long", labels: .percent, range: 0...1),
          lines: [line("prompt", description.prompts), line("output", description.outputs)])))
  }

  /// The share of the prompts' tokens that a cache of each size spares.
  private static func reuse(_ sharing: PrefixSharing, _ subtitle: String) -> Report.Figure {
    let most = max(10, sharing.distinctBlocks)
    var sizes: [Int] = []
    var size = 1.0
    while Int(size) < most {
      if sizes.last != Int(size) { sizes.append(Int(size)) }
      size *= 1.08
    }
    sizes.append(most)
    let points = sizes.map { Chart.Point(x: Double($0), y: sharing.hitRate($0)) }
    let enough = sharing.blocks(for: 0.99)
    return Report.Figure(
      "prefixes.svg",
      caption: "What one cache of each size would spare, requests in order and without time.",
      .lines(
        Chart(
          "Prefix reuse by size of the cache", subtitle: subtitle,
          x: Chart.Axis("Blocks of \(sharing.blockTokens) tokens in the cache", scale: .log10),
          y: Chart.Axis("Share of prompt tokens hit", labels: .percent),
          lines: [Chart.Line("LRU", points)],
          limits: [
            Chart.Limit("99 % of what is shared", x: Double(enough), y: sharing.hitRate(enough))
          ])))
  }
}
