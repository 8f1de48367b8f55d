import Metrics
import Reporting
import Schedulers
import Serving
import Studies
import Testing

/// Plans nothing while there is work.
private struct Idle: Scheduler {
  mutating func plan(_ replica: inout Replica) {}
}

/// What becomes of a scheduler that cannot go on, in every study.
@Suite struct `A scheduler that stops` {
  private static func services() throws -> [Service] {
    var services = try ["vllm", "sarathi", "vllm"].map { try deployment().service($0) }
    services[1].engine.name = "idle"
    services[1].engine.scheduler = Idle()
    services[2].engine.name = "third"
    return services
  }

  private static let objective = try? ServiceLevelObjective(parsing: "ttft.p99<2s")

  @Test func `keeps no other from being compared, under one seed or several`() throws {
    let trace = try chat(20, rate: 2)
    let results = Comparison(trace, try Self.services()).run(jobs: 2) { $0.run.scheduler }
    #expect(results.map { try? $0.get() } == ["vllm", nil, "third"])
    let seeds = try (0..<2).map { try trace.poisson(rate: 2, seed: $0) }
    let figures = Repetition(seeds, try Self.services()).run(jobs: 2)
    #expect(figures.map { (try? $0.get())?.count } == [2, nil, 2])
  }

  @Test func `has no capacity and a row that says so, and the others have theirs`() throws {
    let objective = try #require(Self.objective)
    let study = CapacityStudy(
      try chat(20, rate: 2), try Self.services(), objective: objective, arrivals: .trace,
      seeds: [0])
    let found = try study.run(jobs: 2)
    #expect(found.map { $0.stopped != nil } == [false, true, false])
    #expect(found[0].mean > 0 && found[0].brackets == found[2].brackets)
    #expect(found[1].stopped?.reason.contains("plans nothing") == true)
    #expect(CapacityReport.table(found).rows[1].prefix(2).map(\.text) == ["idle", "stopped"])
    #expect(CapacityReport.csv(found, seeds: [0]).contains("\nidle,,\"stopped: replica 0 stalled"))
    #expect(
      CapacityReport.verdict(found).hasSuffix("idle could not go on, and is compared with nobody."))
  }

  @Test func `is behind one that goes on when costs are scaled`() throws {
    let services = try Self.services()
    let headToHead = HeadToHead(
      [try chat(20, rate: 2)], figure: .e2e99, leader: services[0], other: services[1])
    #expect(headToHead.robustness(jobs: 2).breakEvens.isEmpty)
  }

  @Test func `is in every output of a comparison`() throws {
    let stopped = StoppedRun(
      scheduler: "idle", settings: [.init("only", "here")], reason: "it plans nothing")
    let run = try Self.services()[0].replay(try chat(20, rate: 2), objective: Self.objective).run
    let table = ComparisonTable.table([run], stopped: [stopped])
    #expect(table.rows[1].prefix(2).map(\.text) == ["idle", "stopped"])
    for text in [
      ComparisonTable.text([run], stopped: [stopped]),
      ComparisonTable.markdown([run], stopped: [stopped]),
    ] { #expect(text.contains("\nstopped: idle: it plans nothing\n")) }
    #expect(
      RunsJSON.text([run], stopped: [stopped]).contains("\"stopped\": \"it plans nothing\""))
    let lines = RunsCSV.text([run], stopped: [stopped]).split(separator: "\n")
    #expect(lines.count == 3 && lines[0].hasSuffix(",stopped"))
    #expect(lines[2].hasPrefix("idle,") && lines[2].hasSuffix(",it plans nothing"))
    #expect(Set(lines.map { $0.count { $0 == "," } }).count == 1)
  }
}
