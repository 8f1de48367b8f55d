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

  /// The best, those that cannot be told from it, and the best of the others; nil where there are
  /// no others, or nobody keeps the objective.
  public static func ranking(
    _ capacities: [ServiceCapacity]
  ) -> (best: Int, peers: [Int], next: Int)? {
    let ranked = capacities.indices.sorted { capacities[$0].mean > capacities[$1].mean }
    guard let best = ranked.first, capacities[best].mean > 0 else { return nil }
    let others = ranked.dropFirst().filter { isApart(capacities[best], capacities[$0]) }
    guard let next = others.first else { return nil }
    return (best, ranked.dropFirst().filter { !others.contains($0) }, next)
  }

  private static func isApart(_ best: ServiceCapacity, _ other: ServiceCapacity) -> Bool {
    // Where both kept it at every rate tried, what they reach is how far the search went.
    if best.isUnbounded && other.isUnbounded { return false }
    let lead = best.lead(over: other)
    return lead.halfWidth.isFinite ? lead.isDistinguishable : lead.mean > 0
  }

  /// Which service does best, by how much it leads the next one, and what that hangs on.
  ///
  /// - Parameter robustness: of the best over the next; nil where it was not asked.
  public static func verdict(
    _ capacities: [ServiceCapacity], _ robustness: Robustness? = nil
  ) -> String {
    guard let best = capacities.max(by: { $0.mean < $1.mean }), best.mean > 0 else {
      return "No scheduler keeps the objective at any rate tried."
    }
    if capacities.allSatisfy(\.isUnbounded) {
      return "The objective is kept at every rate tried; it limits nothing here."
    }
    let reach = "\(Numbers.significant(best.mean)) requests a second"
    if capacities.count == 1 { return "\(best.scheduler) keeps the objective up to \(reach)." }
    guard let (leader, peers, next) = ranking(capacities) else {
      let names = capacities.map(\.scheduler)
      return "\(names.dropLast().joined(separator: ", ")) and \(names[names.count - 1]) "
        + "are not distinguishable: they keep the objective up to \(reach)."
    }
    let lead = capacities[leader].lead(over: capacities[next])
    let width = lead.halfWidth.isFinite ? " +- \(Numbers.significant(lead.halfWidth))" : ""
    let equals =
      peers.isEmpty
      ? ""
      : " (not distinguishable from "
        + peers.map { capacities[$0].scheduler }.joined(separator: ", ") + ")"
    return "\(capacities[leader].scheduler)\(equals) reaches \(Numbers.significant(lead.mean))"
      + "\(width) requests a second more than \(capacities[next].scheduler), the next"
      + (robustness.map { ", \(ClosingSentence.unless($0))" } ?? "") + "."
      + (width.isEmpty ? " This is one draw of arrivals." : "")
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
    let width = capacity.estimate.halfWidth
    if !width.isFinite { return "-" }
    let low = Numbers.significant(max(0, capacity.mean - width))
    return "\(low) to \(Numbers.significant(capacity.mean + width))"
  }
}
