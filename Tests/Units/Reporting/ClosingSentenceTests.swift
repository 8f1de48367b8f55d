import Metrics
import Support
import Testing

@testable import Reporting
@testable import Serving
@testable import Studies

@Suite struct `A closing sentence` {
  /// Figures of one request that takes `milliseconds`.
  private static func figures(_ milliseconds: Int) -> SteadyFigures {
    var run = HandmadeRun()
    run.complete(arrival: 0, scheduled: 1, firstToken: milliseconds - 1, gaps: [1])
    return SteadyFigures(
      trace: run.trace, records: run.timeline.records, warmUp: 0, objective: nil)
  }

  private static let robust = Robustness(reach: 0.2, breakEvens: [])
  private static let dense = MeasuredError(
    "h100-sxm", .dense, bits: 16, runs: 41, gpus: 4, prefill: 0.02, decode: 0.065)
  private static let known = ModelError.measured([dense])

  @Test func `names the best, the next, and what it hangs on`() {
    let seeds = SeedsReport(["slow", "fast"], [[Self.figures(300)], [Self.figures(200)]])
    #expect(
      ClosingSentence.compare(seeds, Self.robust, Self.known, advice: "Ask again.")
        == "fast beats slow, the next, in E2E p99, 200 ms against 300 ms, whether prefill or "
        + "decode is up to 20 % slower or faster than modelled. Ask again.")
  }

  /// What was measured of a GPU, a kind of model and its format tells nothing of others, and what
  /// is known of decodes nothing of prompts.
  @Test func `cites the model's own error where it was measured, and nowhere else`() {
    func unless(_ part: Robustness.Part, _ factor: Double, _ error: ModelError) -> String {
      let tipping = Robustness.BreakEven(part, factor: factor)
      return ClosingSentence.unless(Robustness(reach: 0.2, breakEvens: [tipping]), error)
    }
    #expect(
      unless(.decode, 1.05, Self.known)
        == "unless decode is more than 5 % slower than modelled, which is within the model's own "
        + "error for decode of dense models in 16 bits on h100-sxm (6.5 % or less in three of four "
        + "of 41 runs)")
    #expect(!unless(.decode, 1.08, Self.known).contains("own error"))
    #expect(!unless(.prefill, 1.03, Self.known).contains("own error"))
    #expect(unless(.prefill, 0.99, Self.known).contains("own error for prefill"))
    let other = unless(.decode, 1.01, .unknown(gpu: "rtx-a6000"))
    #expect(other.hasSuffix("; how far the model is off on rtx-a6000 here is not known"))
    #expect(Self.known.and(.unknown(gpu: "x")) == .unknown(gpu: "x"))
    #expect(Self.known.and(Self.known) == Self.known)
    let mixtures = MeasuredError(
      "h200-sxm", .experts, bits: 8, runs: 58, gpus: 8, prefill: 0.3, decode: 0.2)
    let both = Self.known.and(.measured([mixtures]))
    #expect(unless(.decode, 1.15, both).contains("mixtures of experts in 8 bits on h200-sxm"))
  }

  @Test func `does not tell apart what is within a hundredth, and names all equals`() {
    let seeds = SeedsReport(
      ["a", "b", "c", "d"], [1000, 1008, 1500, 1501].map { [Self.figures($0)] })
    #expect(
      ClosingSentence.compare(seeds, nil, Self.known)
        == "a (in this not distinguishable from b) beats c and d, the next, in E2E p99, 1.00 s "
        + "against 1.50 s.")
    let same = SeedsReport(["a", "b"], [[Self.figures(1000)], [Self.figures(1000)]])
    #expect(
      ClosingSentence.compare(same, nil, Self.known)
        == "The schedulers are not distinguishable.")
    let alone = SeedsReport(["a"], [[Self.figures(1000)]])
    let stopped = [StoppedRun(scheduler: "x", reason: "y"), StoppedRun(scheduler: "z", reason: "")]
    #expect(
      ClosingSentence.compare(alone, nil, Self.known, stopped: stopped)
        == "x and z could not go on, and are compared with nobody.")
  }

  @Test func `over several seeds asks whether differences are certain`() {
    let noisy = SeedsReport(
      ["a", "b"],
      [[100, 300, 200].map { Self.figures($0) }, [200, 150, 260].map { Self.figures($0) }])
    #expect(noisy.contest.decision == nil)
    let clear = SeedsReport(
      ["a", "b"],
      [[100, 101, 99].map { Self.figures($0) }, [200, 203, 198].map { Self.figures($0) }])
    #expect(clear.contest.decision?.ranking.best == 0)
  }

  /// Two requests a run, of which the second is slow.
  private static func judged(_ slow: Int, _ objective: String) throws -> SteadyFigures {
    var run = HandmadeRun()
    for wait in [10, slow] {
      run.complete(arrival: 0, scheduled: 1, firstToken: wait, gaps: [wait == 10 ? 1 : slow])
    }
    let objective = try ServiceLevelObjective(parsing: objective)
    let metrics = RunMetrics(trace: run.trace, timeline: run.timeline)
    return SteadyFigures(
      trace: run.trace, records: run.timeline.records, warmUp: 0, objective: objective,
      verdict: objective.verdict(on: run.trace, run.timeline, metrics))
  }

  private static func sentence(_ slow: [[Int]], _ objective: String) throws -> String {
    let figures = try slow.map { try $0.map { try judged($0, objective) } }
    return ClosingSentence.compare(
      SeedsReport(["a", "b", "c"].prefix(slow.count).map { $0 }, figures), nil, known)
  }

  @Test func `says first who meets the objective, and ranks those that do`() throws {
    #expect(
      try Self.sentence([[500], [100], [80]], "ttft.p99<200ms")
        == "b and c meet the objective; a does not. Of those that do, the share of requests that "
        + "meet it does not tell them apart; c leaves the most room, 0.396 times a limit against "
        + "0.495 under b, the next.")
    #expect(
      try Self.sentence([[500], [100]], "ttft.p99<200ms")
        == "b meets the objective; a does not.")
    #expect(
      try Self.sentence([[150], [100]], "ttft.p99<200ms,tbt<110ms")
        == "Both schedulers meet the objective. b beats a, the next, in the share of requests that "
        + "meet the objective, 100.0 % against 50.0 %.")
  }

  @Test func `lets nobody beat anybody where all fail`() throws {
    #expect(
      try Self.sentence([[500], [100]], "ttft.p99<1ms")
        == "Neither of the schedulers meets the objective. No request meets it under any; b comes "
        + "nearest, 99.1 times a limit against 495 under a, the next.")
    #expect(
      try Self.sentence([[500], [100]], "ttft.p50<20ms,ttft.max<90ms").hasPrefix(
        "Neither of the schedulers meets the objective. The share of requests that meet it"))
  }

  @Test func `says of a single scheduler how it does by the objective`() throws {
    #expect(
      try Self.sentence([[500]], "ttft.p99<100ms")
        == "a does not meet the objective, 4.95 times a limit at the worst.")
    #expect(
      try Self.sentence([[100]], "ttft.p50<550ms")
        == "a meets the objective, 0.100 times a limit at the worst.")
    #expect(
      try Self.sentence([[100, 500, 100]], "ttft.max<200ms")
        == "a meets the objective under 2 of 3 seeds.")
    #expect(
      try Self.sentence([[500]], "ttft<100ms")
        == "50.0 % of the requests meet the objective under a.")
  }

  @Test func `counts the seeds under which the objective is met`() throws {
    let sentence = try Self.sentence(
      [[100, 100, 100], [100, 500, 100], [500, 500, 500]], "ttft.p99<200ms")
    #expect(
      sentence.hasPrefix("a meets the objective under every seed; b under 2 of 3; c does not."))
  }
}

