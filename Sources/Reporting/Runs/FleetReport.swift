import Formats
import Metrics

/// What became of replicas that fail, come and go, as text.
enum FleetReport {
  static func text(_ fleet: FleetUse, spanSeconds: Double) -> String {
    let mean = spanSeconds > 0 ? fleet.replicaSeconds / spanSeconds : 0
    return "Fleet\n"
      + TextTable.lines([
        (
          "paid for",
          "\(Numbers.duration(fleet.replicaSeconds)) of replicas from their orders, "
            + "\(Numbers.significant(mean)) on average, \(fleet.mostReplicas) at most"
            + (fleet.dollars.map { ", \(Numbers.fixed($0, decimals: 2)) dollars" } ?? "")
        ),
        (
          "ordered",
          "\(Numbers.grouped(fleet.orders)) after the beginning, "
            + "\(Numbers.grouped(fleet.returns)) given back"
        ),
        (
          "failures",
          "\(Numbers.grouped(fleet.failures)), down for \(Numbers.duration(fleet.downSeconds))"
        ),
      ])
  }

  /// The lines on requests that were lost, resumed or turned away.
  static func lines(_ counts: RequestCounts) -> [(String, String)] {
    var lines: [(String, String)] = []
    if let lost = counts.lost {
      lines.append(("lost", Numbers.grouped(lost) + ", with replicas that went down"))
    }
    if let resumed = counts.resumed, resumed > 0 {
      lines.append(("resumed", Numbers.grouped(resumed) + " times, by other replicas"))
    }
    if let shed = counts.shed {
      lines.append(("turned away", Numbers.grouped(shed) + ", at the door"))
    }
    return lines
  }
}
