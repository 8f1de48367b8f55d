import Metrics
import Serving
import Support
import Testing

@Suite struct `The energy of a run` {
  /// Two requests over an hour on two replicas of two GPUs, of which nothing is known to be busy.
  private func idle() -> RunMetrics {
    var run = HandmadeRun()
    run.complete(arrival: 0, scheduled: 0, firstToken: 1, gaps: [])
    run.complete(arrival: 0, scheduled: 0, firstToken: 3_600_000 - 9, gaps: [1, 8])
    return RunMetrics(trace: run.trace, timeline: run.timeline, replicas: 2)
  }

  /// 75 W and 40 W of a context for an hour are 115 Wh, for each of four GPUs.
  @Test func `is watts times time, idle GPUs included`() throws {
    let energy = Energy(
      idle(), gpus: 2, replicas: 2, watts: 700, idleWatts: 115, basis: "words")
    #expect(energy.activeJoules == 0 && energy.outputTokens == 4)
    let joules = try #require(energy.idleJoules)
    #expect(abs(joules - 4 * 115 * 3600) < 1)
    #expect(energy.activeJoulesPerToken == 0)
    #expect(energy.joulesPerToken == joules / 4)
    #expect(Energy(json: energy.json) == energy)
  }

  @Test func `is unknown where it is not known what idle GPUs draw, or there are no tokens`() {
    let energy = Energy(idle(), gpus: 1, replicas: 2, watts: 700, idleWatts: nil, basis: "")
    #expect(energy.idleJoules == nil && energy.joulesPerToken == nil)
    #expect(Energy(json: energy.json) == energy)
    let none = Energy(activeJoules: 1, idleJoules: 2, outputTokens: 0, watts: 1, basis: "")
    #expect(none.joulesPerToken == nil && none.activeJoulesPerToken == nil)
  }

  @Test func `of several runs is the sum, where all of it is known`() throws {
    let one = Energy(activeJoules: 3, idleJoules: 1, outputTokens: 2, watts: 5, basis: "a")
    let other = Energy(activeJoules: 5, idleJoules: 3, outputTokens: 6, watts: 7, basis: "b")
    let both = try #require(Energy([one, other]))
    #expect(both.activeJoulesPerToken == 1 && both.joulesPerToken == 1.5 && both.basis == "a")
    let part = Energy(activeJoules: 5, idleJoules: nil, outputTokens: 6, watts: 7, basis: "b")
    #expect(Energy([one, part])?.joulesPerToken == nil && Energy([]) == nil)
  }
}
