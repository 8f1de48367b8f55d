import Formats
import Metrics
import Studies

/// The capacities of services, for people and for programs.
public enum CapacityReport {
  /// One row a service: the highest rate that kept the objective and what the capacity lies in,
  /// over several seeds with the least and the most.
  public static func table(_ capacities: [ServiceCapacity]) -> Table {
    let known = capacities.filter { $0.stopped == nil }
    let worst = known.min { $0.mean < $1.mean }.flatMap { $0.isUnbounded ? nil : $0.mean }
    let hasSeeds = known.contains { $0.brackets.count > 1 }
    let hasGPUs = known.contains { $0.gpus != nil }
    return Table(
      [
        Table.Column(hasGPUs ? "pools" : "scheduler", isNumeric: false),
        Table.Column(
          hasSeeds ? "mean" : "kept", group: "capacity", unit: "requests/s", best: .highest),
        Table.Column(
          hasSeeds ? "95 % interval" : "bracket", group: "capacity", unit: "requests/s"),
      ]
        + (hasSeeds ? ["least", "most"] : []).map {
          Table.Column($0, group: "capacity", unit: "requests/s")
        }
        + (hasGPUs ? [Table.Column("a GPU", unit: "requests/s", best: .highest)] : [])
        + [Table.Column("over the worst"), Table.Column("runs")],
      rows: capacities.map {
        row(of: $0, worst: worst, hasSeeds: hasSeeds, hasGPUs: hasGPUs)
      })
  }

  private static func row(
    of capacity: ServiceCapacity, worst: Double?, hasSeeds: Bool, hasGPUs: Bool
  ) -> [Table.Cell] {
    let kept = capacity.brackets.map(\.kept)
    guard let fewest = kept.min(), let most = kept.max() else {
      return [Table.Cell(capacity.scheduler), Table.Cell("stopped")]
        + Array(
          repeating: Table.Cell("-"), count: (hasSeeds ? 5 : 3) + (hasGPUs ? 1 : 0))
    }
    let least = capacity.isUnbounded ? ">= " : ""
    let ratio = worst.flatMap { worst in
      worst > 0 ? "\(least)x \(Numbers.fixed(capacity.mean / worst, decimals: 2))" : nil
    }
    return [
      Table.Cell(capacity.scheduler), Table.Cell(amount(capacity), value: capacity.mean),
      Table.Cell(interval(capacity)),
    ] + (hasSeeds ? [fewest, most].map { Table.Cell(Numbers.significant($0)) } : [])
      + (hasGPUs ? [perGPU(capacity)] : [])
      + [
        Table.Cell(ratio ?? "-"),
        Table.Cell(Numbers.grouped(capacity.brackets.reduce(0) { $0 + $1.tries })),
      ]
  }

  /// The capacity of each GPU of a fleet.
  private static func perGPU(_ capacity: ServiceCapacity) -> Table.Cell {
    guard let gpus = capacity.gpus else { return Table.Cell("-") }
    let share = capacity.mean / Double(gpus)
    return Table.Cell(
      (capacity.isUnbounded ? ">= " : "") + Numbers.significant(share), value: share)
  }

  /// The table as text.
  public static func text(_ capacities: [ServiceCapacity]) -> String {
    TextTable.text(table(capacities))
  }

  /// The table as Markdown, what is to be said of it below.
  public static func markdown(_ capacities: [ServiceCapacity]) -> String {
    let lines = remarks(capacities)
    return MarkdownTable.text(table(capacities))
      + (lines.isEmpty ? "" : "\n" + lines.map { "\($0)\n" }.joined())
  }

  /// What is to be said of the table: notes, and who could not go on.
  public static func remarks(_ capacities: [ServiceCapacity]) -> [String] {
    notes(capacities).map { "Note: \($0)" }
      + CostNotes.lines(capacities.map { ($0.scheduler, $0.settings) })
      + capacities.compactMap(\.stopped).map(ComparisonTable.line)
  }

