import Formats
import Studies

/// Runs of real engines beside their simulations as JSON, for programs to read.
///
///     {"runs": [{
///        "experiment": the run's name, "settings": {name: text, …}, "notes": [text, …],
///        "metrics": {
///          "ttft", "tpot", "e2e": {"measured_mean", "simulated_mean", "measured_p50", …, "…_p99"},
///          "throughput": {"measured_mean", "simulated_mean"}},
///        "saturated": {"measured", "simulated"},
///        "blocks": {"logged", "planned"}}],
///      "errors": {"ttft_mean": the mean over steady runs of |simulated / measured - 1|, …},
///      "refused": [{"experiment", "reason"}]}
///
/// Latencies are in seconds, throughput in output tokens a second; what is not known is null.
public enum ValidationJSON {
  /// The study as text.
  public static func text(_ study: ValidationStudy) -> String {
    JSONValue.object([
      .init("runs", .array(study.validations.map(run))),
      .init(
        "errors",
        .object(study.errors.map { .init($0.figure.name, .number($0.mean)) })),
      .init(
        "refused",
        .array(
          study.refused.map {
            .object([
              .init("experiment", .string($0.name)), .init("reason", .string($0.reason)),
            ])
          })),
    ]).text()
  }

  private static func run(_ validation: Validation) -> JSONValue {
    .object([
      .init("experiment", .string(validation.name)),
      .init(
        "settings", .object(validation.settings.map { .init($0.name, .string($0.value)) })),
      .init("notes", .array(validation.notes.map(JSONValue.string))),
      .init("metrics", .object(ValidationStudy.Measure.allCases.map { metric($0, validation) })),
      .init(
        "saturated",
        .object([
          .init("measured", flag(validation.measured.isSaturated)),
          .init("simulated", flag(validation.simulated.isSaturated)),
        ])),
      .init(
        "blocks",
        .object([
          .init("logged", whole(validation.loggedBlocks)),
          .init("planned", whole(validation.plannedBlocks)),
        ])),
    ])
  }

  private static func metric(
    _ measure: ValidationStudy.Measure, _ validation: Validation
  ) -> JSONValue.Member {
    var members: [JSONValue.Member] = []
    for figure in ValidationStudy.figures where figure.measure == measure {
      let statistic = figure.statistic
      members.append(
        .init("measured_\(statistic)", JSONValue(validation.measured[measure, statistic])))
      members.append(
        .init("simulated_\(statistic)", JSONValue(validation.simulated[measure, statistic])))
    }
    return .init(measure.rawValue, .object(members))
  }

  private static func flag(_ flag: Bool?) -> JSONValue { flag.map(JSONValue.bool) ?? .null }
  private static func whole(_ count: Int?) -> JSONValue { count.map(JSONValue.integer) ?? .null }
}
