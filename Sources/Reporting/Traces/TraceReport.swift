import Formats
import Metrics
import Serving
import Studies

/// What a trace is like, as text and as JSON.
public enum TraceReport {
  /// The sections, with an empty line between them; `name` is what the trace is called.
  public static func text(_ description: TraceDescription, name: String) -> String {
    var sections = [
      head(description, name), arrivals(description), TextTable.text(lengths(description)),
    ]
    if let sharing = description.sharing {
      sections.append(
        "Prefixes\n" + TextTable.lines(prefixes(sharing)) + "\n"
          + TextTable.text(caches(sharing, description.caches)))
    }
    if let sessions = description.sessions {
      sections.append("Sessions\n" + TextTable.lines(self.sessions(sessions)))
    }
    let remarks = remarks(description)
    if !remarks.isEmpty { sections.append(remarks.map { "Note: \($0).\n" }.joined()) }
    return sections.joined(separator: "\n")
  }

  /// What was read and set, and the figures as members of objects:
  ///
  ///     {"trace": {"format", "requests", "settings": {…}, "notes": [text]},
  ///      "requests": {"total"}, "arrivals": {…}, "prompt_tokens": {…}, …,
  ///      "oddities": {name: count}}
  ///
  /// Sections are absent where the source does not say what they are about.
  public static func json(_ description: TraceDescription) -> String {
    let trace: [JSONValue.Member] = [
      .init("format", .string(description.formatName)),
      .init("requests", .integer(description.trace.count)),
      .init("settings", description.settings.json),
      .init("notes", .array(description.notes.map { .string($0) })),
    ]
    return JSONValue.object([.init("trace", .object(trace))] + description.values.json).text()
  }

  /// The figures as comma-separated values: section, name, unit and value.
  public static func csv(_ description: TraceDescription) -> String {
    RunsCSV.text(
      [["section", "figure", "unit", "value"]]
        + description.values.map { [$0.section, $0.name, $0.unit, $0.value.text] })
  }

  /// What was said of the reading, and what is odd.
  static func remarks(_ description: TraceDescription) -> [String] {
    description.notes + description.oddities.map(\.sentence)
  }

  private static func head(_ description: TraceDescription, _ name: String) -> String {
    let shown = description.settings.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
    return "\(name): \(description.formatName), \(Numbers.grouped(description.trace.count)) "
      + "request\(description.trace.count == 1 ? "" : "s")\n"
      + (shown.isEmpty ? "" : "  \(shown)\n")
  }

  private static func arrivals(_ description: TraceDescription) -> String {
    guard let arrivals = description.arrivals else { return "Arrivals\n  none in the trace\n" }
    return "Arrivals\n" + TextTable.lines(lines(arrivals))
  }

  /// The figures of arrivals, by their names in words.
  static func lines(_ arrivals: ArrivalStatistics) -> [(String, String)] {
    func value(_ number: Double?) -> String { number.map { Numbers.fixed($0, decimals: 3) } ?? "-" }
    return [
      ("span", Numbers.duration(arrivals.span.seconds)),
      ("rate", value(arrivals.rate) + " /s"),
      ("CV of gaps", value(arrivals.gapVariation)),
    ]
      + arrivals.windows.map { window in
        let length = window.length / 1_000_000_000
        return (
          "dispersion in \(length) s",
          "\(value(window.dispersion)), most \(Numbers.grouped(window.most)) "
            + "(\(Numbers.rate(Double(window.most) / Double(length))) /s)"
        )
      } + [
        ("longest gap", Numbers.duration(arrivals.longestGap.seconds)),
        (
          "different times",
          "\(Numbers.grouped(arrivals.instants)), "
            + "at most \(Numbers.grouped(arrivals.largestBatch)) requests at one"
        ),
      ]
  }

  /// Quantiles of prompts, outputs and both, a row each.
  static func lengths(_ description: TraceDescription) -> Table {
    var table = Table(
      [Table.Column("Tokens", isNumeric: false), Table.Column("mean"), Table.Column("min")]
        + LengthStatistics.percents.map { Table.Column(Statistic.percentile($0).name) }
        + [Table.Column("max")])
    for (name, length) in [
      ("prompt", description.prompts), ("output", description.outputs),
      ("both", description.totals),
    ] {
      let values =
        [Numbers.fixed(length.mean, decimals: 1), Numbers.grouped(length.least)]
        + length.percentiles.map { Numbers.trimmed(($0 * 100).rounded() / 100) }
        + [Numbers.grouped(length.greatest)]
      table.append(([name] + values).map { Table.Cell($0) })
    }
    let correlation = description.correlation.map { Numbers.fixed($0, decimals: 3) } ?? "-"
    table.append(
      [Table.Cell("correlation"), Table.Cell(correlation)]
        + table.columns.dropFirst(2).map { _ in Table.Cell("") })
    return table
  }

  /// What prompts share, in words.
  static func prefixes(_ sharing: PrefixSharing) -> [(String, String)] {
    [
      ("requests with hashes", Numbers.grouped(sharing.requests)),
      (
        "blocks of \(Numbers.grouped(sharing.blockTokens)) tokens",
        "\(Numbers.grouped(sharing.blocks)), \(Numbers.grouped(sharing.distinctBlocks)) different, "
          + "\(Numbers.grouped(sharing.fullBlocks)) full"
      ),
      (
        "99 % of the hits",
        "need a cache of \(Numbers.grouped(sharing.blocks(for: 0.99))) blocks"
      ),
    ]
  }

  /// The hits of caches of `sizes` blocks and of one that keeps all.
  static func caches(_ sharing: PrefixSharing, _ sizes: [Int]) -> Table {
    var table = Table([
      Table.Column("LRU cache, blocks"), Table.Column("tokens"),
      Table.Column("prompt tokens", group: "share that is hit of"),
      Table.Column("blocks", group: "share that is hit of"),
      Table.Column("requests that hit"),
    ])
    for size in sizes.map(Optional.some) + [nil] {
      let tokens = size.map { $0.multipliedReportingOverflow(by: sharing.blockTokens).partialValue }
      table.append([
        Table.Cell(size.map(Numbers.grouped) ?? "no limit"),
        Table.Cell(tokens.map(Numbers.grouped) ?? ""),
        Table.Cell(Numbers.fixed(sharing.hitRate(size), decimals: 5)),
        Table.Cell(Numbers.fixed(sharing.blockHitRate(size), decimals: 5)),
        Table.Cell(Numbers.grouped(sharing.hitRequests(size))),
      ])
    }
    return table
  }

  /// The sessions, in words.
  static func sessions(_ sessions: SessionStatistics) -> [(String, String)] {
    func spread(_ statistics: LengthStatistics, _ text: (Double) -> String) -> String {
      "p50 \(text(statistics.percentile(50))), p90 \(text(statistics.percentile(90))), "
        + "max \(text(Double(statistics.greatest)))"
    }
    func time(_ nanoseconds: Double) -> String { Numbers.duration(nanoseconds / 1e9) }
    return [
      (
        "sessions",
        Numbers.grouped(sessions.requests.count)
          + (sessions.outside > 0
            ? ", \(Numbers.grouped(sessions.outside)) requests outside" : "")
      ),
      ("requests of each", spread(sessions.requests) { Numbers.trimmed($0) }),
      ("from first to last", spread(sessions.spans, time)),
    ] + (sessions.gaps.map { [("between two requests", spread($0, time))] } ?? [])
  }
}
