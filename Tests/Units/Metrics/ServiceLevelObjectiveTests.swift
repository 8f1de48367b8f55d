import Metrics
import Serving
import Support
import Testing

@testable import Formats

@Suite struct ServiceLevelObjectiveTests {
  @Test func `clauses name a metric, a statistic and a limit`() throws {
    let objective = try ServiceLevelObjective(
      parsing: " ttft.p99 < 2s, itl.max<=100ms,latency<1.5min")
    #expect(objective.description == "ttft.p99<2s,itl.max<=100ms,latency<1.5min")
    let clauses = objective.clauses
    #expect(clauses.map(\.metric) == [.ttft, .tbt, .e2e])
    #expect(clauses.map(\.statistic) == [.percentile(99), .max, nil])
    #expect(clauses.map(\.limit) == [2_000_000_000, 100_000_000, 90_000_000_000])
    #expect(clauses.map(\.includesLimit) == [false, true, false])
  }

  @Test(arguments: ["ttft", "tbt", "tpot", "e2e", "scheduling-delay", "itl", "latency"])
  func `every metric and alias can be limited`(name: String) throws {
    let objective = try ServiceLevelObjective(parsing: "\(name).p99.9<500us")
    #expect(objective.clauses[0].statistic == .percentile(99.9))
    #expect(objective.clauses[0].limit == 500_000)
  }

  @Test(arguments: [
    ("", 1, "there is no metric here"),
    ("tttf.p99<2s", 1, "there is no metric 'tttf'"),
    ("ttft.p99<2s,", 13, "there is no metric here"),
    ("ttft.p101<2s", 6, "there is no statistic 'p101'"),
    ("ttft.median<2s", 6, "there is no statistic 'median'"),
    ("ttft.<2s", 6, "there is no statistic here"),
    ("ttft.p99>2s", 6, "there is no statistic 'p99>2s'"),
    ("ttft.p99", 9, "there is no '<' here"),
    ("ttft.p99<", 10, "there is no limit here"),
    ("ttft.p99<fast", 10, "'fast' is no limit"),
    ("ttft.p99<2", 11, "the limit has no unit"),
    ("ttft.p99<2h", 11, "there is no unit 'h'"),
    ("ttft.p99<-2s", 10, "'-2s' is no limit"),
    ("ttft.p99<0s", 10, "a limit of 0s is out of range"),
    ("ttft<1.2.3s", 6, "'1.2.3s' is no limit"),
    ("smoothed-tbt.p99<1s", 13, "smoothed-tbt judges requests only"),
    ("ttft<1s tbt<2s", 9, "'t' follows a clause"),
    ("class=1:ttft<1s", 1, "there is no class 'class'"),
    ("priority=x:ttft<1s", 10, "here is no priority"),
    ("priority=1 ttft<1s", 10, "here is no priority"),
    ("priority=1:tbt.p99<1s", 15, "the gaps of a class are not kept apart"),
  ])
  func `what cannot be read is named with its column`(
    text: String, column: Int, problem: String
  ) throws {
    let error = try #require(throws: InputError.self) {
      try ServiceLevelObjective(parsing: text)
    }
    #expect(error.source == "--slo")
    #expect(error.column == String(column))
    #expect(error.problem == problem)
    #expect(!error.remedy.isEmpty)
  }

  @Test func `an unknown metric is answered with those there are`() {
    #expect(
      throws: InputError(
        "--slo", column: "1", problem: "there is no metric 'x'",
        remedy: "the metrics are ttft, tbt, itl, tpot, e2e, latency, scheduling-delay, "
          + "ttft-per-prompt-token, smoothed-tbt")
    ) {
      try ServiceLevelObjective(parsing: "x<1s")
    }
  }
}

@Suite struct VerdictTests {
  private func verdict(_ objective: String, on run: HandmadeRun) throws -> Verdict {
    let metrics = RunMetrics(trace: run.trace, timeline: run.timeline)
    return try ServiceLevelObjective(parsing: objective)
      .verdict(on: run.trace, run.timeline, metrics)
  }

  /// Answers with a TTFT of 1 s and of 3 s and longest gaps of 50 ms and 10 ms; then a refusal.
  private func run() -> HandmadeRun {
    var run = HandmadeRun()
    run.complete(arrival: 0, scheduled: 0, firstToken: 1000, gaps: [50, 50])
    run.complete(arrival: 0, scheduled: 0, firstToken: 3000, gaps: [10])
    run.refuse(arrival: 0)
    return run
  }

  @Test func `a run is judged by its statistics and requests by their own latencies`() throws {
    let found = try verdict("ttft.p50<2.5s,tbt.max<100ms", on: run())
    #expect(found.clauses.map(\.valueSeconds) == [2, 0.05])
    #expect(found.clauses.map(\.isMet) == [true, true])
    #expect(found.isMet == true)
    #expect(found.attaining == 1)
    #expect(found.attainment == 1.0 / 3)
    #expect(found.goodputPerSecond == 1 / 3.01)
  }

  @Test func `one clause that is not kept fails the run`() throws {
    let found = try verdict("ttft.max<3s,tbt.max<100ms", on: run())
    #expect(found.clauses.map(\.isMet) == [false, true])
    #expect(found.isMet == false)
  }