  /// What output tokens cost at each capacity, as a sentence; nil where no price is known.
  public static func money(_ capacities: [ServiceCapacity], _ price: String) -> String? {
    let amounts = capacities.compactMap { capacity in
      capacity.dollarsPerMillion.map {
        (capacity.isUnbounded ? "at most " : "")
          + "\(PlanReport.dollars($0)) under \(capacity.scheduler)"
      }
    }
    if amounts.isEmpty { return nil }
    return "Dollars for a million output tokens at capacity, which pay for all GPUs alone: "
      + "\(ClosingSentence.list(amounts)) (\(price))."
  }

  /// What an output token takes at each capacity, as a sentence; nil where nothing is known.
  public static func energy(_ capacities: [ServiceCapacity]) -> String? {
    EnergyReport.sentence(
      "Joules of an output token at capacity, GPUs alone, while batches ran",
      capacities.map { ($0.scheduler, $0.energy?.activeJoulesPerToken, $0.energy?.basis) })
  }

  /// What a reader has to know before the figures are believed.
  private static func notes(_ capacities: [ServiceCapacity]) -> [String] {
    let bounds = capacities.filter(\.isUnbounded)
    let rates = bounds.map { Numbers.significant($0.mean) }
    let names = ClosingSentence.list(bounds.map(\.scheduler))
    let verb = bounds.count == 1 ? "meets" : "meet"
    let note =
      "\(names) \(verb) the objective even at the rate at which a backlog of the same requests is "
      + "served (\(ClosingSentence.list(rates)) requests/s): the trace is too short to build a "
      + "queue, and tells no more than that the capacity is at least that; use a longer one."
    let short = capacities.compactMap { capacity -> String? in
      guard let served = capacity.servedRate, served < 0.9 * capacity.mean, !capacity.isUnbounded
      else { return nil }
      return "\(Numbers.significant(served)) of \(Numbers.significant(capacity.mean)) under "
        + capacity.scheduler
    }
    let shortNote =
      "to the last token fewer requests a second are served than are sent ("
      + ClosingSentence.list(short) + "): the runs are short beside the latencies, and the "
      + "capacity in the long run may be less; use a longer trace."
    return (bounds.isEmpty ? [] : [note]) + (short.isEmpty ? [] : [shortNote])
  }

  /// Which service does best, by how much it leads the next one, and what that hangs on.
  ///
  /// - Parameters:
  ///   - unless: what the lead of the best hangs on, as the end of a sentence; nil where it was not
  ///     asked.
  ///   - advice: what tells how much of it is chance, as a sentence; nil where nothing would.
  public static func verdict(
    _ capacities: [ServiceCapacity], _ unless: String? = nil, advice: String? = nil
  ) -> String {
    let stopped = ClosingSentence.stopped(capacities.compactMap(\.stopped))
    let known = capacities.filter { $0.stopped == nil }
    let isRanked = known.count > 1 && Ranking(known) != nil
    return [known.isEmpty ? nil : answer(known, unless), isRanked ? advice : nil, stopped]
      .compactMap { $0 }.joined(separator: " ")
  }

  /// What those come to that could go on, one at least.
  private static func answer(_ capacities: [ServiceCapacity], _ unless: String?) -> String {
    func names(_ places: [Int]) -> String {
      ClosingSentence.list(places.map { capacities[$0].scheduler })
    }
    guard let ranking = Ranking(capacities) else {
      return "\(capacities.count == 1 ? capacities[0].scheduler : "No scheduler") "
        + "\(capacities.count == 1 ? "does not meet" : "meets") the objective at any rate tried"
        + (nearest(capacities).map { "; \($0)" } ?? "") + "."
    }
    let best = capacities[ranking.best]
    if capacities.count == 1 {
      return "\(best.scheduler) meets the objective \(reach([best]))."
    }
    if !ranking.decides {
      return "\(names(ranking.leaders)) are not distinguishable: they meet the objective "
        + "\(reach(ranking.leaders.map { capacities[$0] }))."
    }
    let next = capacities[ranking.next[0]]
    let equals =
      ranking.peers.isEmpty ? "" : " (not distinguishable from \(names(ranking.peers)))"
    let end = (unless.map { ", \($0)" } ?? "") + "."
    if next.mean == 0 {
      return "\(best.scheduler)\(equals) meets the objective \(reach([best])), "
        + "\(names(ranking.next)), the next, at no rate tried\(end)"
    }
    return "\(best.scheduler)\(equals) reaches \(lead(best, next)) requests/s more than "
      + "\(names(ranking.next)), the next\(end)"
  }

