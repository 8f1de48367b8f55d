import Formats
import Serving
import Testing

@testable import Costs
@testable import Studies

@Suite struct `What was priced before` {
  private func prices(_ deployment: Deployment, _ scheduler: String) throws -> ShardPrices {
    try #require(try deployment.service(scheduler).cost as? PipelineCost).layers.prices
  }

  private func overlap(_ deployment: Deployment, _ scheduler: String) throws -> OverlapCost {
    try #require(try deployment.service(scheduler).cost as? OverlapCost)
  }

  private let deployment: Deployment

  init() throws {
    deployment = Deployment(
      model: try Models.named("llama-3-8b"), gpu: try GPUs.named("h100-sxm"))
  }

  @Test func `is shared by all engines, whatever their limits and host times`() throws {
    let first = try prices(deployment, "vllm")
    #expect(try prices(deployment, "sarathi:chunk=256") === first)
    var other = deployment
    other.maxNumSeqs = 7
    other.host = .own(isAsynchronous: false)
    other.gpuMemoryUtilization = 0.5
    #expect(try prices(other, "splitfuse") === first)
  }

  @Test func `is not shared by other shards, GPUs or times`() throws {
    let first = try prices(deployment, "vllm")
    var others = [Deployment](repeating: deployment, count: 4)
    others[0].tensorParallelSize = 2
    others[1].gpu.memoryBytesPerSecond *= 2
    others[2].times = .roofline
    others[3].kvCacheDtype = .fp8
    for other in others { #expect(try prices(other, "vllm") !== first) }
  }

  @Test func `is shared by scenarios whose files are the same`() throws {
    let files = DescribedFiles()
    let scenarios = try (0..<2).map { _ in try Scenario(files) { _ in nil } }
    let first = try prices(scenarios[0].deployment, "vllm")
    #expect(try prices(scenarios[1].deployment, "orca") === first)
    #expect(try prices(Scenario { _ in nil }.deployment, "vllm") !== first)
  }

  @Test func `has the plan of a pipeline too, and the host times of who asks`() throws {
    let name = "nanoflow:global-batch-size=1024"
    let first = try overlap(deployment, name)
    #expect(try overlap(deployment, name).table.cells.bits == first.table.cells.bits)
    let offloading = try overlap(deployment, name + ",enable-offload=true")
    #expect(offloading.table.cells.bits != first.table.cells.bits)
    var slow = deployment
    slow.host = .alike(HostTime(secondsPerIteration: 1))
    let batch = Batch(decodes: 5, decodeContext: 500)
    #expect(try overlap(slow, name).seconds(for: batch) == 1)
    #expect(first.seconds(for: batch) < 0.1)
  }
}
