import Costs
import Metrics
import Reporting
import Serving
import Studies
import Testing

@testable import Formats

@Suite struct `A search for capacity` {
  @Test(arguments: [0.02, 1, 3.7, 64, 900], [0.001, 0.02, 0.3])
  func `ends with the limit in a bracket of its precision`(limit: Double, precision: Double) {
    var search = CapacitySearch()
    search.precision = precision
    var tried: [Double] = []
    let bracket = search.bracket(guess: 8) {
      tried.append($0)
      return $0 <= limit
    }
    #expect(bracket.kept <= limit && limit < bracket.missed!)
    #expect(bracket.missed! - bracket.kept <= precision * bracket.missed!)
    #expect(bracket.tries == tried.count && Set(tried).count == tried.count)
    #expect(tried.contains(bracket.kept) && tried.contains(bracket.missed!))
  }

  @Test func `gives up where every rate keeps the objective, or none`() {
    let all = CapacitySearch().bracket(guess: 1) { _ in true }
    #expect(all.kept > 1000 && all.missed == nil)
    let none = CapacitySearch().bracket(guess: 1) { _ in false }
    #expect(none.kept == 0 && none.missed! < 0.001)
  }
}

@Suite struct `A study of capacity` {
  private static func study(_ schedulers: [String], jobs: Int) throws -> [ServiceCapacity] {
    let services = try schedulers.map { try deployment().service($0) }
    let objective = try ServiceLevelObjective(parsing: "tbt.p99<60ms,ttft.p99<2s")
    let study = CapacityStudy(
      try chat(150, rate: 1), services, objective: objective, arrivals: .poisson,
      seeds: [3, 4, 5])
    return try study.run(jobs: jobs)
  }

  @Test func `finds the same on any number of threads, and what the papers say`() throws {
    let one = try Self.study(["vllm-0.6", "sarathi"], jobs: 1)
    #expect(try Self.study(["vllm-0.6", "sarathi"], jobs: 3) == one)
    #expect(one[1].mean > 1.5 * one[0].mean)
    let lead = try #require(one[1].lead(over: one[0]))
    #expect(abs(lead.mean - (one[1].mean - one[0].mean)) < 1e-9)
    let sentence = CapacityReport.verdict(one)
    #expect(sentence.hasPrefix("sarathi reaches") && sentence.hasSuffix("vllm-0.6, the next."))
  }

  @Test func `tells what output tokens cost, where a price is known`() throws {
    let trace = try chat(60, rate: 1)
    let objective = try ServiceLevelObjective(parsing: "tbt.p99<60ms")
    var study = CapacityStudy(
      trace, [try deployment().service("sarathi")], objective: objective, arrivals: .poisson,
      seeds: [3])
    let without = try study.run(jobs: 1)[0]
    #expect(without.dollarsPerMillion == nil)
    study.money = Money(gpus: 2, dollarsPerGPUHour: 3)
    let capacity = try study.run(jobs: 1)[0]
    let tokens = trace.requests.reduce(0) { $0 + $1.outputTokens }
    let rate = capacity.mean * Double(tokens) / 60
    let expected = 6 / 3600 / rate * 1e6
    let dollars = try #require(capacity.dollarsPerMillion)
    #expect(abs(dollars / expected - 1) < 1e-12)
    #expect(CapacityReport.money([without], "at") == nil)
    #expect(CapacityReport.money([capacity], "at")?.hasSuffix(" under sarathi (at).") == true)
  }

  @Test func `does not tell a scheduler from itself`() throws {
    let same = try Self.study(["sarathi", "sarathi:chunk=512"], jobs: 2)
    #expect(same[0].brackets == same[1].brackets)
    #expect(CapacityReport.verdict(same).contains("are not distinguishable"))
  }

  private static func capacity(
    _ name: String, _ kept: Double, missed: Double?
  ) -> ServiceCapacity {
    ServiceCapacity(
      scheduler: name, settings: [], brackets: [.init(kept: kept, missed: missed, tries: 1)],
      backlogRate: kept)
  }

