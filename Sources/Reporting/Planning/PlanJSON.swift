import Formats
import Metrics
import Studies

/// A plan as JSON, for programs to read.
///
///     {"answer": {"gpu", "gpus", "replicas", "pools": replicas by pool, null where each replica
///        does all of a request, "tensor_parallel_size", "scheduler", "settings",
///        "dollars_per_hour", "attainment", "fails": null, "dollars_per_million_output_tokens",
///        "dollars_per_million_prompt_tokens", "dollars_per_million_tokens",
///        "income_dollars_per_hour": null without --token-prices,
///        "energy": as in the JSON of replay, null where it is not known what the GPUs draw,
///        "load": {"kept", "missed"}, "arguments": [options of replay that run it]},
///      "best": [the same of every kind of GPU that has one],
///      "candidates": [{"gpu", "gpus", "replicas", "pools", "tensor_parallel_size", "scheduler",
///        "settings", "dollars_per_hour", "attainment", "fails", "is_whole"}],
///      "searched": {"combinations", "run_to_the_end", "left", "stopped", "do_not_fit", "dearer"},
///      "objective", "attainment", "minimizes", "seeds", "requests_per_second",
///      "prices": [{"gpu", "dollars_per_hour", "low", "high", "offer", "source", "date"}],
///      "fresh_seeds": {"tried", "kept", "least_attainment", "most_attainment"},
///      "remarks": […], "verdict": the closing sentence}
///
/// `answer` is null where nobody keeps the requirement. An attainment is the least over the seeds;
/// that of a run that was left is the most that it can come to, and `is_whole` is false. `fails`
/// says why a candidate is not kept, and is null where it is. `load` is how many times the planned
/// load is still kept, and not kept any more. `fresh_seeds` is null where arrivals are not drawn.
extension PlanReport {
  /// The plan as text.
  public var json: String {
    let kinds = space.kinds.indices.filter { plan.best[$0] != nil }
    let counts = plan.counts
    func number(_ name: String, _ count: Int) -> JSONValue.Member { .init(name, .integer(count)) }
    return JSONValue.object([
      .init("answer", plan.answer.map(best) ?? .null),
      .init("best", .array(kinds.map(best))),
      .init("candidates", .array(plan.candidates.map { .object(members(of: $0)) })),
      .init(
        "searched",
        .object([
          number("combinations", counts.all), number("run_to_the_end", counts.whole),
          number("left", counts.left), number("stopped", counts.stopped),
          number("do_not_fit", counts.impossible), number("dearer", counts.dearer),
        ])),
      .init("objective", .string(search.requirement.objective.description)),
      .init("attainment", JSONValue(search.requirement.attainment)),
      .init("minimizes", .string(search.goal.rawValue)),
      .init("seeds", .array(search.draws.map { .integer(Int(clamping: $0.seed)) })),
      .init("requests_per_second", JSONValue(search.rate)),
      .init("prices", .array(knownPrices)),
      .init("fresh_seeds", fresh.map(value) ?? .null),
      .init("remarks", .array((search.notes + remarks).map { .string($0) })),
      .init("verdict", .string(sentence)),
    ]).text()
  }

  /// The best of a kind that has one.
  private func best(of kind: Int) -> JSONValue {
    guard let place = plan.best[kind] else { return .null }
    let candidate = plan.candidates[place]
    let tokens = dollarsPerMillion(candidate)
    let load = headroom[kind].map { headroom in
      JSONValue.object([
        .init("kept", .number(headroom.kept)), .init("missed", JSONValue(headroom.missed)),
      ])
    }
    return .object(
      members(of: candidate) + [
        .init("dollars_per_million_output_tokens", JSONValue(tokens.output)),
        .init("dollars_per_million_prompt_tokens", JSONValue(tokens.prompt)),
        .init("dollars_per_million_tokens", JSONValue(tokens.all)),
        .init("income_dollars_per_hour", JSONValue(income(of: candidate))),
        .init("energy", candidate.worst?.energy?.json ?? .null),
        .init("load", load ?? .null),
        .init("arguments", .array((arguments[kind] ?? []).map { .string($0) })),
      ])
  }

  private func members(of candidate: PlanCandidate) -> [JSONValue.Member] {
    let shape = space.shapes[candidate.shape]
    return [
      .init("gpu", .string(space.kinds[shape.kind].name)),
      .init("gpus", .integer(candidate.gpus)), .init("replicas", .integer(candidate.replicas)),
      .init("pools", candidate.counts.isApart ? candidate.counts.json : .null),
      .init("tensor_parallel_size", .integer(shape.deployment.tensorParallelSize)),
      .init("scheduler", .string(shape.scheduler)),
      .init("settings", .object(shape.values.map { .init($0.name, .string($0.value)) })),
      .init("dollars_per_hour", JSONValue(candidate.dollarsPerHour)),
      .init("attainment", JSONValue(candidate.attainment)),
      .init("fails", failure(of: candidate).map { .string($0) } ?? .null),
      .init("is_whole", JSONValue(candidate.worst?.isWhole)),
    ]
  }

  private var knownPrices: [JSONValue] {
    space.kinds.filter { !$0.isApart }.compactMap { kind in
      kind.price.map { price in
        .object([
          .init("gpu", .string(kind.name)),
          .init("dollars_per_hour", .number(price.dollarsPerHour)),
          .init("low", .number(price.range.lowerBound)),
          .init("high", .number(price.range.upperBound)),
          .init("offer", .string(price.offer)), .init("source", .string(price.source)),
          .init("date", price.date.map { .string($0) } ?? .null),
        ])
      }
    }
  }

  private func value(_ fresh: Fresh) -> JSONValue {
    .object([
      .init("tried", .integer(fresh.tried)), .init("kept", .integer(fresh.kept)),
      .init("least_attainment", .number(fresh.attainment.lowerBound)),
      .init("most_attainment", .number(fresh.attainment.upperBound)),
    ])
  }
}
