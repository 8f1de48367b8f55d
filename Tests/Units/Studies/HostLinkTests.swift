import Costs
import Support
import Testing

@testable import Studies

@Suite struct `The link between a GPU and its host` {
  /// It was measured on an H100 alone.
  @Test func `is told where tiers use it, and that it is lent where it is`() throws {
    var deployment = Deployment(
      model: try Models.named("llama-3-8b"), gpu: try GPUs.named("h100-sxm"))
    #expect(deployment.shownHostLink == nil)
    deployment.tiers.offloading = 10
    #expect(deployment.shownHostLink?.value == "50 GB/s a GPU, each way")
    deployment.gpu = try GPUs.named("l40s")
    #expect(deployment.shownHostLink?.value.hasSuffix(", lent from an H100") == true)
    deployment.tiers.offloading = nil
    deployment.tiers.isHierarchical = true
    #expect(deployment.shownHostLink != nil)
  }
}
