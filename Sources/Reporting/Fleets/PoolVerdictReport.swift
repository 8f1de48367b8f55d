import Formats
import Metrics
import Studies

/// Whether prefill and decode on GPUs apart pay, as a table and as JSON.
public enum PoolVerdictReport {
  /// One row a case: the best ratio, what does all on as many GPUs, and how they differ.
  public static func table(_ verdicts: [PoolVerdict]) -> Table {
    let measures = measures(verdicts)
    let hasLoads = verdicts.contains { $0.load != nil }
    let hasOthers = verdicts.contains { !$0.others.isEmpty }
    var columns = [Table.Column("GPUs", isKey: true)]
    if hasLoads { columns.append(Table.Column("requests/s", isKey: true)) }
    if hasOthers { columns.append(Table.Column("with", isNumeric: false)) }
    columns += [
      Table.Column("apart", isNumeric: false), Table.Column("together", isNumeric: false),
    ]
    for measure in measures {
      columns += ["apart", "together", "better by"].map {
        Table.Column($0, group: title(measure))
      }
    }
    columns.append(Table.Column("disaggregation", isNumeric: false, isKey: false))
    return Table(
      columns,
      rows: verdicts.map { verdict in
        var cells = [Table.Cell("\(verdict.gpus)")]
        if hasLoads { cells.append(Table.Cell(verdict.load.map(Numbers.significant) ?? "-")) }
        if hasOthers { cells.append(Table.Cell(verdict.others)) }
        cells += [Table.Cell(verdict.apart.text), Table.Cell(verdict.together.text)]
        for measure in measures { cells += Self.cells(verdict, measure) }
        return cells + [Table.Cell(word(verdict.outcome))]
      })
  }

  /// The measures of which some case is told apart by, or that are shown anyway.
  private static func measures(_ verdicts: [PoolVerdict]) -> [PoolVerdict.Measure] {
    var found: [PoolVerdict.Measure] = []
    for difference in verdicts.flatMap(\.differences) where !found.contains(difference.measure) {
      found.append(difference.measure)
    }
    // That all requests are answered goes without saying.
    let all = PoolVerdict.Measure.figure(.answered)
    let lost = verdicts.flatMap(\.differences).contains {
      $0.measure == all && min($0.apart, $0.together) < 1
    }
    return found.filter { $0 != all || lost }
  }

  private static func cells(
    _ verdict: PoolVerdict, _ measure: PoolVerdict.Measure
  ) -> [Table.Cell] {
    guard let difference = verdict.differences.first(where: { $0.measure == measure }) else {
      return Array(repeating: Table.Cell("-"), count: 3)
    }
    return [
      Table.Cell(amount(difference.apart, measure)),
      Table.Cell(amount(difference.together, measure)),
      Table.Cell(
        difference.isCertain ? self.lead(difference) : "not distinguishable",
        value: difference.lead.mean),
    ]
  }

  /// By how much those apart are better, with what that lies in.
  static func lead(_ difference: PoolVerdict.Difference) -> String {
    let lead = difference.lead
    func words(_ value: Double) -> String {
      (value < 0 ? "-" : "") + amount(value.magnitude, difference.measure)
    }
    if lead.low == lead.high { return words(lead.mean) }
    if !lead.high.isFinite { return "\(words(lead.mean)) (\(words(lead.low)) or more)" }
    if !lead.low.isFinite { return "\(words(lead.mean)) (\(words(lead.high)) or less)" }
    return "\(words(lead.mean)) (\(words(lead.low)) to \(words(lead.high)))"
  }

  static func amount(_ value: Double, _ measure: PoolVerdict.Measure) -> String {
    switch measure {
    case .figure(.load): value.isFinite ? Numbers.significant(value) : "?"
    case .figure(let figure): SeedsReport.amount(value, figure)
    case .capacity: value.isFinite ? Numbers.significant(value) : "?"
    }
  }

  static func title(_ measure: PoolVerdict.Measure) -> String {
    switch measure {
    case .figure(.met): "runs that keep the objective"
    case .figure(let figure): figure.title
    case .capacity: "capacity (requests/s)"
    }
  }

  private static func word(_ outcome: PoolVerdict.Outcome) -> String {
    outcome == .open ? "not distinguishable" : outcome.rawValue
  }

  /// The table with what is to be said of it.
  static func section(_ verdicts: [PoolVerdict]) -> Report.Section {
    let seeds = verdicts.map(\.seeds).max() ?? 1
    return Report.Section(
      "Apart and together", table(verdicts),
      note: seeds > 1
        ? "The best ratio of each number of GPUs is chosen under the first seed and compared under "
          + "\(seeds) others; intervals hold the true difference 95 times in 100 (Student)."
        : "The best ratio of each number of GPUs, under the one seed that there is.")
  }

  /// The table as text.
  public static func text(_ verdicts: [PoolVerdict]) -> String {
    TextTable.text(table(verdicts))
  }

  /// The cases as JSON.
  ///
  ///     [{"gpus", "with": text, "load_requests_per_second": number or null,
  ///       "pools": {name: replicas, …}, "together": {name: replicas},
  ///       "outcome": "pays", "loses" or "open", "decided_by": a measure or null, "seeds",
  ///       "measures": {name: {"apart", "together", "better_by": {"mean", "low", "high"},
  ///                           "distinguishable"}}}]
  public static func json(_ verdicts: [PoolVerdict]) -> JSONValue {
    .array(
      verdicts.map { verdict in
        .object([
          .init("gpus", .integer(verdict.gpus)), .init("with", .string(verdict.others)),
          .init("load_requests_per_second", JSONValue(verdict.load)),
          .init(PoolAxis.name, verdict.apart.json), .init("together", verdict.together.json),
          .init("outcome", .string(verdict.outcome.rawValue)),
          .init("decided_by", verdict.decisive.map { .string(key($0.measure)) } ?? .null),
          .init("seeds", .integer(verdict.seeds)),
          .init(
            "measures",
            .object(verdict.differences.map { .init(key($0.measure), json($0)) })),
        ])
      })
  }

  private static func json(_ difference: PoolVerdict.Difference) -> JSONValue {
    .object([
      .init("apart", JSONValue(difference.apart)),
      .init("together", JSONValue(difference.together)),
      .init(
        "better_by",
        .object([
          .init("mean", JSONValue(difference.lead.mean)),
          .init("low", JSONValue(difference.lead.low)),
          .init("high", JSONValue(difference.lead.high)),
        ])), .init("distinguishable", .bool(difference.isCertain)),
    ])
  }

  private static func key(_ measure: PoolVerdict.Measure) -> String {
    switch measure {
    case .figure(let figure): figure.key
    case .capacity: "capacity_requests_per_second"
    }
  }
}
