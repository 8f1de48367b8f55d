import Costs
import Testing

@testable import Studies

/// The runs in 16 bits on H100 are of dense models, cached in 16 bits, on one GPU to four.
@Suite struct `The error of the cost model` {
  private func error(
    _ model: String, on gpu: String = "h100-sxm", gpus: Int = 1, cache: NumberFormat? = nil
  ) throws -> ModelError {
    var deployment = Deployment(model: try Models.named(model), gpu: try GPUs.named(gpu))
    deployment.tensorParallelSize = gpus
    deployment.kvCacheDtype = cache
    return deployment.modelError
  }

  @Test func `is known where such runs were measured, and of nothing else`() throws {
    guard case .measured(let known) = try error("llama-3-8b", gpus: 4) else {
      Issue.record("four GPUs ran")
      return
    }
    #expect(known.map(\.words) == ["dense models in 16 bits on h100-sxm"])
    #expect(try error("llama-3-8b", gpus: 8) == .unknown(gpu: "h100-sxm"))
    #expect(try error("llama-3-8b", cache: .fp8) == .unknown(gpu: "h100-sxm"))
    #expect(try error("llama-3-8b", on: "a100-sxm-80gb") == .unknown(gpu: "a100-sxm-80gb"))
    #expect(try error("mixtral-8x7b", gpus: 4) == .unknown(gpu: "h100-sxm"))
  }
}
