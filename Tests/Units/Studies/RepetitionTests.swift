import Metrics
import Reporting
import Schedulers
import Serving
import Studies
import Support
import Testing
import Workloads

/// Every batch takes ten milliseconds.
@Suite struct `A comparison over seeds` {
  private func traces(_ count: Int, requests: Int, rate: Double, from seed: Int) throws -> [Trace] {
    let one = Trace(
      requests: Array(
        repeating: Request(arrival: 0, promptTokens: 16, outputTokens: 1), count: requests))
    return try (0..<count).map { try one.poisson(rate: rate, seed: UInt64(seed + $0)) }
  }

  /// M/D/1 at a load of 0.7: a token takes the service and a wait of r s / (2 (1 - r)).
  @Test func `has intervals that hold the true value as often as they say`() throws {
    var service = try deployment().service("vllm-0.11")
    service.engine.rules.limits.maxNumSeqs = 1
    service.engine.rules.limits.maxBatchSequences = 1
    service.cost = ConstantCost(duration: 0.01)
    let expected = 0.01 + 0.7 * 0.01 / (2 * (1 - 0.7))
    var held = 0
    for repeated in 0..<100 {
      let repetition = Repetition(
        try traces(5, requests: 400, rate: 70, from: repeated * 5), [service])
      let figures = try repetition.run(jobs: 2)[0].get()
      let means = figures.compactMap { $0[SteadyFigures.Figure.ttftMean] }
      let estimate = Estimate(means)
      if abs(estimate.mean - expected) <= estimate.halfWidth { held += 1 }
    }
    #expect((90...99).contains(held), "\(held) of 100")
  }

  @Test func `tells a scheduler from itself by nothing, and from a slow one for certain`()
    throws
  {
    var services = [try deployment().service("sarathi"), try deployment().service("sarathi")]
    services[1].engine.name = "again"
    services.append(try deployment().service("request-level"))
    let chat = try chat(400, rate: 10)
    let traces = try (0..<4).map { try chat.poisson(rate: 10, seed: $0) }
    let figures = try Repetition(traces, services).run(jobs: 2).map { try $0.get() }
    #expect(try Repetition(traces, services).run(jobs: 1).map { try $0.get() } == figures)
    let report = SeedsReport(services.map(\.engine.name), figures)
    let (best, standings) = try #require(report.standings(.e2e99))
    #expect(best == 0)
    #expect(standings[0]?.difference == nil)
    #expect(standings[1]?.difference?.mean == 0)
    #expect(standings[1]?.difference?.isDistinguishable == false)
    #expect(standings[2]?.difference?.isDistinguishable == true)
    #expect(report.standings(.attainment) == nil)
    let ranking = try #require(report.contest.decision?.ranking)
    #expect(ranking.best == 0 && ranking.peers == [1] && ranking.next == [2])
  }
}
