import Serving
import Support
import Testing

@testable import Metrics

@Suite struct `Requests that clients gave up` {
  /// Nine answers with a TTFT of 1 to 9 ms, and one request that is given up after 100 ms.
  private func run(gaveUp: Int = 1) -> HandmadeRun {
    var run = HandmadeRun()
    for time in 1...9 {
      run.complete(arrival: 0, scheduled: 0, firstToken: time, gaps: [1])
    }
    for _ in 0..<gaveUp { run.giveUp(arrival: 200, after: 100) }
    return run
  }

  @Test func `are counted, and are no part of latencies`() throws {
    let run = run()
    let metrics = RunMetrics(trace: run.trace, timeline: run.timeline)
    #expect(metrics.requests.completed == 9 && metrics.requests.refused == 0)
    #expect(metrics.requests.timedOut == 1)
    #expect(metrics.values.contains { $0.name == "timed_out" })
    let ttft = try #require(metrics[.ttft])
    #expect(ttft.count == 9 && abs(ttft.max - 0.009) < 1e-12)
    // Until the last was given up, 300 ms after the first arrived.
    #expect(abs(metrics.throughput.requestsPerSecond - 9 / 0.3) < 1e-9)
  }

  @Test func `are not mentioned where clients wait for ever`() {
    var run = HandmadeRun()
    run.complete(arrival: 0, scheduled: 0, firstToken: 1, gaps: [1])
    let metrics = RunMetrics(trace: run.trace, timeline: run.timeline)
    #expect(metrics.requests.timedOut == nil)
    #expect(!metrics.values.contains { $0.name == "timed_out" })
  }

  /// Ten requests of which the slowest is given up: the 80th percentile is between the 8th and the
  /// 9th of the answers, as it would be whatever time the tenth had taken; the 95th and the mean
  /// are as long as one likes.
  @Test(arguments: [
    ("ttft.p80<9ms", true), ("ttft.p80<8ms", false), ("ttft.p95<10s", false),
    ("ttft.mean<10s", false), ("ttft.max<10s", false), ("tbt.p99<2ms", true),
  ])
  func `count as slower than any other`(_ objective: String, _ isMet: Bool) throws {
    let run = run()
    let metrics = RunMetrics(trace: run.trace, timeline: run.timeline)
    let verdict = try ServiceLevelObjective(parsing: objective)
      .verdict(on: run.trace, run.timeline, metrics)
    #expect(verdict.isMet == isMet)
    #expect(verdict.attainment.map { $0 <= 0.9 } == true)
  }

  @Test func `leave a percentile as it is among all`() throws {
    var all = run(gaveUp: 0)
    all.complete(arrival: 0, scheduled: 0, firstToken: 5000, gaps: [1])
    let known = try #require(
      LatencyMetric.ttft.percentile(85, trace: all.trace, timeline: all.timeline))
    let run = run()
    let metrics = RunMetrics(trace: run.trace, timeline: run.timeline)
    let verdict = try ServiceLevelObjective(parsing: "ttft.p85<1s")
      .verdict(on: run.trace, run.timeline, metrics)
    #expect(abs((verdict.clauses[0].valueSeconds ?? 0) - known) < 1e-12)
  }

  @Test func `move with what users see later`() {
    let run = run()
    var timeline = run.timeline
    timeline.delay(by: 7)
    #expect(timeline.records[9].timeOut == 300_000_007 && !timeline.records[9].isCompleted)
  }
}