@Suite struct `The lines of a sweep` {
  /// A row with this p99 of end-to-end latency in seconds, and whether it keeps the objective.
  private static func row(
    _ seconds: Double, isMet: Bool? = nil, attainment: Double? = nil, served: Double = 1
  ) throws -> SweepRow {
    let objective = try ServiceLevelObjective(
      parsing: attainment == nil ? "e2e.p99<1s" : "e2e<1s")
    let clauses = objective.clauses.map {
      Verdict.ClauseVerdict(clause: $0, valueSeconds: seconds, isMet: isMet)
    }
    return SweepRow(
      key: "k", scheduler: "s",
      figures: [
        NamedValue("throughput", "requests_per_second", .real(served)),
        NamedValue("e2e", "p99_seconds", .real(seconds)),
      ],
      verdict: isMet == nil && attainment == nil
        ? nil
        : Verdict(
          clauses: clauses, attaining: 0, attainment: attainment, goodputPerSecond: 0,
          load: attainment == nil ? seconds : nil))
  }

  /// A line that keeps the objective up to `reach`, of loads 1, 2, 4 and 8.
  private static func line(_ name: String, reach: Double) throws -> SweepLine {
    SweepLine(
      name, try [1.0, 2, 4, 8].map { ($0, try row($0 + reach, isMet: $0 <= reach)) })
  }

  private static func sentence(
    _ lines: [SweepLine], _ kind: SweepLine.Load = .rate
  ) -> String { ClosingSentence.sweep(lines, SweepDecision(lines), nil, kind) }

