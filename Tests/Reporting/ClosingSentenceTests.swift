import Metrics
import Reporting
import Studies
import Testing

@testable import Serving

@Suite struct `A closing sentence` {
  /// Figures of one request that takes `milliseconds`.
  private static func figures(_ milliseconds: Int) -> SteadyFigures {
    var run = HandmadeRun()
    run.complete(arrival: 0, scheduled: 1, firstToken: milliseconds - 1, gaps: [1])
    return SteadyFigures(
      trace: run.trace, records: run.timeline.records, warmUp: 0, objective: nil)
  }

  private static let robust = Robustness(reach: 0.2, tippings: [])

  @Test func `names the best, the next, and what it hangs on`() {
    let seeds = SeedsReport(["slow", "fast"], [[Self.figures(300)], [Self.figures(200)]])
    #expect(
      ClosingSentence.compare(seeds, Self.robust)
        == "fast beats slow, the next, in E2E p99, 200 ms against 300 ms, whether prefill or "
        + "decode is up to 20 % slower or faster than modelled. This is one draw of arrivals; "
        + "--seeds tells how much of it is chance.")
    let frail = Robustness(
      reach: 0.2, tippings: [.init(.prefill, factor: 0.88), .init(.decode, factor: 1.05)])
    #expect(
      ClosingSentence.unless(frail)
        == "unless prefill is more than 12 % faster or decode is more than 5 % slower than "
        + "modelled, which is within the model's own error (6.5 %)")
  }

  @Test func `does not tell apart what is within a hundredth`() {
    let seeds = SeedsReport(
      ["a", "b", "c"], [[Self.figures(1000)], [Self.figures(1008)], [Self.figures(1500)]])
    let decision = seeds.decision
    #expect(decision?.figure == .e2e99 && decision?.best == 0)
    #expect(decision?.peers == [1] && decision?.next == 2)
    #expect(
      ClosingSentence.compare(seeds, nil)
        .hasPrefix("a (not distinguishable from b) beats c, the next,"))
    let same = SeedsReport(["a", "b"], [[Self.figures(1000)], [Self.figures(1000)]])
    #expect(same.decision == nil)
    #expect(ClosingSentence.compare(same, nil).hasPrefix("The schedulers are not distinguishable."))
  }

  @Test func `over several seeds asks whether differences are certain`() {
    let noisy = SeedsReport(
      ["a", "b"], [[100, 300, 200].map(Self.figures), [200, 150, 260].map(Self.figures)])
    #expect(noisy.decision == nil)
    let clear = SeedsReport(
      ["a", "b"], [[100, 101, 99].map(Self.figures), [200, 203, 198].map(Self.figures)])
    #expect(clear.decision?.best == 0 && clear.decision?.next == 1)
    #expect(!ClosingSentence.compare(clear, nil).contains("one draw"))
  }
}

@Suite struct `The lines of a sweep` {
  /// A row with this p99 of end-to-end latency in seconds, and whether it keeps the objective.
  private static func row(_ seconds: Double, isMet: Bool? = nil) throws -> SweepRow {
    let slo = isMet.map { ",\"slo\":{\"met\":\($0)}" } ?? ""
    return try #require(
      SweepRow(
        line: "{\"key\":\"k\",\"scheduler\":\"s\",\"settings\":{},"
          + "\"seconds\":{\"e2e\":{\"p99\":\(seconds)}}\(slo)}"))
  }

  @Test func `are told apart by the highest load that keeps the objective`() throws {
    let lines = [
      SweepLine("a", [(1, try Self.row(1, isMet: true)), (2, try Self.row(3, isMet: false))]),
      SweepLine("b", [(1, try Self.row(2, isMet: true)), (2, try Self.row(4, isMet: true))]),
    ]
    let decision = SweepLine.decision(lines)
    #expect(decision == .reach(best: 1, next: 0, load: 2))
    #expect(
      ClosingSentence.tie(lines, .reach(best: 1, next: 0, load: 2), .rate)
        == "b and a both keep the objective at 2.00 requests a second, the highest load tried that "
        + "either keeps; servesim capacity tells how far each goes.")
    #expect(
      ClosingSentence.sweep(lines, decision, nil, .rate)
        == "Of the loads tried, b keeps the objective up to 2.00 requests a second, a, the next, "
        + "up to 1.00 requests a second.")
  }

  @Test func `are told apart by latency at the highest load that all have`() throws {
    let lines = [
      SweepLine("a", [(8, try Self.row(1)), (16, try Self.row(3)), (32, try Self.row(9))]),
      SweepLine("b", [(8, try Self.row(2)), (16, try Self.row(2.5))]),
    ]
    let decision = SweepLine.decision(lines)
    #expect(decision == .figure(.latency, best: 1, next: 0, load: 16))
    #expect(
      ClosingSentence.sweep(lines, decision, nil, .clients)
        == "b beats a, the next, in E2E p99 at 16 clients, 2.50 s against 3.00 s.")
  }

  @Test func `are told apart by the requests that keep an objective of requests alone`() throws {
    func row(_ attainment: Double, seconds: Double) throws -> SweepRow {
      try #require(
        SweepRow(
          line: "{\"key\":\"k\",\"scheduler\":\"s\",\"settings\":{},"
            + "\"seconds\":{\"e2e\":{\"p99\":\(seconds)}},"
            + "\"slo\":{\"met\":null,\"attainment\":\(attainment)}}"))
    }
    let lines = [
      SweepLine("a", [(5, try row(0.57, seconds: 1))]),
      SweepLine("b", [(5, try row(0.85, seconds: 2))]),
    ]
    let decision = SweepLine.decision(lines)
    #expect(decision == .figure(.attainment, best: 1, next: 0, load: 5))
    #expect(
      ClosingSentence.sweep(lines, decision, nil, .rate)
        == "b beats a, the next, in the share of requests that keep the objective at 5.00 requests "
        + "a second, 85.0 % against 57.0 %.")
  }

  @Test func `are not told apart where nothing differs, and one line alone says how far it goes`()
    throws
  {
    let same = [SweepLine("a", [(1, try Self.row(1))]), SweepLine("b", [(1, try Self.row(1))])]
    #expect(SweepLine.decision(same) == nil)
    #expect(ClosingSentence.sweep(same, nil, nil, .rate) == "The lines are not distinguishable.")
    let alone = [SweepLine("a", [(3, try Self.row(1, isMet: true))])]
    #expect(
      ClosingSentence.sweep(alone, SweepLine.decision(alone), nil, .rate)
        == "Of the loads tried, 3.00 requests a second is the highest that keeps the objective.")
  }
}
