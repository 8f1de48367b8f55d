import Costs
import Formats
import Metrics
import Serving
import Studies
import Workloads

/// Where disaggregation loses and where it wins: one engine that computes prompts and one that
/// decodes, against two that do both, each on two A10s (Mooncake's documentation, 3b5a5941:
/// Qwen2.5-7B in four bits, prompts of 2,048 tokens, answers of 512, 4 requests a second).
///
/// How long a prompt takes is what the two that do both show: 222 ms, with which one of them at 2
/// requests a second has its first tokens after 310 ms (M/D/1). The other three figures follow. It
/// is not what kernels of other GPUs say: on A10Gs a prompt takes twice as long here, half of it
/// in all-reduces over PCIe, and one engine could not keep up with 4 requests a second.
enum DisaggregationTradeoff {
  static let entry = ReproductionEntry(
    "disaggregation-tradeoff", "first tokens later, and no pauses: 1 + 1 engines against 2",
    source: "kvcache-ai/Mooncake documentation, benchmark on A10 (3b5a5941)"
  ) { jobs in
    let cases = [true, false].flatMap { apart in (0..<UInt64(10)).map { (apart, $0) } }
    let found = try parallelMap(cases, jobs: jobs) { _, each in
      try figures(isApart: each.0, seed: each.1)
    }
    func mean(_ isApart: Bool, _ figure: (Figures) -> Double) -> Double {
      let own = zip(cases, found).filter { $0.0.0 == isApart }.map { figure($0.1) }
      return own.reduce(0, +) / Double(own.count)
    }
    let (first, gap) = ({ (each: Figures) in each.ttft }, { (each: Figures) in each.tbt99 })
    let (apart, together) = ("1 prefill + 1 decode", "2 that do both")
    let rows = [
      (together, "ttft_mean_ms", 310.01, mean(false, first)),
      (apart, "ttft_mean_ms", 1111.94, mean(true, first)),
      (together, "tbt_p99_ms", 294.89, mean(false, gap)),
      (apart, "tbt_p99_ms", 19.72, mean(true, gap)),
      ("apart over together", "ttft_ratio", 3.587, mean(true, first) / mean(false, first)),
      ("together over apart", "tbt_p99_ratio", 14.95, mean(false, gap) / mean(true, gap)),
    ]
    return rows.map { system, metric, published, ours in
      Reproduction.Row(
        system: system, workload: "2048 and 512 tokens", metric: metric, published: published,
        ours: ours)
    }
  }

  /// What was measured, in milliseconds.
  struct Figures: Sendable {
    var ttft: Double
    var tbt99: Double
  }

  /// What a prompt takes, in seconds.
  static let promptSeconds = 0.222

  static func figures(isApart: Bool, seed: UInt64) throws -> Figures {
    let pool =
      "\"model\": \"qwen2.5-7b\", \"quantization\": \"int4-weight\", \"gpu\": \"a10g\", "
      + "\"tensor-parallel-size\": 2, \"max-model-len\": 8192, \"scheduler\": \"vllm\""
    let pools =
      isApart
      ? "[{\"name\": \"p\", \"role\": \"prefill\"}, {\"name\": \"d\", \"role\": \"decode\"}], "
        + "\"links\": [{\"bandwidth-gb-s\": 12.5}]"
      : "[{\"name\": \"all\", \"replicas\": 2}]"
    let text = "{\(pool), \"pools\": \(pools)}"
    let fleet = try PooledDeployment(Array(text.utf8), source: "tradeoff")
    var scenario = try Scenario { _ in nil }
    scenario.serve(on: fleet)
    let requests = Array(
      repeating: Request(arrival: 0, promptTokens: 2048, outputTokens: 512), count: 200)
    let trace = try ArrivalProcess.poisson.arrivals(
      of: Trace(requests: requests), rate: 4, seed: seed)
    let prompt = Batch(decodes: 0, decodeContext: 0, decodeContextSquares: 0, prompts: [(2048, 0)])
    let service = try scenario.service(for: trace)
    let factor = promptSeconds / service.cost.seconds(for: prompt)
    let metrics = try service.scaled(by: ScaledCost.Factors(prefill: factor)).replay(trace)
      .run.metrics
    guard let ttft = metrics[.ttft], let tbt = metrics[.tbt] else {
      preconditionFailure("all requests are answered")
    }
    return Figures(ttft: ttft.mean * 1e3, tbt99: tbt.p99 * 1e3)
  }
}
