import Serving
import Support
import Testing

@testable import Costs

/// Models of every kind, on GPUs and in formats that differ in which tables there are.
private let deployments = [
  (model: "llama-3-8b", gpu: "h100-sxm", tensorParallel: 1, weights: NumberFormat.bf16),
  (model: "falcon-40b", gpu: "a40", tensorParallel: 8, weights: .bf16),
  (model: "phi-3-mini", gpu: "l40s", tensorParallel: 1, weights: .int8Weight),
  (model: "gemma-2-9b", gpu: "a100-pcie-80gb", tensorParallel: 2, weights: .bf16),
  (model: "gemma-3-27b", gpu: "h200-sxm", tensorParallel: 2, weights: .fp8),
  (model: "mistral-7b", gpu: "a6000", tensorParallel: 1, weights: .int4Weight),
  (model: "mixtral-8x7b", gpu: "a100-sxm-80gb", tensorParallel: 2, weights: .bf16),
  (model: "qwen3-30b-a3b", gpu: "h100-sxm", tensorParallel: 1, weights: .fp8),
  (model: "deepseek-v2-lite", gpu: "b200-sxm", tensorParallel: 1, weights: .nvfp4),
  (model: "deepseek-v3", gpu: "h200-sxm", tensorParallel: 8, weights: .fp8Block),
  (model: "longcat-flash", gpu: "gb200", tensorParallel: 8, weights: .bf16),
]

extension SeededNumbers {
  /// A batch of up to eight chunks.
  fileprivate mutating func manyChunks() -> Batch {
    var chunks: [(tokens: Int, context: Int)] = []
    for _ in 0..<Int.random(in: 0...8, using: &self) {
      chunks.append(
        (Int.random(in: 1...2000, using: &self), Int.random(in: 0...9000, using: &self)))
    }
    let least = chunks.isEmpty ? 1 : 0
    return Support.batch(
      decodes: Int.random(in: least...200, using: &self),
      context: Int.random(in: 0...9000, using: &self), chunks: chunks)
  }
}

@Suite struct TableCostTests {
  @Test(arguments: deployments, [NumberFormat.bf16, .fp8])
  func `a batch costs what its breakdown sums to`(
    deployment: (model: String, gpu: String, tensorParallel: Int, weights: NumberFormat),
    cache: NumberFormat
  ) throws {
    var random = SeededNumbers(state: 101)
    let model = try Models.named(deployment.model).with {
      $0.weights = deployment.weights
      $0.cache = cache
    }
    let layers = IterationCost(
      of: try Shard(of: model, tensorParallel: deployment.tensorParallel),
      on: try gpu(deployment.gpu))
    let cost = PipelineCost(layers, stages: 1)
    var prices = PartPrices(cost)
    for _ in 0..<60 {
      let batch = random.manyChunks()
      let breakdown = Breakdown(of: batch, by: cost)
      #expect(agree(cost.seconds(for: batch), breakdown.parts.totalSeconds))
      #expect(prices.parts(of: batch) == breakdown.parts)
      for part in CostPart.allCases where part != .host {
        let sum = breakdown.entries.filter { $0.operation.costPart == part }
          .reduce(0) { $0 + $1.totalSeconds }
        #expect(agree(sum, breakdown.parts[part]), "\(part)")
      }
    }
  }

  @Test(arguments: deployments)
  func `the order of chunks does not matter`(
    model: String, name: String, tensorParallel: Int, weights: NumberFormat
  ) throws {
    var random = SeededNumbers(state: 102)
    let cost = IterationCost(
      of: try Shard(of: Models.named(model), tensorParallel: tensorParallel),
      on: try gpu(name))
    for _ in 0..<20 {
      let batch = random.manyChunks()
      let other = Batch(
        decodes: batch.decodes, decodeContext: batch.decodeContext,
        decodeContextSquares: batch.decodeContextSquares, chunks: batch.chunks.reversed())
      #expect(agree(cost.seconds(for: batch), cost.seconds(for: other)))
    }
  }

  @Test func `with roofline times no table counts`() throws {
    let full = try gpu("h100-sxm")
    var bare = full
    bare.tables = KernelTables()
    let shard = try Shard(of: Models.named("gemma-3-27b"))
    let batch = batch(decodes: 9, context: 900, chunks: [(300, 20), (90, 0)])
    func seconds(_ gpu: GPU, _ times: OperationTimes) -> Double {
      IterationCost(of: shard, on: gpu, times: times)
        .seconds(for: batch)
    }
    #expect(seconds(full, .roofline) == seconds(bare, .roofline))
    #expect(agree(seconds(bare, .measured), seconds(bare, .roofline)))
    #expect(seconds(full, .measured) != seconds(full, .roofline))
  }
}
