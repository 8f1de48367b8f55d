import Testing

@testable import Costs

/// One operation of a pipeline made by hand: `seconds` alone, of all tokens.
func operation(
  _ name: String, _ queue: Queue, seconds: Double, share: Double = 0.5,
  after inputs: [NanoOperation.Input] = [], memory: Double = 0
) -> NanoOperation {
  let steps: [Queue: LayerStep] = [
    .compute: .up, .memory: .decodeAttention, .network: .reduceDown,
  ]
  return NanoOperation(
    name, steps[queue] ?? .up, nanoBatch: 0, tokens: 0..<1,
    cost: StepCost(seconds: seconds, memorySeconds: memory),
    share: queue == .compute ? 0 : share, after: inputs)
}

/// An ablation's workload and what was published of it, in tokens a second and GPU.
struct Ablation: Sendable, CustomTestStringConvertible {
  var prompt: Int
  var output: Int
  var nonOverlap: Double
  var nanoBatch: Double
  var nanoFlow: Double

  var testDescription: String { "\(prompt)-\(output)" }

  /// NanoFlow, OSDI 2025, Figure 9; 512-0 is 512-2 in the scripts that measured it.
  static let published = [
    Ablation(prompt: 512, output: 2, nonOverlap: 1273, nanoBatch: 1171, nanoFlow: 1446),
    Ablation(prompt: 512, output: 512, nonOverlap: 1106, nanoBatch: 982, nanoFlow: 1323),
    Ablation(prompt: 1024, output: 512, nonOverlap: 1092, nanoBatch: 958, nanoFlow: 1291),
    Ablation(prompt: 512, output: 1024, nonOverlap: 1048, nanoBatch: 952, nanoFlow: 1277),
  ]
}

/// LLaMA-2-70B on eight A100, as published, with a dense batch of 2,048 tokens.
struct Published {
  let times: NanoFlowTimes
  let search: PipelineSearch
  /// The split of the released configuration `llama2-70B/2048.json`.
  let released = PipelinePlan.nanoFlow(
    NanoFlowPlan(first: 640, firstPart: 256, secondPart: 768))

  init(_ interference: Interference = .nanoFlow) throws {
    times = try NanoFlowTimes()
    search = PipelineSearch(times: times, interference: interference)
  }

  func batch(_ workload: Ablation) -> DenseBatch {
    DenseBatch(tokens: 2048, prompt: workload.prompt, output: workload.output, times: times)
  }

  /// Tokens a second and GPU.
  func throughput(_ plan: PipelinePlan, _ workload: Ablation) -> Double {
    2048 / 8 / search.seconds(plan, batch(workload))
  }
}
