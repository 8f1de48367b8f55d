import Support
import Testing

@testable import Costs
@testable import Serving

/// Deployments that differ in all that a cost depends on.
private let deployments = [
  (model: "llama-3-8b", gpu: "h100-sxm", tensorParallel: 1, stages: 1),
  (model: "yi-34b", gpu: "a100-sxm-80gb", tensorParallel: 2, stages: 3),
  (model: "mixtral-8x7b", gpu: "a40", tensorParallel: 4, stages: 1),
  (model: "falcon-180b", gpu: "b200-sxm", tensorParallel: 8, stages: 2),
  (model: "qwen2.5-72b", gpu: "l40s", tensorParallel: 4, stages: 4),
]

private func cost(
  _ model: Model, on gpu: GPU, tensorParallel: Int, stages: Int, host: HostTime = .vllmV0
) throws -> PipelineCost {
  let layers = IterationCost(
    of: try Shard(of: model, tensorParallel: tensorParallel), on: gpu, host: host)
  return PipelineCost(layers, stages: stages)
}

@Suite struct BreakdownTests {
  @Test(arguments: deployments)
  func `a breakdown sums to what the cost model says`(
    model: String, gpu: String, tensorParallel: Int, stages: Int
  ) throws {
    var random = SeededNumbers(state: 11)
    let cost = try cost(
      Models.named(model), on: GPUs.named(gpu), tensorParallel: tensorParallel, stages: stages)
    var prices = PartPrices(cost)
    for round in 0..<200 {
      var batch = random.batch()
      if round % 10 == 0 { batch.swappedTokens = 300 }
      let breakdown = Breakdown(of: batch, by: cost)
      #expect(agree(breakdown.parts.totalSeconds, cost.seconds(for: batch)))
      #expect(prices.parts(of: batch) == breakdown.parts)
      let sum = breakdown.entries.reduce(0) { $0 + $1.totalSeconds }
      #expect(agree(sum + breakdown.parts[.host], cost.seconds(for: batch)))
    }
  }

  /// Reductions of 120 bytes at 1 a second, and 3 seconds to start, twice in each of two layers;
  /// 5 rows of 8 elements of 2 bytes handed over once.
  @Test func `what GPUs send each other is of the layers, but for the embedding and the logits`()
    throws
  {
    let cost = try cost(tiny, on: slow, tensorParallel: 4, stages: 2, host: .none)
    let breakdown = Breakdown(of: batch(decodes: 5), by: cost)
    #expect(agree(breakdown.parts[.collective], 4 * 123 + 83))
    let handOver = try #require(breakdown.entries.last)
    #expect(handOver.operation.name == .sendActivations && handOver.operation.repeats == 1)
    #expect(handOver.operation.wireBytes == 80 && handOver.limit == .network)
    #expect(agree(handOver.secondsPerRun, 83))
    let reduction = breakdown.entries.filter { $0.operation.name == .reduceEmbedding }
    #expect(reduction.map(\.operation.costPart) == [.head])
    #expect(reduction.map(\.limit) == [.network])
  }

  @Test func `one stage hands nothing on`() throws {
    let cost = try cost(tiny, on: slow, tensorParallel: 1, stages: 1)
    let breakdown = Breakdown(of: batch(decodes: 5), by: cost)
    #expect(breakdown.parts[.collective] == 0)
    #expect(breakdown.entries.allSatisfy { $0.operation.kind != .collective })
  }

  @Test func `a batch without prompts or without decodes has no such attention`() throws {
    var prices = PartPrices(try cost(tiny, on: slow, tensorParallel: 1, stages: 1))
    let decodes = prices.parts(of: batch(decodes: 2, context: 3))
    #expect(decodes[.prefillAttention] == 0 && decodes[.decodeAttention] > 0)
    let prompts = prices.parts(of: batch(chunks: [(2, 3)]))
    #expect(prompts[.prefillAttention] > 0 && prompts[.decodeAttention] == 0)
    #expect(prompts[.linear] == decodes[.linear])
  }

  @Test func `the parts are cut where embedding and last normalisation begin`() throws {
    let list = try tiny.operations(for: batch(decodes: 5, chunks: [(3, 0)]), tensorParallel: 2)
    let head = list.filter { $0.part == .head }.map(\.name)
    #expect(
      head == [
        .embedding, .reduceEmbedding, .finalNormalization, .head, .gatherLogits, .sampling,
      ])
    #expect(list.only(.up)?.group == .linear && list.only(.up)?.costPart == .linear)
    #expect(list.only(.head)?.group == .linear && list.only(.head)?.costPart == .head)
    #expect(list.only(.activation)?.costPart == .other)
    #expect(list.only(.allReduce)?.costPart == .collective)
  }

  @Test func `the sums are the parts added in order`() {
    var parts = CostParts()
    for (index, part) in CostPart.allCases.enumerated() { parts[part] = Double(1 << index) }
    #expect(parts.layerSeconds == 31)
    #expect(parts.totalSeconds == 127)
    #expect(CostPart.allCases.map { parts[$0] } == [1, 2, 4, 8, 16, 32, 64])
  }
}
