import Costs
import Metrics

/// What is known of how far the cost model is off for what was compared.
public enum ModelError: Sendable, Equatable {
  /// Whole decode iterations are off by this share at the 95th percentile: those of vLLM 0.15.1 on
  /// H100, with dense models in bf16 on 1 to 4 GPUs; see Reports/calibration.
  case ofDecodes(Double)
  /// No whole iterations were measured on this GPU, or not of such a model or engine.
  case unknown(gpu: String)

  /// What is known where both `self` and `other` were compared.
  public func and(_ other: ModelError) -> ModelError {
    if case .unknown = self { return self }
    return other
  }
}

extension Deployment {
  /// What is known of how far the costs are off here.
  public var modelError: ModelError {
    guard case .alike(let time) = host, time == .vllmV1, gpu == (try? GPUs.named("h100-sxm")),
      pipelineParallelSize == 1, tensorParallelSize <= 4,
      let model = try? servedModel(), model.hasPlainLayers, model.mixture == nil,
      model.latent == nil,
      model.weights == .bf16, model.cache == .bf16
    else { return .unknown(gpu: gpu.name) }
    return .ofDecodes(0.065)
  }
}
