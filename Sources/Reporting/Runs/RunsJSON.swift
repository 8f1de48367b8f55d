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
///       "prefix_cache": {"hit_rate", "cached_tokens", "computed_tokens", "request_hit_rate"},
///       "tier_NAME": {"hit_tokens", "hit_rate", "read_bytes", "written_bytes", "evicted_bytes",
///                     "skipped_bytes", "peak_bytes"},
///       "sessions": {"total", "completed", "completion_mean_seconds" to "completion_max_seconds",
///                    "answering_share"},
///       "replicas": {"count", "fewest_requests", "most_requests", "fewest_tokens", "most_tokens"},
///       "pool_NAME": {"replicas", "busy_share", "iterations", "mean_sequences", "mean_tokens",
///                     "mean_memory_share", "peak_memory_share"},
///       "transfers": {"count", "tokens", "bytes", "mean_seconds", "most_at_once"},
///       "fleet": {"failures", "orders", "returns", "most_replicas", "replica_seconds",
///                 "down_seconds", "dollars"},
///       "slo": {"objective": text, "met": true, false or null,
///               "clauses": [{"clause", "limit_seconds", "value_seconds", "met"}],
///               "attaining_requests", "attainment", "goodput_requests_per_second",
///               "classes": [{"priority", "requests", "attaining_requests", "attainment"}]
///               where clauses are of classes},
///       "attribution": {"mean": {…}, "tail": {"requests", "total_seconds", "queue_seconds",
///                       "prefill_seconds", "others_prefill_seconds", "others_decode_seconds",
///                       "decode_seconds", "preemption_seconds", "host_seconds"}}
///       "energy": {"watts_per_gpu", "active_joules_per_output_token", "joules_per_output_token",
///                  "active_joules", "idle_joules", "output_tokens", "basis": text},
///       "bounds": {"roofline_requests_per_second", "clairvoyant_requests_per_second"},
///       "as": {"tool": version, "totals": {…}, "latencies": {name: {"unit", statistic: value, …}}}
///     }]}
///
/// Each latency under `seconds` is `{"mean", "p50", "p90", "p95", "p99", "max"}`, or null where no
/// request has it. `slo` is absent where there is no objective, `replicas` where there is one,
/// `tier_NAME`, of which `tier_gpu` has no bytes, where there are no tiers,
/// `pool_NAME` where all are alike, `transfers` where pools hand nothing over,
/// `fleet` where replicas neither fail nor come and go,
/// `sessions` where no request waits for another, `prefix_cache` where the trace has no hashes of
/// prompts, and `closed_loop_requests_per_second` where clients do not wait for answers.
/// `attribution`, of end-to-end latency, is absent where it was not asked for; its `tail` is the
/// slowest hundredth of the requests. `energy` is of the GPUs alone, with idle time but for what is
/// called active, and absent where it is not known what they draw. `bounds` and `as` are absent
/// where `--bounds` or `--definitions` were not given. A run that could not go on has `scheduler`,
/// `settings` and `stopped`, which says why. Shares are 0 to 1. The order of members is as above;
/// there are no wall-clock times and no paths, so that equal runs are equal bytes.
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
      .init("scheduler", .string(run.scheduler)), .init("settings", run.settings.json),
      .init("stopped", .string(run.reason)),
    ]
  }

  /// One element of `runs`.
  public static func value(_ run: Run) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("scheduler", .string(run.scheduler)),
      .init("settings", run.settings.json),
    ]
    members += run.metrics.values.json + (run.bounds?.values.json ?? [])
    if let energy = run.energy { members.append(.init("energy", energy.json)) }
    if let figures = run.benchmark { members.append(.init("as", BenchmarkReport.json(figures))) }
    if let verdict = run.verdict { members.append(.init("slo", verdict.json)) }
    if let attribution = run.attribution {
      members.append(
        .init(
          "attribution",
          .object([
            .init("mean", value(attribution.all, attribution.parts)),
            .init("tail", value(attribution.tail, attribution.parts)),
          ])))
    }
    return .object(members)
  }

  private static func value(
    _ mean: AttributionSummary.Mean, _ parts: [Attribution.Part]
  ) -> JSONValue {
    let head: [JSONValue.Member] = [
      .init("requests", .integer(mean.count)), .init("total_seconds", .number(mean.total)),
    ]
    let parts = parts.map { part in
      JSONValue.Member("\(part.key)_seconds", .number(mean[part]))
    }
    return .object(head + parts)
  }
}
