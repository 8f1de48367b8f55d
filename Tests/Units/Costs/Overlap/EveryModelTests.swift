import Serving
import Support
import Testing

@testable import Costs

/// Models whose layers pipelines are known for.
private let models = Models.all.filter(\.hasPlainLayers)

@Suite struct `Pipelines of every model` {
  private func times(_ model: Model) throws -> KernelLayerTimes {
    KernelLayerTimes(of: try Shard(of: model), on: try gpu("h100-sxm"))
  }

  /// Layers one operation after the other, with what is outside of them, are the iteration.
  @Test(arguments: models.map(\.name))
  func `take what an iteration takes where nothing overlaps`(name: String) throws {
    let times = try times(try Models.named(name))
    let search = PipelineSearch(times: times)
    let cost = IterationCost(
      of: times.shard, on: try gpu("h100-sxm"), host: .none)
    let decodes = DenseBatch(tokens: 256, decodes: 256, context: 1000, prefillAttention: .none)
    let sum = search.kinds.reduce(times.secondsOutsideLayers(tokens: 256, rows: 256)) {
      let pipeline = PipelinePlan.sequential.pipeline(for: decodes, times: times, kind: $1.kind)
      return $0 + pipeline.sequentialSeconds * Double($1.layers)
    }
    let whole = cost.seconds(for: batch(decodes: 256, context: 1000))
    #expect(abs(sum / whole - 1) < 1e-9)
  }

  @Test(arguments: models.map(\.name))
  func `are found, and are no slower than that`(name: String) throws {
    let times = try times(try Models.named(name))
    let search = PipelineSearch(times: times)
    let batch = DenseBatch(tokens: 512, prompt: 512, output: 256, times: times)
    let plan = search.best(for: batch)
    let seconds = search.seconds(plan, batch)
    #expect(seconds.isFinite && seconds > 0)
    #expect(seconds <= search.seconds(.sequential, batch))
  }

  /// A layer of experts alone, and shared ones beside them, has nothing of a dense layer.
  @Test func `have no dense layers where the model has none`() throws {
    let model = tinyMixture.with { $0.blocks = [$0.blocks[1], $0.blocks[1]].runs }
    let times = try times(model)
    for step in LayerStep.allCases {
      #expect(times.cost(of: step, tokens: 7).seconds.isFinite, "\(step)")
    }
    #expect(times.cost(of: .up, tokens: 7).seconds == 0)
  }

  @Test func `have decodes of any number and length`() throws {
    let times = try times(try Models.named("llama-3.1-8b"))
    let most = times.decodeAttention(requests: 1 << 20, context: Double(Int32.max)).seconds
    let half = times.decodeAttention(requests: 1 << 19, context: Double(Int32.max)).seconds
    #expect(most.isFinite && most > half)
  }

  /// The greatest batch has no more splits to try than one of a few tens of thousands of tokens.
  @Test func `are found for the greatest batch`() throws {
    let times = try times(tiny)
    let batch = DenseBatch(
      tokens: PipelineSearch.mostTokens, prompt: 1 << 16, output: 1, times: times)
    let search = PipelineSearch(times: times, interference: .proportional)
    #expect(search.best(for: batch) == .sequential)
  }
}
