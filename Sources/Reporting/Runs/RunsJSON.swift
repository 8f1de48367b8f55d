import Formats
import Metrics
import Serving

/// Runs as JSON, for programs to read.
///
///     {"runs": [{
///       "scheduler": the name with its options,
///       "settings": {name: text, …},
///       "requests": {"total", "completed", "refused", "preempted", "preemptions", "truncated"},
///       "seconds": {"ttft", "tbt", "tpot", "e2e", "scheduling_delay"},
///       "throughput": {"requests_per_second", "output_tokens_per_second",
///                      "total_tokens_per_second", "closed_loop_requests_per_second"},
///       "memory": {"mean_share", "peak_share", "at_least_90_percent_seconds",
///                  "at_least_99_percent_seconds"},
///       "batch": {"iterations", "mean_sequences", "peak_sequences", "mean_tokens", "peak_tokens",
///                 "at_sequence_cap_seconds", "busy_seconds", "span_seconds", "busy_share",
///                 "bubble_seconds", "hung_plans", "cached_prompt_tokens",
///                 "recomputed_prompt_tokens"},
///       "replicas": {"count", "fewest_requests", "most_requests", "fewest_tokens", "most_tokens"},
///       "slo": {"objective": text, "met": true, false or null,
///               "clauses": [{"clause", "limit_seconds", "value_seconds", "met"}],
///               "attaining_requests", "attainment", "goodput_requests_per_second"},
///       "attribution": {"mean": {…}, "tail": {"requests", "total_seconds", "queue_seconds",
///                       "prefill_seconds", "others_prefill_seconds", "others_decode_seconds",
///                       "decode_seconds", "preemption_seconds", "host_seconds"}}
///       "bounds": {"roofline_requests_per_second", "clairvoyant_requests_per_second"},
///       "as": {"tool": version, "totals": {…}, "latencies": {name: {"unit", statistic: value, …}}}
///     }]}
///
/// Each latency under `seconds` is `{"mean", "p50", "p90", "p95", "p99", "max"}`, or null where no
/// request has it. `slo` is absent where there is no objective, `replicas` where there is one,
/// `closed_loop_requests_per_second` where clients do not wait for answers. `attribution`, of
/// end-to-end latency, is absent where it was not asked for; its `tail` is the slowest hundredth of
/// the requests. `bounds` and `as` are absent where `--bounds` or `--definitions` were not given.
/// A run that could not go on has `scheduler`, `settings` and `stopped`, which says why. Shares are
/// 0 to 1. The order of members is as above; there are neither wall-clock
/// times nor paths, so that equal runs are equal bytes.
public enum RunsJSON {
  /// The runs as text, those that could not go on last; what is certain over several seeds follows
  /// as `seeds`, and what a comparison comes to as `verdict`.
  public static func text(
    _ runs: [Run], stopped: [StoppedRun] = [], _ seeds: SeedsReport? = nil,
    _ verdict: String? = nil
  ) -> String {
    var members = [
      JSONValue.Member("runs", .array(runs.map(value) + stopped.map { .object(Self.members($0)) }))
    ]
    if let seeds { members.append(.init("seeds", seeds.json)) }
    if let verdict { members.append(.init("verdict", .string(verdict))) }
    return JSONValue.object(members).text()
  }

  /// The runs as a value.
  public static func value(_ runs: [Run]) -> JSONValue {
    .object([.init("runs", .array(runs.map(value)))])
  }

  /// What there is of a run that could not go on.
  static func members(_ run: StoppedRun) -> [JSONValue.Member] {
    [
      .init("scheduler", .string(run.scheduler)), .init("settings", value(run.settings)),
      .init("stopped", .string(run.reason)),
    ]
  }

  private static func value(_ settings: [Run.Setting]) -> JSONValue {
    .object(settings.map { .init($0.name, .string($0.value)) })
  }

  /// One element of `runs`.
  public static func value(_ run: Run) -> JSONValue {
    let metrics = run.metrics
    var members: [JSONValue.Member] = [
      .init("scheduler", .string(run.scheduler)),
      .init("settings", value(run.settings)),
      .init("requests", object(metrics.requests.values)),
      .init("seconds", latencies(metrics)),
      .init("throughput", object(metrics.throughput.values)),
      .init("memory", object(metrics.memory.values)),
      .init("batch", object(metrics.batches.values)),
    ]
    if let balance = metrics.balance {
      members.append(.init("replicas", object(balance.values)))
    }
    if let bounds = run.bounds { members.append(.init("bounds", object(bounds.values))) }
    if let figures = run.benchmark { members.append(.init("as", BenchmarkReport.json(figures))) }
    if let verdict = run.verdict { members.append(.init("slo", value(verdict))) }
    if let attribution = run.attribution {
      members.append(
        .init(
          "attribution",
          .object([
            .init("mean", value(attribution.all)), .init("tail", value(attribution.tail)),
          ])))
    }
    return .object(members)
  }

  private static func value(_ mean: AttributionSummary.Mean) -> JSONValue {
    let head: [JSONValue.Member] = [
      .init("requests", .integer(mean.count)), .init("total_seconds", .number(mean.total)),
    ]
    let parts = Attribution.Part.allCases.map { part in
      JSONValue.Member("\(part.key)_seconds", .number(mean[part]))
    }
    return .object(head + parts)
  }

  private static func latencies(_ metrics: RunMetrics) -> JSONValue {
    .object(LatencyMetric.ofRuns.map { .init($0.key, value(metrics[$0])) })
  }

  private static func value(_ distribution: Distribution?) -> JSONValue {
    guard let distribution else { return .null }
    return .object(Statistic.standard.map { .init($0.name, JSONValue(distribution[$0])) })
  }

  private static func value(_ verdict: Verdict) -> JSONValue {
    let head: [JSONValue.Member] = [
      .init("objective", .string(verdict.objective)),
      .init("met", JSONValue(verdict.isMet)),
      .init("clauses", .array(verdict.clauses.map(value))),
    ]
    return .object(head + members(verdict.values))
  }

  private static func value(_ clause: Verdict.ClauseVerdict) -> JSONValue {
    .object([
      .init("clause", .string(clause.clause.description)),
      .init("limit_seconds", .number(clause.clause.limit.seconds)),
      .init("value_seconds", JSONValue(clause.valueSeconds)),
      .init("met", JSONValue(clause.isMet)),
    ])
  }

  private static func object(_ values: [NamedValue]) -> JSONValue { .object(members(values)) }

  private static func members(_ values: [NamedValue]) -> [JSONValue.Member] {
    values.map { value in
      switch value.value {
      case .count(let count): .init(value.name, .integer(count))
      case .real(let real): .init(value.name, .number(real))
      case .missing: .init(value.name, .null)
      }
    }
  }
}
