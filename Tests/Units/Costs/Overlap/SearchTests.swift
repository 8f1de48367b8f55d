import Testing

@testable import Costs

@Suite struct PipelineSearchTests {
  private func search(_ model: String, _ gpu: String, gpus: Int) throws -> PipelineSearch {
    PipelineSearch(
      times: KernelLayerTimes(
        of: try Shard(of: try Models.named(model), tensorParallel: gpus),
        on: try GPUs.named(gpu)))
  }

  @Test func `the same batch has the same plan, whenever it is searched for`() throws {
    let published = try Published()
    let batch = published.batch(Ablation.published[1])
    #expect(published.search.best(for: batch) == published.search.best(for: batch))
  }

  @Test func `a plan found is no slower than not splitting`() throws {
    for (model, gpus) in [("llama-3-8b", 1), ("llama-3-70b", 8), ("mixtral-8x7b", 8)] {
      let search = try search(model, "a100-sxm-80gb", gpus: gpus)
      for tokens in [256, 1024, 2048] {
        let batch = DenseBatch(tokens: tokens, prompt: 1024, output: 512, times: search.times)
        let plan = search.best(for: batch)
        #expect(search.seconds(plan, batch) <= search.seconds(.sequential, batch))
      }
    }
  }

  @Test func `a small batch is not split where each half would read all weights`() throws {
    let search = try search("llama-3-8b", "h100-sxm", gpus: 1)
    let batch = DenseBatch(tokens: 256, prompt: 512, output: 64, times: search.times)
    #expect(search.best(for: batch) == .sequential)
  }

  @Test func `where sharing gains nothing, nothing is split`() throws {
    let published = try Published(.proportional)
    for workload in Ablation.published {
      #expect(published.search.best(for: published.batch(workload)) == .sequential)
    }
  }

  @Test func `requests in another order take as long`() throws {
    let search = try search("llama-3-70b", "a100-sxm-80gb", gpus: 8)
    let prompts = [(tokens: 100, context: 0), (tokens: 400, context: 600)]
    let costs = [prompts, prompts.reversed()].map {
      search.times.prefillAttention(DenseBatch.chunks($0)).seconds
    }
    #expect(agree(costs[0], costs[1]))
  }

  @Test func `experts in place of MLPs are overlapped too`() throws {
    let search = try search("mixtral-8x7b", "a100-sxm-80gb", gpus: 8)
    #expect(search.kinds.map(\.kind) == [.experts])
    let batch = DenseBatch(tokens: 2048, prompt: 512, output: 512, times: search.times)
    let pipeline = PipelinePlan.nanoFlow(
      NanoFlowPlan(first: 768, firstPart: 384, secondPart: 640)
    ).pipeline(for: batch, times: search.times, kind: .experts)
    #expect(pipeline.operations.contains { $0.name == "experts 2" })
    #expect(
      LayerPeriod.seconds(of: pipeline, search.interference) < pipeline.sequentialSeconds)
  }
}
