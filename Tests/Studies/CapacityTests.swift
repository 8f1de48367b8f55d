import Costs
import Metrics
import Reporting
import Serving
import Studies
import Testing

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
    let lead = one[1].lead(over: one[0])
    #expect(abs(lead.mean - (one[1].mean - one[0].mean)) < 1e-9)
    let sentence = CapacityReport.verdict(one)
    #expect(sentence.hasPrefix("sarathi reaches") && sentence.hasSuffix("vllm-0.6, the next."))
  }

  @Test func `does not tell a scheduler from itself`() throws {
    let same = try Self.study(["sarathi", "sarathi:chunk=512"], jobs: 2)
    #expect(same[0].brackets == same[1].brackets)
    #expect(CapacityReport.verdict(same).contains("are not distinguishable"))
  }

  @Test func `tells nobody apart who keeps the objective at every rate tried`() {
    func capacity(_ name: String, _ kept: Double, missed: Double?) -> ServiceCapacity {
      ServiceCapacity(
        scheduler: name, settings: [],
        brackets: [.init(kept: kept, missed: missed, tries: 1)])
    }
    let free = [capacity("a", 900, missed: nil), capacity("b", 800, missed: nil)]
    #expect(CapacityReport.ranking(free) == nil)
    #expect(CapacityReport.verdict(free).hasPrefix("The objective is kept at every rate tried"))
    let mixed = free + [capacity("c", 4, missed: 5)]
    #expect(CapacityReport.ranking(mixed)?.next == 2)
    #expect(CapacityReport.ranking(mixed)?.peers == [1])
    #expect(CapacityReport.verdict(mixed).hasPrefix("a (not distinguishable from b) reaches"))
  }

  /// Three seeds that reach 1, 2 and 3: a deviation of 1, and Student's 4.303 on 2 degrees.
  @Test func `has an interval from its seeds`() {
    let brackets = [1.0, 2, 3].map {
      CapacitySearch.Bracket(kept: $0, missed: $0 + 0.01, tries: 1)
    }
    let three = ServiceCapacity(scheduler: "a", settings: [], brackets: brackets)
    #expect(three.mean == 2 && !three.isUnbounded)
    #expect(abs(three.estimate.halfWidth - 4.303 / 3.0.squareRoot()) < 1e-3)
    let one = ServiceCapacity(scheduler: "a", settings: [], brackets: [brackets[0]])
    #expect(one.estimate.halfWidth == .infinity)
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
