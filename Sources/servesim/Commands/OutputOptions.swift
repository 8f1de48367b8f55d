import Metrics
import Reporting
import Studies

/// The options that replay and compare share for what they judge and what they write.
enum OutputOptions {
  /// The objective that was given for `--slo`, if one was: in words, or a preset's for `model`.
  static func objective(
    _ given: GivenValue?, model: String
  ) throws -> ServiceLevelObjective? {
    try given.map { try ObjectivePresets.objective($0.string(), model: model) }
  }

  /// How the time between tokens was spread in each of `runs`, as an SVG picture.
  static func chart(
    _ entries: [LatencyDistributionChart.Entry], _ settings: [Run.Setting],
    _ objective: ServiceLevelObjective?
  ) -> String {
    var chart = LatencyDistributionChart(of: .tbt, entries, objective: objective)
    func setting(_ name: String) -> String { settings.first { $0.name == name }?.value ?? "" }
    let replicas = setting("replicas").isEmpty ? "" : "\(setting("replicas")) replicas of "
    chart.subtitle =
      "\(replicas)\(setting("model")) on \(setting("tensor_parallel_size")) x \(setting("gpu")), "
      + "\(setting("requests")) requests "
      + (setting("clients").isEmpty
        ? "at \(setting("requests_per_second")) a second" : "from \(setting("clients")) clients")
    return chart.chart.svg()
  }

  /// What a request must keep to be counted as served well.
  static let objectives = Option(
    name: "--slo", placeholder: "LIMITS", standard: nil,
    help: "objectives such as ttft.p99<2s,tbt.p99<100ms or, for each request alone, ttft<2s; of "
      + LatencyMetric.allCases.map(\.name).joined(separator: ", ") + "; or a preset: "
      + ObjectivePresets.all.map { "\($0.name) (\($0.source))" }.joined(separator: ", "),
    group: "Objectives")

  /// An option for an output, which goes to a file or, as `-`, to the standard output.
  static func file(_ name: String, _ content: String) -> Option {
    Option(
      name: name, placeholder: "FILE", standard: nil,
      help: "write \(content); - is the standard output", group: "Output")
  }
}