  @Test func `a limit is kept at the limit itself only where it says so`() throws {
    #expect(try verdict("ttft.max<=3s", on: run()).isMet == true)
    #expect(try verdict("ttft.max<=3s", on: run()).attaining == 2)
    #expect(try verdict("ttft.max<3s", on: run()).attaining == 1)
  }

  @Test func `a clause without a statistic judges requests and not the run`() throws {
    let found = try verdict("tbt<20ms", on: run())
    #expect(found.isMet == nil)
    #expect(found.attaining == 1)
  }

  @Test func `an answer of one token keeps every limit on gaps`() throws {
    var run = HandmadeRun()
    run.complete(arrival: 0, scheduled: 0, firstToken: 10, gaps: [])
    let found = try verdict("tbt.p99<1ms,tpot.p99<1ms", on: run)
    #expect(found.isMet == true)
    #expect(found.attaining == 1)
  }

  @Test func `a run that refuses everything keeps no clause`() throws {
    var run = HandmadeRun()
    run.refuse(arrival: 0)
    let found = try verdict("ttft.p99<1min,tbt.p99<1min", on: run)
    #expect(found.isMet == false)
    #expect(found.attainment == 0)
  }

  @Test func `a percentile that no table shows is computed for the objective`() throws {
    let found = try verdict("ttft.p25<2s", on: run())
    #expect(found.clauses[0].valueSeconds == 1.5)
  }
}

@Suite struct `An objective of classes` {
  /// Two urgent requests with a TTFT of 100 and 300 ms, and one that is not, with 900 ms.
  private func verdict(_ text: String) throws -> Verdict {
    var run = HandmadeRun()
    for wait in [100, 300, 900] {
      run.complete(arrival: 0, scheduled: 0, firstToken: wait, gaps: [10])
    }
    let trace = Trace(requests: run.requests, columns: Columns(priorities: [0, 0, 7]))
    let metrics = RunMetrics(trace: trace, timeline: run.timeline)
    let objective = try ServiceLevelObjective(parsing: text)
    return objective.verdict(on: trace, run.timeline, metrics)
  }

  @Test func `judges each request by the limits of its own class`() throws {
    #expect(try verdict("priority=0:ttft<400ms,priority=7:ttft<1s").attaining == 3)
    let kept = try verdict("priority=0:ttft<200ms,priority=7:ttft<1s")
    #expect(kept.attaining == 2)
    // One class after the other: its requests, and how many of them attain it.
    #expect(kept.classes.map(\.priority) == [0, 7])
    #expect(kept.classes.reduce(0) { $0 + $1.attaining } == kept.attaining)
    #expect(
      kept.values.suffix(2).map(\.name) == ["attainment_priority_0", "attainment_priority_7"])
    #expect(Verdict(json: kept.json) == kept)
    #expect(try verdict("ttft<1s").classes.isEmpty)
    #expect(try verdict("priority=7:ttft<200ms").attaining == 2)
    #expect(try verdict("priority=0:ttft<400ms,e2e<500ms").attaining == 2)
    // The farthest of its limit is the one that is not urgent, at 900 of 600 ms.
    let far = try verdict("priority=0:ttft<400ms,priority=7:ttft<600ms")
    #expect(far.load == 1.5)
  }

  @Test func `sums up a class alone`() throws {
    let clauses = try verdict(
      "priority=0:ttft.p50<250ms,priority=0:ttft.mean<150ms,priority=7:ttft.max<1s"
    ).clauses
    #expect(clauses.map(\.valueSeconds) == [0.2, 0.2, 0.9])
    #expect(clauses.map(\.isMet) == [true, false, true])
    #expect(clauses[0].clause.description == "priority=0:ttft.p50<250ms")
  }

  /// That others are answered keeps no promise to those of a class that are all turned away.
  @Test func `is not met by a class that is refused`() throws {
    var run = HandmadeRun()
    run.complete(arrival: 0, scheduled: 0, firstToken: 1, gaps: [1])
    run.refuse(arrival: 0)
    let trace = Trace(requests: run.requests, columns: Columns(priorities: [0, 1]))
    let metrics = RunMetrics(trace: trace, timeline: run.timeline)
    func isMet(_ text: String) throws -> Bool? {
      try ServiceLevelObjective(parsing: text).verdict(on: trace, run.timeline, metrics).isMet
    }
    #expect(try isMet("priority=0:ttft.p99<1s") == true)
    #expect(try isMet("priority=1:ttft.p99<1s") == false)
  }

  @Test func `is refused where no request is of a class`() throws {
    let objective = try ServiceLevelObjective(parsing: "priority=1:ttft<1s")
    func trace(_ priorities: [Int]?) -> Trace {
      let request = Request(arrival: 0, promptTokens: 1, outputTokens: 1)
      return Trace(requests: [request], columns: Columns(priorities: priorities))
    }
    let none = try #require(throws: InputError.self) { try objective.check(on: trace(nil)) }
    #expect(none.source == "--slo" && none.problem.contains("no priorities"))
    let other = try #require(throws: InputError.self) { try objective.check(on: trace([3])) }
    #expect(other.remedy == "there are 3")
    try objective.check(on: trace([1]))
  }
}