  @Test func `tells nobody apart who keeps the objective at every rate tried`() {
    let free = [
      Self.capacity("a", 900, missed: nil), Self.capacity("b", 800, missed: nil),
    ]
    #expect(Ranking(free)?.decides == false)
    #expect(
      CapacityReport.verdict(free)
        == "a and b are not distinguishable: they meet the objective up to at least 800 to 900 "
        + "requests/s.")
    let mixed = free + [Self.capacity("c", 4, missed: 5), Self.capacity("d", 4.5, missed: 5)]
    #expect(Ranking(mixed)?.next == [3, 2])
    #expect(
      CapacityReport.verdict(mixed)
        == "a (not distinguishable from b) reaches at least 895 requests/s more than d and "
        + "c, the next.")
  }

  @Test func `names nobody the best where nobody keeps the objective, and nobody beats none`() {
    let none = [Self.capacity("a", 0, missed: 0.1), Self.capacity("b", 0, missed: 0.1)]
    #expect(Ranking(none) == nil)
    #expect(CapacityReport.verdict(none) == "No scheduler meets the objective at any rate tried.")
    var tried = none
    tried[0].tries = [.init(rate: 0.1, load: 12.5), .init(rate: 1, load: 40)]
    #expect(CapacityReport.verdict(tried) == CapacityReport.verdict(none), "of b nothing is known")
    tried[1].tries = [.init(rate: 0.2, load: 3), .init(rate: 1, load: 90)]
    #expect(
      CapacityReport.verdict(tried)
        == "No scheduler meets the objective at any rate tried; b comes nearest, 3.00 times a "
        + "limit at 0.200 requests/s.")
    let one = none + [Self.capacity("c", 3, missed: 3.05)]
    #expect(
      CapacityReport.verdict(one)
        == "c meets the objective up to 3.00 requests/s, a and b, the next, at no rate "
        + "tried."
    )
  }

  /// Three seeds that reach 1, 2 and 3: a deviation of 1, and Student's 4.303 on 2 degrees.
  @Test func `has an interval from its seeds and from what each search leaves open`() throws {
    let brackets = [1.0, 2, 3].map {
      CapacitySearch.Bracket(kept: $0, missed: $0 + 0.5, tries: 1)
    }
    let three = ServiceCapacity(scheduler: "a", settings: [], brackets: brackets)
    let interval = try #require(three.interval)
    #expect(three.mean == 2 && !three.isUnbounded)
    #expect(abs(interval.upperBound - 2.5 - 4.303 / 3.0.squareRoot()) < 1e-3)
    #expect(interval.lowerBound == 0, "no rate is below zero")
    let alike = ServiceCapacity(
      scheduler: "a", settings: [], brackets: Array(repeating: brackets[0], count: 5))
    #expect(alike.interval == 1...1.5, "equal brackets leave their own width open")
    let one = ServiceCapacity(scheduler: "a", settings: [], brackets: [brackets[0]])
    #expect(one.interval == 1...1.5)
  }

  /// Three seeds that differ in their requests too: as wide as they are spread, by Student's 4.303
  /// on 2 degrees, and not as their mean is.
  @Test func `has an interval of the long run where each seed draws its requests`() throws {
    var study = CapacityStudy(
      try chat(150, rate: 1), [try deployment().service("sarathi")],
      objective: try ServiceLevelObjective(parsing: "ttft.p99<1s"), arrivals: .poisson,
      seeds: [3, 4, 5])
    let plain = try study.run(jobs: 2)[0]
    study.redraws = true
    let found = try study.run(jobs: 2)[0]
    #expect(found.isBootstrapped && !plain.isBootstrapped && found.brackets != plain.brackets)
    let kept = found.brackets.map(\.kept)
    let mean = kept.reduce(0, +) / 3
    let spread = (kept.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 2).squareRoot()
    let interval = try #require(found.interval)
    #expect(abs(interval.lowerBound - max(0, mean - 4.303 * spread)) < 1e-3 * mean)
    let high = found.brackets.reduce(0) { $0 + $1.range.upperBound } / 3
    #expect(abs(interval.upperBound - high - 4.303 * spread) < 1e-3 * mean)
  }

  @Test func `says that runs are short where requests wait longer than they arrive`() throws {
    func remarks(_ count: Int) throws -> String {
      let study = CapacityStudy(
        try chat(count, rate: 1), [try deployment().service("sarathi")],
        objective: try ServiceLevelObjective(parsing: "ttft.p99<1s"), arrivals: .trace, seeds: [0])
      return CapacityReport.remarks(try study.run(jobs: 1)).joined()
    }
    #expect(try remarks(60).contains("the runs are short beside the latencies"))
    #expect(try !remarks(3000).contains("the runs are short"))
  }

  @Test func `keeps what is asked of a share of the requests, together with the run's limits`()
    throws
  {
    func capacity(_ slo: String, _ attainment: Double?) throws -> Double {
      var study = CapacityStudy(
        try chat(150, rate: 1), [try deployment().service("sarathi")],
        objective: try ServiceLevelObjective(parsing: slo), arrivals: .trace, seeds: [0])
      study.requirement = Requirement(study.requirement.objective, attainment: attainment)
      return try study.run(jobs: 1)[0].mean
    }
    let strict = try capacity("ttft<500ms", 0.99)
    #expect(try capacity("ttft<500ms", nil) == strict, "99 % unless it is given")
    #expect(try capacity("ttft<500ms", 0.5) > strict)
    // 148 or more of 150 are 99 % of them.
    #expect(try capacity("ttft.p50<500ms", 0.99) == strict, "the median is kept where 99 % are")
    #expect(try capacity("smoothed-tbt<250ms", 0.9) > 0, "FastGen's")
  }

  /// Nothing keeps up with more than it serves of a backlog, so a search that stops there says that
  /// the trace tells no more.
  @Test func `tries no rate above that of a backlog, and says that it is a bound`() throws {
    let objective = try ServiceLevelObjective(parsing: "ttft.p99<60s")
    var study = CapacityStudy(
      try chat(60, rate: 1), [try deployment().service("sarathi")], objective: objective,
      arrivals: .trace, seeds: [0])
    let free = try study.run(jobs: 1)[0]
    study.stopsAtBacklog = true
    let found = try study.run(jobs: 1)[0]
    #expect(free.mean > found.backlogRate, "the short trace keeps it at higher rates too")
    #expect(found.isUnbounded && found.mean == found.backlogRate && found.tries.count == 1)
    #expect(CapacityReport.table([found]).rows[0][1].text.hasPrefix(">= "))
    #expect(CapacityReport.markdown([found]).contains("tells no more than that the capacity is at"))
    #expect(CapacityReport.csv([found], seeds: [0]).contains("\nsarathi,0,at least,"))
    #expect(CapacityReport.verdict([found]).contains("up to at least"))
  }
}

