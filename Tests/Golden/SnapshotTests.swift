import Costs
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
