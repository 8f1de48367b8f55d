import Metrics
import Support
import Testing

@testable import Reporting

/// Two answers, of which one is cut short and preempted, and a refusal, over two seconds.
func sampleRun(objective: String?) throws -> Run {
  var run = HandmadeRun()
  run.complete(arrival: 1000, scheduled: 1100, firstToken: 1500, gaps: [100, 300])
  run.complete(
    arrival: 1200, scheduled: 1500, firstToken: 2500, gaps: [500], promptTokens: 30,
    outputTokens: 9, preemptions: 2)
  run.refuse(arrival: 1300)
  let metrics = RunMetrics(trace: run.trace, timeline: run.timeline)
  let verdict = try objective.map {
    try ServiceLevelObjective(parsing: $0).verdict(on: run.trace, run.timeline, metrics)
  }
  return Run(
    scheduler: "vllm", settings: [.init("model", "m")], metrics: metrics, verdict: verdict)
}

@Suite struct ReplayReportTests {
  @Test func `every section says what a reader asks`() throws {
    let text = ReplayReport.text(try sampleRun(objective: "ttft.p99<1s,tbt<350ms"))
    #expect(text.hasPrefix("vllm, model m\n\nRequests\n"))
    #expect(text.contains("  preempted             1, 2 times in total\n"))
    #expect(
      text.contains(
        """
        Latency             mean     p50     p90     p95     p99     max
        ----------------  ------  ------  ------  ------  ------  ------
        TTFT              900 ms  900 ms  1.22 s  1.26 s  1.29 s  1.30 s
        TBT               300 ms  300 ms  460 ms  480 ms  496 ms  500 ms
        """))
    #expect(text.contains("Throughput, over 2.00 s\n  requests              1.00 /s\n"))
    #expect(text.contains("Service level objective, NOT met (percentiles of the run)\n"))
    #expect(text.contains("  ttft.p99<1s           1.29 s FAIL\n"))
    #expect(text.contains("  tbt<350ms             - requests only\n"))
    #expect(text.contains("  attainment            1, 33.3 % of all requests (each by itself)\n"))
  }

  @Test func `latencies that no request has are dashes`() {
    var run = HandmadeRun()
    run.refuse(arrival: 0)
    let metrics = RunMetrics(trace: run.trace, timeline: run.timeline)
    let text = ReplayReport.text(Run(scheduler: "orca", metrics: metrics))
    #expect(text.contains("TPOT                 -    -    -    -    -    -\n"))
  }
}

@Suite struct ComparisonTests {
  @Test func `runs are rows and the failed clause is named`() throws {
    var fast = HandmadeRun()
    fast.complete(arrival: 0, scheduled: 0, firstToken: 100, gaps: [10, 10])
    let metrics = RunMetrics(trace: fast.trace, timeline: fast.timeline)
    let verdict = try ServiceLevelObjective(parsing: "ttft.p99<1s")
      .verdict(on: fast.trace, fast.timeline, metrics)
    let runs = [
      try sampleRun(objective: "ttft.p99<1s"),
      Run(scheduler: "sarathi", metrics: metrics, verdict: verdict),
    ]
    let table = ComparisonTable.table(runs)
    #expect(table.rows.map { $0[0].text } == ["vllm", "sarathi"])
    #expect(table.rows.map { $0.last?.text } == ["NO: ttft.p99", "yes"])
    let ttft = try #require(table.columns.firstIndex { $0.title == "TTFT p50 (ms)" })
    #expect(table.rows.map { $0[ttft].text } == ["900", "100"])
    #expect(!table.isBest(row: 0, column: ttft))
    #expect(table.isBest(row: 1, column: ttft))
    #expect(ComparisonTable.text(runs).split(separator: "\n").allSatisfy { $0.count <= 120 })
  }

  @Test func `there are no columns on an objective where there is none`() throws {
    let table = ComparisonTable.table([try sampleRun(objective: nil)])
    #expect(!table.columns.contains { $0.group.hasPrefix("SLO") })
  }
}
