import Costs
import Serving
import Studies

/// NanoFlow's latencies by load, and those of the engines that it was measured against (OSDI 2025,
/// Figure 8).
enum NanoFlowOnlineStudy {
  static let entry = ReproductionEntry(
    "nanoflow-online", "latency per token by load, LLaMA-2-70B on 8 A100",
    source: "NanoFlow (OSDI 2025), Figure 8", axis: "requests per second"
  ) { jobs in
    let own = [("nanoflow", HostTime.none), ("nanoflow-host", NanoFlowBaseline.nanoFlowHost)]
    let cases =
      own.flatMap { system, host in
        NanoFlowCurve.nanoFlow.map { Case(system: system, curve: $0, host: host) }
      } + NanoFlowCurve.baselines.map { Case(system: $0.system, curve: $0, host: .none) }
    return try parallelMap(cases, jobs: jobs) { _, each in try rows(each) }.flatMap { $0 }
  }

  private struct Case: Sendable {
    var system: String
    var curve: NanoFlowCurve
    /// What NanoFlow's program adds to an iteration.
    var host: HostTime
  }

  private static func rows(_ each: Case) throws -> [Reproduction.Row] {
    let curve = each.curve
    guard let lengths = NanoFlowLengths.all.first(where: { $0.name == curve.workload }) else {
      preconditionFailure("a curve is of a data set that there is")
    }
    let online = try NanoFlowOnline(lengths) { sample in
      if let other = NanoFlowBaseline.all.first(where: { $0.system == each.system }) {
        return [try other.service()]
      }
      return try sizes(sample, each.host)
    }
    let rate = Reproduction.Row(
      system: each.system, workload: curve.workload,
      metric: "requests_per_second_at_200ms_per_token", published: curve.rate,
      ours: try online.rateAtLimit())
    return try [rate]
      + curve.points.filter { $0.seconds <= mostSeconds }.map { point in
        Reproduction.Row(
          system: each.system, workload: curve.workload, metric: "seconds_per_output_token",
          at: point.rate, published: point.seconds,
          ours: try online.secondsPerToken(rate: point.rate))
      }
  }

  /// Seconds a token beyond which a point tells how long the overload lasted, and little else.
  private static let mostSeconds = 0.5

  /// The dense batches that were released for LLaMA-2-70B; the authors take the best for a rate.
  private static func sizes(_ sample: Trace, _ host: HostTime) throws -> [Service] {
    try [768, 1024, 2048].map { tokens in
      var bench = try NanoFlowBench.standard()
      bench.tokens = tokens
      bench.host = host
      return try bench.service(for: sample.requests, .released)
    }
  }
}
