import Support
import Testing

@testable import Metrics
@testable import Serving

@Suite struct EstimateTests {
  /// The two-sided 95 % and 99 % columns of any table of Student's distribution.
  @Test(arguments: [
    (1, 12.7062, 63.6567), (2, 4.3027, 9.9248), (3, 3.1824, 5.8409), (4, 2.7764, 4.6041),
    (9, 2.2622, 3.2498), (30, 2.0423, 2.7500), (120, 1.9799, 2.6174),
  ])
  func `bounds are those of the tables`(freedom: Int, common: Double, strict: Double) {
    #expect(abs(StudentT.bound(0.95, freedom: freedom) - common) < 6e-5)
    #expect(abs(StudentT.bound(0.99, freedom: freedom) - strict) < 6e-5)
  }

  @Test func `an interval is worked by hand`() {
    let estimate = Estimate([1, 2, 3])
    #expect(estimate.mean == 2)
    #expect(abs(estimate.halfWidth - 4.302_652_7 / 3.0.squareRoot()) < 1e-6)
    #expect(!estimate.isDistinguishable)
    #expect(Estimate([2, 2.1, 2.2]).isDistinguishable)
    #expect(Estimate([5]).halfWidth == .infinity && !Estimate([5]).isDistinguishable)
    #expect(!Estimate([0, 0, 0]).isDistinguishable)
  }
}

@Suite struct SteadyFiguresTests {
  /// Requests whose first tokens take as many milliseconds as `waits` has.
  private func served(_ waits: [Int]) -> HandmadeRun {
    var run = HandmadeRun()
    for (row, wait) in waits.enumerated() {
      run.complete(arrival: row, scheduled: row, firstToken: row + wait, gaps: [10])
    }
    return run
  }

  @Test func `the warm-up is a tenth of the requests`() {
    #expect([0, 9, 10, 19_366].map(SteadyFigures.warmUp) == [0, 0, 1, 1936])
  }

  @Test func `figures are of the requests behind the warm-up`() throws {
    let run = served([1000, 1000, 20, 30])
    let objective = try ServiceLevelObjective(parsing: "ttft<25ms")
    let figures = SteadyFigures(
      trace: run.trace, records: run.records, warmUp: 2, objective: objective)
    #expect(figures[.ttftMean] == 0.025)
    #expect(figures[.attainment] == 0.5)
    #expect(figures[.tpot99] == 0.01)
    let plain = SteadyFigures(trace: run.trace, records: run.records, warmUp: 0, objective: nil)
    #expect(plain[.attainment] == nil)
  }
}
