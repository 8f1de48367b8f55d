/// The most memory that activations take at once, as vLLM finds it before it sizes its cache: it
/// runs the longest iteration, then samples from the largest batch.
struct ActivationPeak: Sendable, Equatable {
  /// While a layer computes.
  var layerBytes: Int
  /// While the sampler computes; the layers' activations are free by then.
  var samplerBytes: Int

  var bytes: Int { max(layerBytes, samplerBytes) }

  init(of shard: Shard, limits: MemoryLimits) {
    let model = shard.model
    let widest = max(
      ActivationPeak.attentionWidth(of: shard), ActivationPeak.mlpWidth(of: shard))
    let tokens = Double(limits.maxNumBatchedTokens)
    layerBytes = Int(tokens * Double(2 * model.hidden + widest) * Model.bytesPerActivation)
    samplerBytes =
      limits.maxNumSeqs * model.vocabulary * ActivationPeak.samplerBytesPerLogit
      + Int(tokens * Double(model.hidden) * Model.bytesPerActivation)
  }

  /// Bytes for each logit while PyTorch sorts them for top-p: the logits in bfloat16 (2) and in
  /// float32 (4), sorted values (4) and indices (8), and the sort's scratch (28).
  ///
  /// Every GPU of a group gathers and samples all logits. With it, the peak is what vLLM's log
  /// gives as peak activation for Llama-3.1-8B with 256 sequences.
  private static let samplerBytesPerLogit = 46

  /// Elements a token that attention holds beside the residual stream: queries, keys and values,
  /// and its result; of latent attention the latents too.
  private static func attentionWidth(of shard: Shard) -> Int {
    let headSize = shard.model.headSize
    guard let latent = shard.model.latent else {
      return shard.queryKeyValueWidth + shard.heads * headSize
    }
    let queriesAndKeys = 2 * (headSize + latent.rotary)
    return latent.queryRank + latent.cachedElements
      + shard.heads * (queriesAndKeys + 2 * latent.valueSize)
  }

  /// Elements a token that the widest MLP holds beside the residual stream: its first product with
  /// what the activation makes of it, for each expert; the first product's memory is used again for
  /// the second.
  private static func mlpWidth(of shard: Shard) -> Int {
    let model = shard.model
    let dense = model.denseLayers == 0 ? 0 : shard.upWidth(shard.intermediate) + shard.intermediate
    guard let mixture = model.mixture else { return dense }
    let first = max(shard.upWidth(shard.expertIntermediate), model.hidden)
    return max(dense, mixture.perToken * (first + shard.expertIntermediate))
  }
}