  /// Of services that keep the objective nowhere, who misses it the least at the lowest rates that
  /// were tried; nil where that is not known of all, or has no measure.
  private static func nearest(_ capacities: [ServiceCapacity]) -> String? {
    let lowest = capacities.compactMap(\.tries.first)
    guard lowest.count == capacities.count, let least = lowest.map(\.load).min(), least < 1e6
    else { return nil }
    let near = lowest.indices.filter { lowest[$0].load == least }
    let names = near.map { capacities[$0].scheduler }
    let rates = Set(near.map { lowest[$0].rate }).sorted().map { Numbers.significant($0) }
    return "\(ClosingSentence.list(names)) \(names.count == 1 ? "comes" : "come") nearest, "
      + "\(Numbers.significant(least)) times a limit at \(ClosingSentence.span(rates)) requests/s"
  }

  /// By how much one leads another, and what that lies in.
  private static func lead(_ best: ServiceCapacity, _ next: ServiceCapacity) -> String {
    guard let lead = best.lead(over: next) else { return "-" }
    let low = Numbers.significant(lead.low)
    if !lead.high.isFinite { return "at least \(low)" }
    return "\(Numbers.significant(lead.mean)) (\(low) to \(Numbers.significant(lead.high)))"
  }

  private static func reach(_ capacities: [ServiceCapacity]) -> String {
    let ascending = capacities.sorted { $0.mean < $1.mean }
    let amounts = ascending.map { Numbers.significant($0.mean) }
    let least = capacities.contains(where: \.isUnbounded) ? "up to at least " : "up to "
    return "\(least)\(ClosingSentence.span(amounts)) requests/s"
  }

  /// One row a service and seed; one a service where it could not go on.
  public static func csv(_ capacities: [ServiceCapacity], seeds: [UInt64]) -> String {
    var writer = CSVWriter()
    var bytes: [UInt8] = []
    let settings = capacities.first?.settings.map(\.name) ?? []
    let columns = [
      "scheduler", "seed_of_search", "outcome", "kept_requests_per_second",
      "missed_requests_per_second", "backlog_requests_per_second", "runs",
    ]
    for name in columns + settings { writer.add(name) }
    writer.endRow { bytes += $0 }
    for capacity in capacities {
      var rows: [[String]] = []
      if let stopped = capacity.stopped {
        rows.append(["", "stopped: \(stopped.reason)", "", "", "", ""])
      } else {
        for (seed, bracket) in zip(seeds, capacity.brackets) {
          rows.append([
            String(seed), outcome(bracket), bracket.kept.description,
            bracket.missed?.description ?? "", capacity.backlogRate.description,
            String(bracket.tries),
          ])
        }
      }
      for row in rows {
        for field in [capacity.scheduler] + row { writer.add(field) }
        for name in settings {
          writer.add(capacity.settings.first { $0.name == name }?.value ?? "")
        }
        writer.endRow { bytes += $0 }
      }
    }
    writer.flush { bytes += $0 }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// What a search came to.
  private static func outcome(_ bracket: CapacitySearch.Bracket) -> String {
    if bracket.missed == nil { return "at least" }
    return bracket.kept > 0 ? "found" : "kept at no rate"
  }

  private static func amount(_ capacity: ServiceCapacity) -> String {
    (capacity.isUnbounded ? ">= " : "") + Numbers.significant(capacity.mean)
  }

  private static func interval(_ capacity: ServiceCapacity) -> String {
    guard let interval = capacity.interval else { return "-" }
    let low = Numbers.significant(interval.lowerBound)
    return interval.upperBound.isFinite
      ? "\(low) to \(Numbers.significant(interval.upperBound))" : "\(low) or more"
  }
}
