import Formats
import Metrics
import Studies

/// Capacities as JSON, for programs to read.
///
///     {"capacities": [{
///        "scheduler": the name with its options,
///        "settings": {name: text, …},
///        "capacity_requests_per_second": the mean over seeds of the highest rate that was kept,
///        "is_lower_bound": whether the trace ends before any rate misses the objective,
///        "interval_requests_per_second": {"low", "high"},
///        "backlog_requests_per_second": …,
///        "dollars_per_million_output_tokens": at the capacity, null where no price is known,
///        "active_joules_per_output_token": at the capacity, null where no power is known,
///        "searches": [{"seed", "kept_requests_per_second", "missed_requests_per_second", "runs"}]
///      }],
///      "objective": text, "attainment": the share of requests that must keep it, or null,
///      "disaggregation": whether pools apart pay, absent where there are none (PoolVerdictReport),
///      "verdict": the closing sentence}
///
/// `missed_requests_per_second` is null where no rate missed the objective, `high` where nothing
/// bounds it. A scheduler whose run could not go on has `scheduler`, `settings` and `stopped`,
/// which says why.
public enum CapacityJSON {
  /// The capacities as text; `seeds` are those of the searches, in their order.
  public static func text(
    _ capacities: [ServiceCapacity], requirement: Requirement, seeds: [UInt64],
    pools: [PoolVerdict]? = nil, verdict: String
  ) -> String {
    let ofPools = pools.map {
      [JSONValue.Member("disaggregation", PoolVerdictReport.json($0))]
    }
    let head = [
      JSONValue.Member("capacities", .array(capacities.map { .object(members($0, seeds)) })),
      .init("objective", .string(requirement.objective.description)),
      .init("attainment", JSONValue(requirement.attainment)),
    ]
    return JSONValue.object(
      head + (ofPools ?? []) + [.init("verdict", .string(verdict))]
    ).text()
  }

  private static func members(
    _ capacity: ServiceCapacity, _ seeds: [UInt64]
  ) -> [JSONValue.Member] {
    if let stopped = capacity.stopped { return RunsJSON.members(stopped) }
    let searches = zip(seeds, capacity.brackets).map { seed, bracket in
      JSONValue.object([
        .init("seed", .integer(Int(clamping: seed))),
        .init("kept_requests_per_second", .number(bracket.kept)),
        .init("missed_requests_per_second", JSONValue(bracket.missed)),
        .init("runs", .integer(bracket.tries)),
      ])
    }
    return [
      .init("scheduler", .string(capacity.scheduler)),
      .init("settings", .object(capacity.settings.map { .init($0.name, .string($0.value)) })),
      .init("capacity_requests_per_second", .number(capacity.mean)),
      .init("is_lower_bound", .bool(capacity.isUnbounded)),
      .init(
        "interval_requests_per_second",
        .object([
          .init("low", JSONValue(capacity.interval?.lowerBound)),
          .init("high", JSONValue(capacity.interval?.upperBound)),
        ])),
      .init("backlog_requests_per_second", .number(capacity.backlogRate)),
      .init("dollars_per_million_output_tokens", JSONValue(capacity.dollarsPerMillion)),
      .init("active_joules_per_output_token", JSONValue(capacity.energy?.activeJoulesPerToken)),
      .init("searches", .array(searches)),
    ]
  }
}
