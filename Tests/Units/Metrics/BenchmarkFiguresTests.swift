import Metrics
import Support
import Testing

@testable import Serving

@Suite struct `A run as another tool reports it` {
  /// Ten requests a second apart; the n-th waits n ms and then has n gaps of 10 ms.
  private static func figures(_ tool: BenchmarkTool) -> BenchmarkFigures {
    var run = HandmadeRun()
    for n in 1...10 {
      run.complete(
        arrival: n * 1000, scheduled: n * 1000, firstToken: n * 1000 + n,
        gaps: Array(repeating: n, count: n))
    }
    let metrics = RunMetrics(trace: run.trace, timeline: run.timeline)
    return BenchmarkFigures(tool, trace: run.trace, timeline: run.timeline, metrics: metrics)
  }

  private static func values(_ tool: BenchmarkTool, _ key: String) throws -> [Double] {
    try #require(figures(tool).latencies.first { $0.key == key }).values
  }

  private func isClose(_ values: [Double], _ expected: [Double]) -> Bool {
    values.count == expected.count && zip(values, expected).allSatisfy { abs($0 - $1) < 1e-6 * $1 }
  }

  /// Waits of 1 to 10 ms: a mean of 5.5, NumPy's median of 5.5 and 99th percentile of 9.91.
  @Test func `interpolates as NumPy does for vLLM, and takes samples as they are for others`()
    throws
  {
    #expect(isClose(try Self.values(.vllm, "ttft_ms"), [5.5, 5.5, 9.91]))
    #expect(
      isClose(try Self.values(.aiperf, "time_to_first_token"), [5.5, 1, 10, 9.91, 9.1, 5.5]))
    #expect(isClose(try Self.values(.guidellm, "time_to_first_token_ms"), [5.5, 5, 10, 10]))
    #expect(
      isClose(
        try Self.values(.mlperf, "first_token_latency_ns"),
        [5.5e6, 6e6, 10e6, 10e6, 10e6, 10e6, 10e6]))
  }

  /// The n-th of ten requests has n gaps of n ms: a plain mean of 5.5, and of all gaps together
  /// (1 + 4 + … + 100) / (1 + 2 + … + 10) = 385 / 55 = 7.
  @Test func `means one value a request, or every gap, by inter-token latency`() throws {
    #expect(try Self.values(.vllm, "tpot_ms")[0].isNearly(5.5))
    #expect(try Self.values(.vllm, "itl_ms")[0].isNearly(7))
    #expect(try Self.values(.aiperf, "inter_token_latency")[0].isNearly(5.5))
    #expect(try Self.values(.guidellm, "inter_token_latency_ms")[0].isNearly(7))
  }

  /// GuideLLM divides the whole latency, n + n x n ms, by all n + 1 tokens and counts it as often:
  /// the sum of the latencies, 440, over the sum of the tokens, 65.
  @Test func `counts the first token in GuideLLM's time per output token`() throws {
    #expect(try Self.values(.guidellm, "time_per_output_token_ms")[0].isNearly(440.0 / 65))
  }

  @Test func `has the totals under the tool's names`() {
    let totals = Self.figures(.vllm).totals
    #expect(totals.map(\.key).prefix(2) == ["completed", "duration"])
    #expect(totals[0].value == 10 && totals[1].value.isNearly(9.11))
    #expect(Self.figures(.mlperf).totals[0].value.isNearly(10 / 9.11))
  }
}

extension Double {
  fileprivate func isNearly(_ other: Double) -> Bool { abs(self - other) < 1e-6 * other }
}
