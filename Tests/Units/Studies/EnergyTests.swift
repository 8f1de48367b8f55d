import Costs
import Metrics
import Reporting
import Serving
import Studies
import Testing
import Workloads

@testable import Formats

private let slo = "ttft<2s,tbt<100ms"
private let rate = 5.0

private func space(
  _ gpus: String, _ replicas: [Int], _ model: String = "llama-3-8b"
) throws -> PlanSpace {
  let given = ["gpu": gpus, Deployment.degree.name: "1,2,4", "model": model]
  return try PlanSpace(
    schedulers: ["vllm:max-num-batched-tokens=512", "sarathi:chunk=2048"], prices: GPUPrice.known,
    replicas: replicas, mostGPUs: 12
  ) { name in given[name].map { GivenValue(source: name, text: $0) } }
}

private func search(
  _ gpus: String = "h100-sxm", _ goal: PlanSearch.Goal = .energy,
  replicas: [Int] = [1, 2, 3, 4, 5, 6], model: String = "llama-3-8b"
) throws -> PlanSearch {
  var load = Load()
  load.requestRate = rate
  return try PlanSearch(
    space(gpus, replicas, model), Requirement(try ServiceLevelObjective(parsing: slo)), goal: goal,
    load: load, of: LoadedTrace(trace: try chat(90, rate: 5), formatName: "made", notes: []),
    seeds: 1)
}

@Suite struct `The energy of what serves` {
  @Test func `is not told with drafts or of ranks in step, which were never measured`() throws {
    let plain = try deployment()
    #expect(plain.power != nil)
    var ranks = plain
    ranks.experts.dataParallelSize = 2
    #expect(ranks.power == nil)
    var drafts = plain
    let json = """
      {"method": "ngram", "num_speculative_tokens": 2, "synthetic_acceptance_length": 2}
      """
    drafts.speculative = try SpeculativeConfig(
      GivenValue(source: "--speculative-config", text: json), DescribedFiles())
    #expect(drafts.power == nil)
  }

  @Test func `is the power at its mean batch while batches run, and idle power else`() throws {
    var service = try deployment().service("vllm")
    service.fleet.replicas = 3
    let run = try service.replay(try chat(60, rate: 2)).run
    let energy = try #require(run.energy)
    let (busy, span) = (run.metrics.batches.busySeconds, run.metrics.batches.spanSeconds)
    let curve = try #require(try deployment().power)
    let watts = curve.watts(sequences: run.metrics.batches.meanSequences)
    #expect(abs(energy.activeJoules / (watts * busy) - 1) < 1e-12)
    let idle = try #require(energy.idleJoules)
    #expect(abs(idle / (113 * (3 * span - busy)) - 1) < 1e-12)
    #expect(energy.outputTokens == run.metrics.requests.outputTokens)
    #expect(energy.basis.hasPrefix("Llama-3.1-8B in BF16, 1.7 % off on average and 2.9 % at most"))
  }

  @Test func `is said to be of the nearest measurement outside of all`() throws {
    let run = try deployment().service("vllm").replay(try chat(3, rate: 0.1)).run
    #expect(run.metrics.batches.meanSequences < 8)
    #expect(run.energy?.basis.contains("are outside the 8 to 512 that were measured") == true)
  }

  @Test(arguments: [("llama-3-8b", "l40s"), ("mixtral-8x7b", "h200-sxm")])
  func `is unknown where nothing was measured`(model: String, gpu: String) throws {
    #expect(try deployment(model, gpu).power == nil)
    var split = try deployment("llama-3-70b")
    (split.tensorParallelSize, split.pipelineParallelSize) = (4, 2)
    #expect(split.power == nil)
    split.pipelineParallelSize = 1
    #expect(split.power?.gpus == 4)
  }

  @Test func `of a token falls with the load, and is told at capacity`() throws {
    func joules(_ rate: Double) throws -> Double {
      try #require(
        try deployment().service("vllm").replay(try chat(200, rate: rate)).run.energy?
          .joulesPerToken)
    }
    #expect(try joules(1) > joules(4) && joules(4) > joules(16))
    let study = CapacityStudy(
      try chat(60, rate: 1), [try deployment().service("vllm")],
      objective: try ServiceLevelObjective(parsing: "tbt.p99<60ms"), arrivals: .poisson,
      seeds: [3, 4])
    let found = try study.run(jobs: 1)
    let taken = try #require(found[0].energy?.activeJoulesPerToken)
    #expect(taken > 0.05 && taken < 1)
    let sentence = try #require(CapacityReport.energy(found))
    #expect(sentence.contains(" under vllm (power of Llama-3.1-8B in BF16"))
  }
}

@Suite struct `A plan for the least energy` {
  @Test func `is what trying everything finds`() throws {
    let search = try search()
    let plan = search.run(jobs: 2)
    let chosen = plan.chosen
    let answer = try #require(chosen)
    var least = Double.infinity
    for shape in search.space.shapes {
      for count in search.space.replicas where count * shape.gpus <= 12 {
        var service = try shape.deployment.service(shape.scheduler)
        service.fleet.replicas = count
        let run = try service.replay(search.draws[0].trace, objective: search.requirement.objective)
          .run
        guard let verdict = run.verdict, search.requirement.isKept(by: verdict) else { continue }
        least = min(least, run.energy?.joulesPerToken ?? .infinity)
      }
    }
    #expect(answer.joulesPerToken == least)
    #expect(plan.counts.dearer > 0, "some need not be run")
    let report = PlanReport(plan, trace: "t.csv", headroom: [nil]) { _ in [] }
    #expect(report.sentence.contains("J an output token, idle time included"))
    #expect(report.json.contains("\"active_joules_per_output_token\""))
  }

  @Test func `is refused where it is not known what GPUs draw`() throws {
    let error = #expect(throws: InputError.self) { try search("h100-sxm,l40s") }
    #expect(error?.problem.contains("1 x l40s draw at work with llama-3-8b") == true)
    #expect(throws: Never.self) { try search("h100-sxm,l40s", .money) }
  }
}
