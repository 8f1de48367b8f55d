import Costs
import Metrics
import Reporting
import Schedulers
import Serving
import Studies
import Testing
import Workloads

@testable import Formats

@Suite struct `A plan` {
  @Test(arguments: planQuestions)
  func `finds what trying everything finds`(question: PlanQuestion) throws {
    let plan = try question.search().run(jobs: 2)
    let space = plan.search.space
    let all = try question.everything()
    for (kind, place) in plan.best.enumerated() {
      let expected = all[kind]
      let found = place.map { plan.candidates[$0] }
      #expect(found?.gpus == expected?.gpus, "\(space.kinds[kind])")
      #expect(found?.attainment == expected?.share, "\(space.kinds[kind])")
      #expect(found.map { space.shapes[$0.shape].scheduler } == expected?.scheduler)
    }
    let cheapest = all.values.map { question.goal == .money ? $0.cost : Double($0.gpus) }.min()
    let cost = plan.chosen.flatMap {
      question.goal == .money ? $0.dollarsPerHour : Double($0.gpus)
    }
    #expect(cost == cheapest)
    let counts = plan.counts
    #expect(
      counts.whole + counts.left + counts.stopped + counts.impossible + counts.dearer == counts.all)
  }

  @Test func `of the questions is not always the same`() throws {
    let chosen = try planQuestions.map { try $0.search().run(jobs: 2).chosen }
    #expect(Set(chosen.map { $0?.gpus }).count > 2 && chosen.contains(nil))
  }

  @Test(arguments: [planQuestions[1], planQuestions[2], planQuestions[4], planQuestions[11]])
  func `is the same on any number of threads, and where no run is left`(
    question: PlanQuestion
  ) throws {
    let plan = try question.search().run(jobs: 1)
    #expect(try question.search().run(jobs: 3).candidates == plan.candidates)
    var whole = try question.search()
    whole.leavesRuns = false
    let patient = whole.run(jobs: 2)
    #expect(patient.best == plan.best && patient.answer == plan.answer)
    for (own, other) in zip(plan.candidates, patient.candidates) {
      #expect(own.isKept == other.isKept)
      #expect(own.attainment ?? 0 >= other.attainment ?? 0, "a bound from above")
    }
    #expect(patient.counts.left == 0 && plan.counts.left > 0)
  }

  @Test func `says of all with fewer GPUs why they fail`() throws {
    let plan = try planQuestions[9].search().run(jobs: 2)
    let (space, requirement) = (plan.search.space, plan.search.requirement)
    let chosen = plan.chosen
    let best = try #require(chosen)
    for candidate in plan.candidates where candidate.gpus < best.gpus {
      let why = space.failure(of: candidate, requirement)
      #expect(why?.isEmpty == false, "\(candidate)")
    }
    #expect(space.failure(of: best, requirement) == nil)
    #expect(plan.counts.impossible > 0, "70 billion parameters fit no L40S alone")
  }

  @Test func `that keeps nothing names the one that comes nearest, run to its end`() throws {
    let plan = try planQuestions[7].search().run(jobs: 2)
    #expect(plan.answer == nil)
    let known = plan.knowingNearest(jobs: 2)
    var patient = plan.search
    patient.leavesRuns = false
    let all = patient.run(jobs: 2).candidates
    for kind in plan.search.space.kinds.indices {
      let found = known.nearest(of: kind)
      let nearest = try #require(found)
      let load = try #require(nearest.worst?.load, "it is run to its end")
      #expect(all.contains(nearest))
      let alike = all.filter {
        plan.search.space.shapes[$0.shape].kind == kind && $0.gpus == nearest.gpus
      }
      #expect(alike.count > 1 && alike.allSatisfy { $0.worst.flatMap(\.load) ?? .infinity >= load })
    }
    let kept = try planQuestions[0].search().run(jobs: 2)
    #expect(kept.knowingNearest(jobs: 1).candidates == kept.candidates)
  }

  @Test func `with pools that hand over finds the best of them and of replicas that do not`() throws
  {
    let plan = try planQuestions[11].search().run(jobs: 2)
    let space = plan.search.space
    #expect(space.kinds.map(\.isApart) == [false, true, false, true])
    let apart = plan.best[1].map { plan.candidates[$0].counts }
    #expect(apart?.counts.map(\.pool) == ["prefill", "decode"])
    let together = plan.best[0].map { plan.candidates[$0].counts }
    #expect(together?.counts.map(\.pool) == ["both"])
    let sarathi = plan.candidates.filter {
      space.shapes[$0.shape].pools != nil
        && space.shapes[$0.shape].scheduler.hasPrefix("sarathi")
    }
    #expect(!sarathi.isEmpty)
    for candidate in sarathi {
      let why = space.failure(of: candidate, plan.search.requirement)
      #expect(why?.contains("no connector") == true, "\(candidate)")
    }
  }

  @Test func `needs prices where money counts`() throws {
    var question = PlanQuestion(slo: "ttft<1s", gpus: "h100-sxm,v100-sxm-32gb")
    let error = #expect(throws: InputError.self) { try question.search() }
    #expect(error?.problem == "no price is known of v100-sxm-32gb")
    #expect(error?.remedy.contains("--price v100-sxm-32gb=DOLLARS") == true)
    question.goal = .gpus
    #expect(throws: Never.self) { try question.search() }
    question.goal = .money
    question.prices = [GPUPrice("v100-sxm-32gb", dollarsPerHour: 1)]
    #expect(throws: Never.self) { try question.search() }
  }

  @Test func `takes more than it is planned for, up to what its headroom says`() throws {
    let plan = try planQuestions[0].search().run(jobs: 2)
    let best = plan.chosen
    let chosen = try #require(best)
    let found = plan.headroom(of: [chosen], jobs: 1)[0]
    let headroom = try #require(found)
    #expect(headroom.kept >= 1)
    var busier = planQuestions[0]
    busier.rate *= headroom.kept
    func isKept(_ question: PlanQuestion) throws -> Bool {
      try question.search().run(jobs: 2).candidates.contains {
        $0.shape == chosen.shape && $0.replicas == chosen.replicas && $0.isKept
      }
    }
    #expect(try isKept(busier))
    if let missed = headroom.missed {
      busier.rate = planQuestions[0].rate * missed
      #expect(try !isKept(busier))
    }
  }
}

