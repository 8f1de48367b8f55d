import Costs
import Formats
import Schedulers
import Serving

/// Speculative decoding of what is deployed.
extension Deployment {
  /// Has `engine` decode with drafts where that was asked for; refuses it where it is not known how
  /// that engine, or this model, does.
  func speculate(_ engine: inout Engine, _ groups: CacheGroups) throws(InputError) {
    guard let speculative else { return }
    func refusal(_ problem: String, _ remedy: String) -> InputError {
      InputError(Self.speculativeOption, problem: problem, remedy: remedy)
    }
    if !engine.drafts {
      throw refusal(
        "how \(engine.version) decodes with drafts is not known",
        "leave it out, or use vllm-0.33")
    }
    if pipelineParallelSize > 1 {
      throw refusal("drafts in a pipeline are not known", "leave out --pipeline-parallel-size")
    }
    // vLLM 0.33, `VllmConfig.__post_init__`.
    let mayBeAhead = speculative.method.hasModel && speculative.byBatchSize.isEmpty
    if !mayBeAhead && engine.given.contains("async-scheduling")
      && engine.rules.outputs.schedulesAhead
    {
      throw refusal(
        "asynchronous scheduling is known with drafts of a model alone, and always as many",
        "leave out async-scheduling=true: batches are planned one by one then")
    }
    if groups.states > 0 {
      throw refusal(
        "\(model.name) has layers that keep a state, of which it is not known how drafts are "
          + "taken back", "leave it out, or use a model without such layers")
    }
    if !groups.windows.isEmpty {
      throw refusal(
        "windows that give blocks back are not known beside drafts",
        "give --disable-hybrid-kv-cache-manager too")
    }
    if let budget = engine.rules.limits.maxNumBatchedTokens,
      budget < speculative.numSpeculativeTokens + 2
    {
      throw refusal(
        "a budget of \(budget) tokens has no room for \(speculative.numSpeculativeTokens) drafts",
        "raise --max-num-batched-tokens to \(speculative.numSpeculativeTokens + 2) or more")
    }
    if !mayBeAhead { engine.rules.outputs.schedulesAhead = false }
    engine.rules.speculation = speculative.rules(seed: 0)
  }

  private static let speculativeOption = "--speculative-config"

  /// What a GPU holds for drafting.
  func draftMemory() throws(InputError) -> MemoryLimits.Draft {
    guard let speculative, let drafter = try draftShard() else { return MemoryLimits.Draft() }
    let method = speculative.method
    return MemoryLimits.Draft(
      weightBytes: method == .draftModel
        ? drafter.weightBytes : drafter.draftWeightBytes(hasHead: method == .eagle3),
      bytesPerToken: drafter.keyValueBytesPerToken)
  }

  /// The cost of batches, drafting included, where their own is `cost`; nil without drafts.
  func draftingCost(_ cost: PipelineCost) throws(InputError) -> DraftingCost? {
    guard let speculative else { return nil }
    let host = speculative.isEager ? cost.layers.host.withoutGraphs : .none
    let drafter = try draftShard().map { costs.cost(of: $0, on: gpu, times: times, host: host) }
    return DraftingCost(
      cost, drafter: drafter, joins: speculative.method.continuesStates,
      isParallel: speculative.isParallel)
  }

  /// What a GPU holds of the model that drafts, if one does; it is split as the other one is.
  private func draftShard() throws(InputError) -> Shard? {
    guard let speculative, speculative.method.hasModel else { return nil }
    let gpus = speculative.tensorParallelSize ?? tensorParallelSize
    if gpus != 1 && gpus != tensorParallelSize {
      throw InputError(
        Self.speculativeOption,
        problem: "draft_tensor_parallel_size is \(gpus), where vLLM drafts on one GPU or on all "
          + "\(tensorParallelSize) that hold the model", remedy: "give 1, or leave it out")
    }
    guard let draft = speculative.model else {
      return try Shard(
        of: servedModel().draftLayer(speculative.method), tensorParallel: gpus)
    }
    // vLLM 0.33, `verify_equal_vocab_size_if_draft_model`.
    if speculative.method == .draftModel && draft.vocabulary != model.vocabulary {
      throw InputError(
        Self.speculativeOption,
        problem: "\(draft.name) has \(draft.vocabulary) words, and \(model.name) "
          + "\(model.vocabulary)", remedy: "draft with a model of the same vocabulary")
    }
    let length = try modelLength()
    if draft.maxPositions < length {
      throw InputError(
        Self.speculativeOption,
        problem: "\(draft.name) was made for \(draft.maxPositions) tokens, less than \(length)",
        remedy: "use --max-model-len \(draft.maxPositions) or less")
    }
    return try Shard(of: draft, tensorParallel: gpus)
  }
}
