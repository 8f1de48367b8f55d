import Metrics
import Studies

/// What a search for capacity found, as a report.
public enum CapacityStudyReport {
  /// The pictures that every such report has.
  public static let figureFiles = ["capacity.svg"]

  /// The report on `capacities`, one at least.
  ///
  /// - Parameters:
  ///   - requirement: what was kept.
  ///   - question: in words, what was asked.
  ///   - pools: whether pools apart pay; nil where there are none.
  ///   - answer: the closing sentence.
  public static func report(
    _ capacities: [ServiceCapacity], requirement: Requirement, seeds: [UInt64],
    pools: [PoolVerdict]? = nil, answer: String, source: Report.Source
  ) -> Report {
    precondition(!capacities.isEmpty, "a report is about a service")
    let settings = capacities[0].settings
    func setting(_ name: String) -> String { settings.first { $0.name == name }?.value ?? "" }
    let place = "\(setting("model")) on \(setting("tensor_parallel_size")) x \(setting("gpu"))"
    return Report(
      question: "How much can be taken within \(requirement.words)? (\(place))", answer: answer,
      remarks: notes(capacities)
        + (requirement.attainment == nil ? [] : [requirement.definition + "."]),
      sections: [
        Report.Section(
          "Capacities", CapacityReport.table(capacities),
          note: seeds.count > 1
            ? "The highest rate that meets the objective, one search per seed; intervals hold "
              + (capacities[0].isBootstrapped
                ? "the capacity for such requests in the long run 95 times in 100 (bootstrap: each "
                  + "seed draws requests and arrivals anew)"
                : "the true mean for these requests 95 times in 100 (Student)")
              + ", and what the searches leave open. * best of its column."
            : "The highest rate found that meets the objective, and the bracket to the lowest that "
              + "does not. * best of its column.")
      ] + (pools.map { [PoolVerdictReport.section($0)] } ?? []),
      figures: [
        Report.Figure(
          "capacity.svg",
          caption: "The rates that the first seed's searches tried: what is below the dashed line "
            + "meets the objective. Lines end where five times the limit is passed.",
          .lines(chart(capacities, requirement.objective, place)))
      ],
      definitions: Report.latencies(judgedBy: requirement.objective),
      settings: settings.filter { setting in
        capacities.allSatisfy { $0.settings.contains(setting) }
      }, source: source, data: CapacityReport.csv(capacities, seeds: seeds))
  }

  private static func notes(_ capacities: [ServiceCapacity]) -> [String] {
    let notes = capacities[0].settings.first { $0.name == "notes" }
    return (notes.map { ["Note: \($0.value)."] } ?? []) + CapacityReport.remarks(capacities)
  }

  /// The worst of the objective's figures, as a multiple of its limit, against the rate.
  static func chart(
    _ capacities: [ServiceCapacity], _ objective: ServiceLevelObjective, _ subtitle: String
  ) -> Chart {
    var chart = Chart(
      "How near the objective is", subtitle: subtitle,
      x: Chart.Axis("Requests per second"),
      y: Chart.Axis("Worst figure / its limit", scale: .log10),
      lines: capacities.map { capacity in
        let tries = capacity.tries.filter { $0.load > 0 }
        let last = tries.firstIndex { $0.load > most } ?? tries.count - 1
        let shown = tries.isEmpty ? [] : Array(tries[...max(0, last)])
        var line = Chart.Line(
          capacity.scheduler, shown.map { .init(x: $0.rate, y: min($0.load, 1e9)) })
        line.showsPoints = true
        return line
      })
    chart.levels = [Chart.Level("SLO \(objective)", y: 1)]
    let loads = chart.lines.flatMap(\.points).map(\.y)
    if loads.contains(where: { $0 > most }) {
      let low = ChartScale.log10.range(of: loads.map { min($0, most) } + [1]).lowerBound
      chart.y.range = low...most
    }
    return chart
  }

  /// The multiple of the limit at which lines end.
  private static let most = 5.0
}
