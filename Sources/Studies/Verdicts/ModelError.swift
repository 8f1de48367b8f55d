import Costs

/// What is known of how far the cost model is off for what was compared.
public enum ModelError: Sendable, Equatable {
  /// What it was off for each of these.
  case measured([MeasuredError])
  /// No runs were measured on this GPU, or not of such a model or engine.
  case unknown(gpu: String)

  /// What is known where both `self` and `other` were compared.
  public func and(_ other: ModelError) -> ModelError {
    guard case .measured(let known) = self else { return self }
    guard case .measured(let more) = other else { return other }
    return .measured(known + more.filter { !known.contains($0) })
  }
}

extension Deployment {
  /// What is known of how far the costs are off here: of vLLM's own program, with the built-in
  /// times of the GPU, without pipelines, for models of such layers, caches and degrees as ran.
  public var modelError: ModelError {
    guard case .alike(let time) = host, time == .vllmV1, pipelineParallelSize == 1,
      experts == ExpertParallelism(),
      gpu == (try? GPUs.named(gpu.name)), let model = try? servedModel(), model.hasPlainLayers
    else { return .unknown(gpu: gpu.name) }
    let kind = model.mixture == nil ? MeasuredError.Kind.dense : .experts
    let bits = Int((model.weights.bytesPerWeight * 8).rounded(.down))
    let ran = kind == .experts || model.latent == nil
    let known = MeasuredError.all.filter {
      $0.gpu == gpu.name && $0.kind == kind && $0.bits == bits && gpusPerReplica <= $0.gpus
        && (bits < 16 || model.cache == .bf16)
    }
    return known.isEmpty || !ran ? .unknown(gpu: gpu.name) : .measured(known)
  }
}
