import Costs
import Formats
import Metrics
import Serving
import Studies
import Testing
import Workloads

/// Requests so far apart that each is alone: the first token comes when its prompt is computed, and
/// so takes what the cost model says of a batch of that one prompt.
@Suite struct `A plan for requests that never meet` {
  private static let tokens = 1000

  private static let trace = Trace(
    requests: (0..<20).map {
      Request(arrival: $0 * 10_000_000_000, promptTokens: tokens, outputTokens: 1)
    })

  /// The seconds that one prompt takes on `gpu`.
  private func alone(on gpu: String) throws -> Double {
    let deployment = Deployment(model: try Models.named("llama-3-8b"), gpu: try GPUs.named(gpu))
    let batch = Batch(
      decodes: 0, decodeContext: 0, decodeContextSquares: 0, prompts: [(Self.tokens, 0)])
    return try deployment.service("vllm").cost.seconds(for: batch)
  }

  private func plan(within seconds: Double) throws -> (gpu: String?, gpus: Int?) {
    let space = try PlanSpace(
      schedulers: ["vllm"], prices: GPUPrice.known, replicas: [1, 2], mostGPUs: 2
    ) { name in name == "gpu" ? GivenValue(source: name, text: "h100-sxm,l40s") : nil }
    let objective = try ServiceLevelObjective(parsing: "ttft<\(Int(seconds * 1e6))us")
    let plan = try PlanSearch(
      space, Requirement(objective, attainment: 1), goal: .money, load: Load(),
      of: LoadedTrace(trace: Self.trace, formatName: "made", notes: []), seeds: 1
    ).run(jobs: 1)
    return (plan.answer.map { space.kinds[$0].name }, plan.chosen?.gpus)
  }

  @Test func `is the cheapest GPU that computes a prompt in time, and one of it`() throws {
    let (fast, slow) = (try alone(on: "h100-sxm"), try alone(on: "l40s"))
    #expect(fast < slow)
    #expect(try plan(within: slow * 1.01) == ("l40s", 1))
    #expect(try plan(within: slow * 0.99) == ("h100-sxm", 1))
    #expect(try plan(within: fast * 1.01) == ("h100-sxm", 1))
    #expect(try plan(within: fast * 0.99) == (nil, nil))
  }
}