@Suite struct `How certain a plan is` {
  @Test func `is told by seeds that it was not judged by, where arrivals are drawn`() throws {
    let drawn = try planQuestions[4].search().run(jobs: 2)
    let found = try drawn.fresh(5, jobs: 2)
    let fresh = try #require(found)
    #expect((0...5).contains(fresh.kept))
    #expect(fresh.attainment.lowerBound >= 0 && fresh.attainment.upperBound <= 1)
    #expect((fresh.attainment.lowerBound >= 0.95) == (fresh.kept == 5))
    let seeds = drawn.search.draws.map(\.seed)
    #expect(seeds == [0, 1])
    let recorded = try planQuestions[0].search().run(jobs: 2)
    let none = try recorded.fresh(5, jobs: 1)
    #expect(none == nil)
  }

  @Test func `hangs on prices that are quoted as a range`() throws {
    func text(_ gpus: String) throws -> String {
      let plan = try PlanQuestion(slo: "ttft<1s", gpus: gpus, rate: 5).search().run(jobs: 2)
      let none = plan.best.map { _ -> Plan.Headroom? in nil }
      return PlanReport(plan, trace: "t.csv", headroom: none) { _ in [] }.text(replay: nil)
    }
    #expect(
      try text("a100-sxm-80gb,h100-sxm").contains(
        "the answer costs $0.800 to 3.00 an hour, and 1 x h100-sxm for $2.95 may be cheaper."))
    #expect(try !text("h100-sxm,h200-sxm").contains("may be cheaper"))
  }

  @Test func `hangs on the cost model no more than where it is kept with slower work`() throws {
    let plan = try planQuestions[0].search().run(jobs: 2)
    let found = plan.robustness(jobs: 2)
    let robustness = try #require(found)
    for tipping in robustness.breakEvens {
      #expect((1 - robustness.reach...1 + robustness.reach).contains(tipping.factor))
    }
    #expect(planQuestions[7].slo == "ttft<1ms")
    let hopeless = try planQuestions[7].search().run(jobs: 2)
    #expect(hopeless.chosen == nil && hopeless.robustness(jobs: 1) == nil)
  }
}

@Suite struct `A scheduler's budget` {
  @Test func `goes by the scheduler's own name`() throws {
    #expect(
      try Schedulers.budgeted("vllm", [512, nil]) == ["vllm:max-num-batched-tokens=512", "vllm"])
    #expect(
      try Schedulers.budgeted("sarathi:max-num-seqs=8", [64]) == ["sarathi:max-num-seqs=8,chunk=64"]
    )
    #expect(try Schedulers.budgeted("orca", [512, 64]) == ["orca"])
    #expect(try Schedulers.budgeted("sarathi:chunk=32", [512]) == ["sarathi:chunk=32"])
    #expect(throws: InputError.self) { try Schedulers.budgeted("vlm", [1]) }
  }
}