  @Test func `are told apart by the highest load that meets the objective`() throws {
    let lines = try [Self.line("a", reach: 1), Self.line("b", reach: 4), Self.line("c", reach: 1)]
    let pair = try #require(SweepDecision(lines).pair(lines))
    #expect(pair.best == 1 && pair.next == 0 && pair.load == 4)
    #expect(
      Self.sentence(lines)
        == "Of the loads tried, b meets the objective up to 4.00 requests/s, a and c, the "
        + "next, up to 1.00 requests/s.")
    #expect(
      ClosingSentence.tie(lines, pair, .rate)
        == "b and a both meet the objective at 4.00 requests/s, the highest load tried that "
        + "either meets; the command capacity tells how far each goes.")
  }

  @Test func `that keep the objective at none are all named`() throws {
    let lines = try [Self.line("a", reach: 0), Self.line("b", reach: 2), Self.line("c", reach: 0)]
    #expect(
      Self.sentence(lines).hasSuffix("up to 2.00 requests/s, a and c, the next, at none."))
  }

  @Test func `are compared at the load that all keep, or at the lowest where nobody keeps any`()
    throws
  {
    let kept = try [Self.line("a", reach: 2), Self.line("b", reach: 2)]
    #expect(SweepDecision(kept).contest?.load == 2)
    #expect(
      Self.sentence(kept)
        == "How far the lines meet the objective, up to 2.00 requests/s, does not tell them "
        + "apart. In other figures they are not distinguishable.")
    let all = try [Self.line("a", reach: 8), Self.line("b", reach: 8)]
    #expect(
      Self.sentence(all).hasPrefix("Every line meets the objective at the highest load tried"))
    let none = [
      SweepLine("a", [(1, try Self.row(2, isMet: false)), (9, try Self.row(3, isMet: false))]),
      SweepLine("b", [(1, try Self.row(1, isMet: false)), (9, try Self.row(9, isMet: false))]),
    ]
    #expect(
      Self.sentence(none)
        == "No line meets the objective at any load tried. b comes nearest at 1.00 "
        + "requests/s, 1.00 times a limit against 2.00 under a, the next.")
  }

  /// Lines with loads of their own keep the objective up to somewhere between two of them.
  @Test func `with loads of their own are told apart where what is open does not overlap`() throws {
    func line(_ name: String, _ kept: Double, _ missed: Double) throws -> SweepLine {
      SweepLine(
        name, [(kept, try Self.row(1, isMet: true)), (missed, try Self.row(9, isMet: false))])
    }
    let near = try [line("a", 10, 11), line("b", 10.5, 11.5)]
    #expect(!SweepDecision(near).decidesByReach)
    #expect(Self.sentence(near).hasPrefix("How far the lines meet the objective, up to 10.5"))
    let far = try [line("a", 10, 11), line("b", 12, 13)]
    #expect(SweepDecision(far).reach?.best == 1)
  }

  @Test func `are told apart by latency at the highest load that all have`() throws {
    let lines = [
      SweepLine("a", [(8, try Self.row(1)), (16, try Self.row(3)), (32, try Self.row(9))]),
      SweepLine("b", [(8, try Self.row(2)), (16, try Self.row(2.5))]),
    ]
    #expect(
      Self.sentence(lines, .clients)
        == "b beats a, the next, in E2E p99 at 16 clients, 2.50 s against 3.00 s.")
  }

  @Test func `are told apart by the requests that keep an objective of requests alone`() throws {
    let lines = [
      SweepLine("a", [(5, try Self.row(1, attainment: 0.57))]),
      SweepLine("b", [(5, try Self.row(2, attainment: 0.85))]),
    ]
    #expect(
      Self.sentence(lines)
        == "No line meets the objective for 99 % of the requests at any load tried. b is ahead of "
        + "a, the next, in the share of requests that meet the objective at 5.00 requests/s, "
        + "85.0 % against 57.0 %.")
    let apart = [
      SweepLine("a", [(5, try Self.row(1, attainment: 0.98))]),
      SweepLine("b", [(5, try Self.row(2, attainment: 0.99))]),
    ]
    #expect(
      Self.sentence(apart)
        == "Of the loads tried, b meets the objective for 99 % of the requests up to 5.00 "
        + "requests/s, a, the next, at none.")
  }

  @Test func `are not told apart where nothing differs`() throws {
    let same = [SweepLine("a", [(1, try Self.row(1))]), SweepLine("b", [(1, try Self.row(1))])]
    #expect(SweepDecision(same).pair(same) == nil)
    #expect(Self.sentence(same) == "The lines are not distinguishable.")
  }

  @Test func `that are served less than is sent where they keep the objective are named`() throws {
    let line = SweepLine("a", [(10, try Self.row(1, isMet: true, served: 8.9))])
    #expect(ClosingSentence.unserved([line], .rate)?.contains("8.90 of the 10.0 requests") == true)
    let kept = SweepLine("a", [(10, try Self.row(1, isMet: true, served: 9.1))])
    #expect(ClosingSentence.unserved([kept], .rate) == nil)
  }

  @Test func `say how far one alone goes, and ask for an objective only where there is none`()
    throws
  {
    func alone(_ points: (Double?, SweepRow)...) -> String {
      Self.sentence([SweepLine("a", points.map { ($0.0, $0.1) })])
    }
    let (kept, missed) = (try Self.row(1, isMet: true), try Self.row(1, isMet: false))
    #expect(
      alone((3, kept), (4, missed))
        == "Of the loads tried, 3.00 requests/s is the highest that meets the objective.")
    #expect(alone((3, missed)) == "No load tried meets the objective.")
    #expect(alone((nil, missed)) == "a does not meet the objective at the load given.")
    #expect(alone((3, try Self.row(1, attainment: 0.5))).hasSuffix("; at most 50.0 % do."))
    #expect(alone((3, try Self.row(1))).contains("give --slo"))
  }
}
