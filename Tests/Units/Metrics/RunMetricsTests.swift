import Support
import Testing

@testable import Metrics
@testable import Serving

@Suite struct RunMetricsTests {
  /// Two answers, of which one is cut short and preempted, and a refusal, over two seconds.
  private func run() -> HandmadeRun {
    var run = HandmadeRun()
    run.complete(arrival: 1000, scheduled: 1100, firstToken: 1500, gaps: [100, 300])
    run.complete(
      arrival: 1200, scheduled: 1500, firstToken: 2500, gaps: [500], promptTokens: 30,
      outputTokens: 9, preemptions: 2)
    run.refuse(arrival: 1300)
    return run
  }

  @Test func `requests are counted by what became of them`() {
    let counts = RunMetrics(trace: run().trace, timeline: run().timeline).requests
    #expect(counts.total == 3)
    #expect(counts.completed == 2)
    #expect(counts.refused == 1)
    #expect(counts.preempted == 1)
    #expect(counts.preemptions == 2)
    #expect(counts.truncated == 1)
  }

  @Test func `every latency is measured as it is defined`() throws {
    let metrics = RunMetrics(trace: run().trace, timeline: run().timeline)
    let ttft = try #require(metrics[.ttft])
    #expect(ttft.count == 2)
    #expect(ttft.mean == 0.9)
    #expect(ttft.max == 1.3)
    let tbt = try #require(metrics[.tbt])
    #expect(tbt.count == 3)
    #expect(tbt.p50 == 0.3)
    #expect(tbt.mean == 0.3)
    #expect(metrics[.tpot]?.mean == 0.35)
    #expect(metrics[.e2e]?.mean == 1.35)
    #expect(metrics[.schedulingDelay]?.mean == 0.2)
  }

  @Test func `an answer of one token has no time per token and no gap`() {
    var run = HandmadeRun()
    run.complete(arrival: 0, scheduled: 0, firstToken: 10, gaps: [])
    let metrics = RunMetrics(trace: run.trace, timeline: run.timeline)
    #expect(metrics[.tpot] == nil)
    #expect(metrics[.tbt] == nil)
    #expect(metrics[.e2e]?.max == 0.01)
  }

  @Test func `throughput spans the first arrival to the last finish`() {
    let throughput = RunMetrics(trace: run().trace, timeline: run().timeline).throughput
    #expect(throughput.spanSeconds == 2)
    #expect(throughput.requestsPerSecond == 1)
    #expect(throughput.outputTokensPerSecond == 2.5)
    #expect(throughput.totalTokensPerSecond == 22.5)
  }

  /// Requests take 1.35 s on average: N clients who think for Z get N / (R + Z).
  @Test func `clients send as often as their waits and thoughts let them`() {
    let throughput = RunMetrics(
      trace: run().trace, timeline: run().timeline,
      clients: Clients(4, thinkTime: 650_000_000)
    ).throughput
    #expect(abs((throughput.closedLoopRequestsPerSecond ?? 0) - 2) < 1e-12)
  }

  /// Prompt and answer of 10 + 3 tokens on the first replica, 30 + 2 of an answer cut short on the
  /// second, and a refusal on the first.
  @Test func `what a replica refuses is sent to it and serves no tokens`() {
    var timeline = run().timeline
    timeline.servedBy = [0, 1, 0]
    let balance = ReplicaBalance(trace: run().trace, timeline: timeline, replicas: 2)
    #expect(balance?.fewestRequests == 1 && balance?.mostRequests == 2)
    #expect(balance?.fewestTokens == 13 && balance?.mostTokens == 32)
    #expect(ReplicaBalance(trace: run().trace, timeline: timeline, replicas: 1) == nil)
  }

  @Test func `a run that refuses everything has rates of zero and no latencies`() {
    var run = HandmadeRun()
    run.refuse(arrival: 5)
    let metrics = RunMetrics(trace: run.trace, timeline: run.timeline)
    #expect(metrics.throughput.requestsPerSecond == 0)
    #expect(LatencyMetric.ofRuns.allSatisfy { metrics[$0] == nil })
  }

  @Test func `memory and batches are weighed by the time they lasted`() {
    var run = run()
    run.occupancy.record(
      Batch(decodes: 1, chunks: []), for: 300_000_000, usedBlocks: 50, of: 100,
      atSequenceCap: false)
    run.occupancy.record(
      Batch(chunks: [Chunk(sequence: SequenceID(0), tokens: 64, context: 0)]),
      for: 100_000_000, usedBlocks: 90, of: 100, atSequenceCap: true)
    let metrics = RunMetrics(trace: run.trace, timeline: run.timeline, replicas: 2)
    #expect(metrics.memory.meanShare == 0.6)
    #expect(metrics.memory.peakShare == 0.9)
    #expect(metrics.memory.atLeast90PercentSeconds == 0.1)
    #expect(metrics.memory.atLeast99PercentSeconds == 0)
    #expect(metrics.batches.iterations == 2)
    #expect(metrics.batches.meanTokens == 32.5)
    #expect(metrics.batches.atSequenceCapSeconds == 0.1)
    #expect(metrics.batches.busyShare == 0.1)
    #expect(metrics.batches.recomputedPromptTokens == 24)
  }

  @Test func `figures have names that no other has`() {
    let values = RunMetrics(trace: run().trace, timeline: run().timeline).values
    #expect(Set(values.map(\.column)).count == values.count)
    #expect(values.first { $0.column == "ttft_mean_seconds" }?.value == .real(0.9))
    #expect(values.first { $0.column == "requests_refused" }?.value == .count(1))
  }
}