@Suite struct `Objectives with a name` {
  @Test func `are for models that there are, and judge runs`() throws {
    for preset in ObjectivePresets.all {
      for (model, _) in preset.objectives {
        _ = try Models.named(model)
        let objective = try ObjectivePresets.objective(preset.name, model: model)
        #expect(objective.clauses.count == 2)
        #expect(objective.clauses.allSatisfy { $0.statistic != nil && $0.includesLimit })
      }
    }
  }

  /// 512 prompt tokens a second are 1/512 s a token.
  @Test func `are for any model where FastGen counts its throughput by them`() throws {
    for (name, gap) in [("", 250_000_000), ("-2", 500_000_000), ("-6", 166_666_667)] {
      let objective = try ObjectivePresets.objective("effective-throughput\(name)", model: "any")
      #expect(objective.metrics == [.ttftPerPromptToken, .smoothedTBT])
      #expect(objective.clauses.map(\.limit) == [1_953_125, gap])
      #expect(objective.clauses.map(\.includesLimit) == [true, false])
    }
  }

  @Test func `are refused for other models, and what is no name is read`() throws {
    #expect(throws: InputError.self) {
      try ObjectivePresets.objective("mlperf-server", model: "llama-3-8b")
    }
    #expect(throws: InputError.self) {
      try ObjectivePresets.objective("mlperf-sever", model: "llama-2-70b")
    }
    #expect(try ObjectivePresets.objective("ttft<1s", model: "x").clauses.count == 1)
  }
}
