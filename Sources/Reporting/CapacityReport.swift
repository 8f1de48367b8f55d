import Metrics
import Studies

/// The capacities of services, for people and for programs.
public enum CapacityReport {
  /// One row a service.
  public static func table(_ capacities: [ServiceCapacity]) -> Table {
    let worst = capacities.map(\.mean).min() ?? 0
    return Table(
      [
        Table.Column("scheduler", isNumeric: false),
        Table.Column("mean", group: "capacity", unit: "requests/s", best: .highest),
        Table.Column("95 % interval", group: "capacity", unit: "requests/s"),
        Table.Column("least", group: "capacity", unit: "requests/s"),
        Table.Column("most", group: "capacity", unit: "requests/s"),
        Table.Column("over the worst"), Table.Column("runs"),
      ],
      rows: capacities.map { capacity in
        let kept = capacity.brackets.map(\.kept)
        let isAtLeast = capacity.isUnbounded ? ">= " : ""
        return [
          Table.Cell(capacity.scheduler),
          Table.Cell(isAtLeast + Numbers.significant(capacity.mean), value: capacity.mean),
          Table.Cell(interval(capacity)), Table.Cell(Numbers.significant(kept.min() ?? 0)),
          Table.Cell(Numbers.significant(kept.max() ?? 0)),
          Table.Cell(worst > 0 ? "x \(Numbers.fixed(capacity.mean / worst, decimals: 2))" : "-"),
          Table.Cell(Numbers.grouped(capacity.brackets.reduce(0) { $0 + $1.tries })),
        ]
      })
  }

  /// The table as text.
  public static func text(_ capacities: [ServiceCapacity]) -> String {
    TextTable.text(table(capacities))
  }

  /// The table as Markdown.
  public static func markdown(_ capacities: [ServiceCapacity]) -> String {
    MarkdownTable.text(table(capacities))
  }

  /// Which service does best, in one sentence, and by how much it leads the next one.
  public static func verdict(_ capacities: [ServiceCapacity]) -> String {
    let ranked = capacities.sorted { $0.mean > $1.mean }
    guard let best = ranked.first, best.mean > 0 else {
      return "No scheduler keeps the objective at any rate tried."
    }
    guard ranked.count > 1 else {
      return "\(best.scheduler) keeps the objective up to "
        + "\(Numbers.significant(best.mean)) requests a second."
    }
    let next = ranked[1]
    let lead = best.lead(over: next)
    let names = "\(best.scheduler) and \(next.scheduler)"
    guard let width = lead.halfWidth else {
      return "\(best.scheduler) reaches \(Numbers.significant(lead.mean)) requests a second more "
        + "than \(next.scheduler), on one seed."
    }
    if lead.mean <= width { return "\(names) are not distinguishable." }
    return "\(best.scheduler) reaches \(Numbers.significant(lead.mean)) +- "
      + "\(Numbers.significant(width)) requests a second more than \(next.scheduler), the next."
  }

  /// One row a service and seed.
  public static func csv(_ capacities: [ServiceCapacity], seeds: [UInt64]) -> String {
    var writer = CSVWriter()
    var bytes: [UInt8] = []
    let settings = capacities.first?.settings.map(\.name) ?? []
    for name in [
      "scheduler", "seed", "kept_requests_per_second", "missed_requests_per_second", "runs",
    ]
      + settings
    { writer.add(name) }
    writer.endRow { bytes += $0 }
    for capacity in capacities {
      for (seed, bracket) in zip(seeds, capacity.brackets) {
        writer.add(capacity.scheduler)
        writer.add(String(seed))
        writer.add(bracket.kept)
        writer.add(bracket.missed ?? .infinity)
        writer.add(bracket.tries)
        for name in settings {
          writer.add(capacity.settings.first { $0.name == name }?.value ?? "")
        }
        writer.endRow { bytes += $0 }
      }
    }
    writer.flush { bytes += $0 }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func interval(_ capacity: ServiceCapacity) -> String {
    guard let width = capacity.halfWidth else { return "-" }
    let low = Numbers.significant(max(0, capacity.mean - width))
    return "\(low) to \(Numbers.significant(capacity.mean + width))"
  }
}
