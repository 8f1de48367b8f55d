import Costs
import Metrics
import Reporting
import Schedulers
import Serving
import Studies
import Testing
import Workloads

@testable import Formats

/// A small question of a plan, of which everything can be tried.
struct PlanQuestion: CustomTestStringConvertible {
  var slo: String
  var attainment: Double?
  var gpus = "h100-sxm,l40s"
  var degrees = "1,2"
  var replicas = [1, 2, 3]
  var schedulers = ["vllm", "sarathi"]
  var budgets: [Int?] = [512, 2048]
  var arrivals = "trace"
  var rate = 40.0
  var goal = PlanSearch.Goal.money
  var prices: [GPUPrice] = []
  var model = "llama-3-8b"
  /// The most replicas that compute prompts, and that decode, where there are such pools.
  var pools: (prefill: Int, decode: Int)?

  var testDescription: String { "\(slo), \(gpus), \(rate) a second" }

  private var load: Load {
    get throws {
      let given = ["arrivals": arrivals, Load.Settings.requestRate.name: "\(rate)"]
      return try Load { name in given[name].map { GivenValue(source: name, text: $0) } }
    }
  }

  private var loaded: LoadedTrace {
    get throws { LoadedTrace(trace: try chat(90, rate: 5), formatName: "made", notes: []) }
  }

  func search() throws -> PlanSearch {
    var names: [String] = []
    for name in schedulers { names += try Schedulers.budgeted(name, budgets) }
    let given = [
      "gpu": gpus, Deployment.degree.name: degrees, "model": model, "link-bandwidth-gb-s": link,
    ]
    let ranges = pools.map { "prefill=1..\($0.prefill),decode=1..\($0.decode)" }
    let space = try PlanSpace(
      schedulers: names, prices: prices + GPUPrice.known, replicas: replicas, mostGPUs: 5,
      pools: ranges.map { GivenValue(source: "--pools", text: $0) }
    ) { name in given[name].map { GivenValue(source: name, text: $0) } }
    return try PlanSearch(
      space,
      Requirement(try ServiceLevelObjective(parsing: slo), attainment: attainment),
      goal: goal, load: load, of: loaded, seeds: arrivals == "trace" ? 1 : 2)
  }

  private var link: String { "20" }

  /// What serves as `shape` says on each number of replicas that five GPUs have room for.
  private func scenarios(of shape: PlanSpace.Shape) throws -> [(gpus: Int, scenario: Scenario)] {
    var scenario = Scenario(shape.deployment, scheduler: shape.scheduler, load: try load)
    scenario.objectives = slo
    guard let pools, shape.pools != nil else {
      return replicas.map { count in
        scenario.deployment.fleet.replicas = count
        return (count * shape.gpus, scenario)
      }.filter { $0.gpus <= 5 }
    }
    return (1...pools.prefill).flatMap { prefill in
      (1...pools.decode).filter { (prefill + $0) * shape.gpus <= 5 }.compactMap { decode in
        let counts = GivenValue(source: "--pools", text: "prefill=\(prefill),decode=\(decode)")
        let fleet = try? PoolAxis.fleet(counts, file: nil) { name in
          switch name {
          case "scheduler": GivenValue(source: name, text: shape.scheduler)
          case "link-bandwidth-gb-s": GivenValue(source: name, text: link)
          default:
            (shape.values.first { $0.name == name }?.value).map {
              GivenValue(source: name, text: $0)
            }
          }
        }
        guard let fleet else { return nil }
        scenario.serve(on: fleet)
        return ((prefill + decode) * shape.gpus, scenario)
      }
    }
  }

  /// What replaying every combination by itself comes to, nothing left out: the best of each kind
  /// as GPUs, scheduler and attainment, and what it costs.
  func everything() throws -> [Int: (gpus: Int, scheduler: String, share: Double, cost: Double)] {
    let search = try search()
    var best: [Int: (gpus: Int, scheduler: String, share: Double, cost: Double)] = [:]
    for shape in search.space.shapes {
      let kind = search.space.kinds[shape.kind]
      for (gpus, own) in try scenarios(of: shape) {
        var scenario = own
        var shares: [Double] = []
        for draw in search.draws {
          scenario.load.seed = Int(draw.seed)
          guard let run = try? scenario.replay(loaded).run, let verdict = run.verdict else { break }
          let share = verdict.attainment ?? 0
          let least = attainment ?? (verdict.isMet == nil ? 0.99 : 0)
          if verdict.isMet ?? true, share >= least { shares.append(share) }
        }
        guard shares.count == search.draws.count, let share = shares.min() else { continue }
        let cost = Double(gpus) * (kind.price?.dollarsPerHour ?? .infinity)
        let other = best[shape.kind]
        if other == nil || (gpus, -share) < (other!.gpus, -other!.share) {
          best[shape.kind] = (gpus, shape.scheduler, share, cost)
        }
      }
    }
    return best
  }
}

/// Questions that differ in what is kept, on what, and what is made small.
let planQuestions = [
  PlanQuestion(slo: "ttft<1s,tbt<100ms"),
  PlanQuestion(slo: "ttft<300ms,tbt<40ms", attainment: 0.9, rate: 25),
  PlanQuestion(slo: "ttft.p99<1s,tbt.p99<50ms", rate: 60),
  PlanQuestion(slo: "ttft.p50<150ms,e2e.mean<4s", gpus: "l40s,a6000", rate: 30),
  PlanQuestion(slo: "tpot<12ms", attainment: 0.95, arrivals: "poisson", rate: 20),
  PlanQuestion(slo: "ttft.max<2s,tpot.p99<30ms", arrivals: "poisson", rate: 80),
  PlanQuestion(slo: "e2e<3s", attainment: 0.8, gpus: "a6000,h100-sxm,l40s", rate: 12, goal: .gpus),
  PlanQuestion(slo: "ttft<1ms", rate: 5),
  PlanQuestion(
    slo: "ttft<2s,tbt<200ms", degrees: "1,2,4", schedulers: ["orca", "splitfuse"],
    budgets: [nil, 256], rate: 60),
  PlanQuestion(
    slo: "ttft<4s", attainment: 0.8, degrees: "1,2,4", rate: 4, model: "llama-2-70b"),
  PlanQuestion(
    slo: "ttft<1s,tbt<100ms", rate: 50, prices: [GPUPrice("l40s", dollarsPerHour: 0.01)]),
  PlanQuestion(
    slo: "ttft<400ms,tbt<25ms", attainment: 0.9, schedulers: ["vllm", "sarathi"],
    budgets: [nil, 2048], arrivals: "poisson", rate: 50, pools: (3, 3)),
]
