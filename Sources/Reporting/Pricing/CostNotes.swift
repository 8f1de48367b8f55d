import Metrics

/// What readers have to know of the times behind runs: that some lie beyond what was measured, or
/// are another GPU's.
public enum CostNotes {
  /// A line for each different thing to say, with those that it is to be said of unless it is to be
  /// said of all.
  public static func lines(
    _ runs: [(scheduler: String, settings: [Run.Setting])]
  ) -> [String] {
    var lines: [(words: String, schedulers: [String])] = []
    for run in runs {
      guard let words = run.settings.first(where: { $0.name == "times" })?.value else { continue }
      let place = lines.firstIndex { $0.words == words } ?? lines.endIndex
      if place == lines.endIndex { lines.append((words, [])) }
      if !lines[place].schedulers.contains(run.scheduler) {
        lines[place].schedulers.append(run.scheduler)
      }
    }
    let all = Set(runs.map(\.scheduler)).count
    return lines.map { line in
      let whose =
        line.schedulers.count == all ? "" : " of \(line.schedulers.joined(separator: ", "))"
      return "Times\(whose) \(line.words)."
    }
  }
}
