import Testing

@testable import Costs
@testable import Serving

/// NanoFlow (OSDI 2025), Table 2: one iteration of LLaMA-2-70B on eight A100, 2,048 tokens.
@Suite struct PublishedTableTests {
  /// A row: milliseconds at the peaks of arithmetic, memory and link, and those measured.
  struct Row: Sendable, CustomTestStringConvertible {
    var step: LayerStep
    var estimates: [Double]
    var measured: Double
    var testDescription: String { step.rawValue }
  }

  /// The collectives are two all-reduces here, or two all-gathers and an all-reduce.
  static let rows = [
    Row(step: .queryKeyValue, estimates: [11.01, 1.22, 0], measured: 16.08),
    Row(step: .attentionOutput, estimates: [8.81, 1.01, 0], measured: 16.01),
    Row(step: .up, estimates: [61.67, 6.04, 0], measured: 69.92),
    Row(step: .down, estimates: [30.84, 3.11, 0], measured: 34.96),
    Row(step: .decodeAttention, estimates: [1.47, 28.89, 0], measured: 35.60),
    Row(step: .prefillAttention, estimates: [0.37, 0.13, 0], measured: 4.56),
    Row(step: .reduceOutput, estimates: [0.01, 4.70, 31.33], measured: 47.92),
  ]

  /// The model as a whole on one GPU as fast as eight A100: the table counts each activation once.
  private func cost(of step: LayerStep) throws -> StepCost {
    var gpu = try GPUs.named("a100-sxm-80gb")
    gpu.memoryBytesPerSecond = 2e12
    let model = try Models.named("llama-2-70b")
    let whole = KernelLayerTimes(of: try Shard(of: model), on: gpu)
    let parts = KernelLayerTimes(of: try Shard(of: model, tensorParallel: 8), on: gpu)
    switch step {
    case .reduceOutput: return parts.cost(of: step, tokens: 2048) * 2
    case .decodeAttention: return whole.decodeAttention(requests: 1365, context: 1024) * (1 / 8)
    case .prefillAttention:
      // The table counts a prompt's pairs of tokens twice: as if none were later than another.
      var cost = whole.prefillAttention(DenseBatch.chunks([(512, 0), (171, 170)])) * (1 / 8)
      cost.computeSeconds *= 2
      return cost
    default: return whole.cost(of: step, tokens: 2048) * (1 / 8)
    }
  }

  @Test(arguments: rows)
  func `the cost table's estimates are those of Table 2 to 0.5 % or its last digit`(
    row: Row
  ) throws {
    let cost = try cost(of: row.step)
    for (resource, published) in zip(Queue.ofGPU, row.estimates) {
      let ours = cost.peakSeconds(of: resource) * 80 * 1000
      #expect(abs(ours - published) <= max(0.005 * published, 0.005))
    }
  }

  @Test(arguments: rows)
  func `the published times of a whole dense batch are those of Table 2`(row: Row) throws {
    let published = try Published()
    let batch = published.batch(Ablation.published[3])
    let seconds =
      switch row.step {
      case .decodeAttention:
        published.times.decodeAttention(requests: 1365, context: 1024).seconds
      case .prefillAttention: batch.prefillAttention.seconds
      case .reduceOutput: 2 * published.times.cost(of: row.step, tokens: 2048).seconds
      default: published.times.cost(of: row.step, tokens: 2048).seconds
      }
    #expect(abs(seconds * 80 * 1000 / row.measured - 1) < 1e-9)
  }

  @Test func `the optimum is 1,857 tokens a second and GPU at 260 TFLOP/s and 70 billion`() throws {
    let optimum = ResourceBalance.optimum(
      of: try Models.named("llama-2-70b"), flopsPerSecond: 260e12)
    // The paper rounds the model's 68.98 billion parameters to 70.
    #expect(abs(optimum * 68.98 / 70 / 1857 - 1) <= 0.001)
  }

  /// Mean tokens of prompts and answers, and T_R.
  @Test(arguments: [
    (102, 222, 0.07), (1155, 211, 0.09), (246, 322, 0.11), (512, 512, 0.18), (1024, 512, 0.20),
    (512, 1024, 0.32),
  ])
  func `memory's time over that of arithmetic is Figure 3's for LLaMA-2-70B, within 10 %`(
    prompt: Double, output: Double, published: Double
  ) throws {
    let balance = ResourceBalance(
      of: try Shard(of: try Models.named("llama-2-70b"), tensorParallel: 8),
      on: try GPUs.named("a100-sxm-80gb"), prompt: prompt, output: output)
    let ratio = balance.memorySeconds / balance.computeSeconds
    #expect(abs(ratio - published) <= max(0.1 * published, 0.005))
  }
}
