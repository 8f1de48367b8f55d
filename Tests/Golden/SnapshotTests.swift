import Costs
import Formats
import Metrics
import Reporting
import Studies
import Support
import Testing
import Workloads

@testable import servesim

/// What users see, kept as text: `UPDATE_GOLDEN=1` writes it anew, for the eyes of who changes it.
@Suite struct `What is printed` {
  private static let tool = Tool(.standard)

  @Test func `is the help that is kept, general and short`() {
    let commands = Self.tool.commands
    #expect(Golden.difference(Help.general(commands), from: "help/general.txt") == nil)
    #expect(Golden.difference(Help.short(commands), from: "help/short.txt") == nil)
  }

  @Test(arguments: tool.commands.map(\.name))
  func `is the help of each command that is kept`(_ name: String) throws {
    let command = try #require(Self.tool.commands.first { $0.name == name })
    #expect(Golden.difference(Help.full(command), from: "help/\(name).txt") == nil)
  }

  /// The first 200 requests of the trace in the tree, ten times as many a second.
  @Test func `is the plan that is kept`() throws {
    let loaded = try TraceFile.read(Repository.path("Traces/chat.csv"))
    let given = ["gpu": "h100-sxm,l40s,a6000", Deployment.degree.name: "1,2"]
    let space = try PlanSpace(
      schedulers: ["vllm:max-num-batched-tokens=512", "sarathi:chunk=2048"],
      prices: GPUPrice.known, replicas: [1, 2, 3, 4], mostGPUs: 4
    ) { name in given[name].map { GivenValue(source: name, text: $0) } }
    var load = Load()
    (load.transforms.limit, load.requestRate) = (200, 55)
    let search = try PlanSearch(
      space, Requirement(try ServiceLevelObjective(parsing: "ttft<2s,tbt<100ms")), goal: .money,
      load: load, of: loaded, seeds: 1)
    let plan = search.run(jobs: 2)
    let kept = plan.best.map { $0.map { plan.candidates[$0] } }
    let headroom = kept.map { $0.flatMap { plan.headroom(of: [$0], jobs: 1)[0] } }
    var report = PlanReport(plan, trace: "chat.csv", headroom: headroom) { _ in [] }
    report.robustness = plan.robustness(jobs: 2)
    report.sale = TokenPrices(input: 0.1, output: 0.4)
    #expect(Golden.difference(report.text(replay: nil), from: "tables/plan.txt") == nil)
    #expect(Golden.difference(report.json, from: "tables/plan.json") == nil)
  }

  /// The first 300 requests of the trace in the tree.
  @Test func `is the table of a comparison that is kept`() throws {
    let deployment = Deployment(
      model: try Models.named("llama-3-8b"), gpu: try GPUs.named("h100-sxm"))
    let trace = try TraceFile.read(Repository.path("Traces/chat.csv")).trace.prefix(300)
    let services = try ["vllm-0.6", "vllm", "sarathi"].map { try deployment.service($0) }
    let runs = try Comparison(trace, services).run(jobs: 1) { $0.run }.map { try $0.get() }
    #expect(Golden.difference(ComparisonTable.text(runs), from: "tables/compare.txt") == nil)
    #expect(Golden.difference(ReplayReport.text(runs[2]), from: "tables/replay.txt") == nil)
  }
}
