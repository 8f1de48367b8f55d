import Formats
import Serving

/// Who is predicted to have the shortest answer goes first, and takes caches from the others.
///
/// Fu et al., "Efficient LLM Scheduling by Learning to Rank", NeurIPS 2024, without its guard
/// against starvation. It knows a length that was predicted when the request came, and is wrong by
/// a factor whose logarithm is normal with the deviation `length-error`, drawn by `length-seed`
/// for each request; it never knows the true one.
struct ShortestJobFirst: Scheduler {
  static let entry = SchedulerEntry.ranking(
    "sjf", "Who is predicted to have the shortest answer goes first (learning to rank).",
    after: "Fu et al. 2024",
    options: [
      Setting(
        "length-error", .number(0...10, "X"),
        "standard deviation of the logarithm of predicted by true lengths; 0.5 unless given"
      ) { (engine, given) throws(InputError) in
        engine.rules.outputs.prediction?.deviation = try given.double(
          min: 0, max: 10, exclusive: true)
      },
      .number(
        "length-seed", \.rules.outputs.prediction!.seed, "what the errors are drawn by", least: 0),
    ]
  ) { rules in
    rules.outputs.prediction = LengthPrediction()
  } scheduler: {
    ShortestJobFirst()
  }

  mutating func plan(_ replica: inout Replica) {
    replica.fill(in: replica.ranked { replica.predictedTokens(of: $0) })
  }
}
