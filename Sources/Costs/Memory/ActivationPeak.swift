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
    // Where ranks are in step, the tokens of all are gathered, and as many as vLLM's kernels take
    // at once go through experts.
    let ranks = Double(shard.map.data)
    let gathered = ranks > 1 ? ranks * tokens * Double(model.hidden) : 0
    let times =
      ranks > 1 ? max(1, min(ranks, Double(ActivationPeak.expertTokens) / tokens)) : 1
    layerBytes = Int(
      (tokens * (Double(2 * model.hidden) + Double(widest) * times) + gathered)
        * Model.bytesPerActivation)
    samplerBytes =
      limits.maxNumSeqs * model.vocabulary * ActivationPeak.samplerBytesPerLogit
      + Int(tokens * Double(model.hidden) * Model.bytesPerActivation)
  }

  /// Tokens that go through experts at once: `VLLM_FUSED_MOE_CHUNK_SIZE` of vLLM 0.33.0.
  private static let expertTokens = 16 << 10

  /// Bytes for each logit while PyTorch sorts them for top-p: the logits in bfloat16 (2) and in
  /// float32 (4), sorted values (4) and indices (8), and the sort's scratch (28).
  ///
  /// Every GPU of a group gathers and samples all logits. With it, the peak is what vLLM's log
  /// gives as peak activation for Llama-3.1-8B with 256 sequences.
  private static let samplerBytesPerLogit = 46

  /// Elements a token that the widest mixer holds beside the residual stream: queries, keys and
  /// values, and its result; of latent attention the latents too.
  private static func attentionWidth(of shard: Shard) -> Int {
    shard.blocks.flatMap(\.mixers).map { mixer in
      switch mixer {
      case .attention(let attention): attention.queryKeyValueWidth + attention.outputWidth
      case .latent(let latent):
        latent.queryRank + latent.cachedElements + latent.heads
          * (2 * (latent.headSize + latent.rotary) + 2 * latent.valueSize)
      case .compressed(let compressed):
        compressed.queryRank + compressed.headSize
          + 2 * compressed.heads * compressed.headSize
          + compressed.outputGroups * compressed.outputRank
      case .recurrent(let recurrent):
        2 * recurrent.width + 2 * recurrent.convolutionChannels
      }
    }.max() ?? 0
  }

  /// Elements a token that the widest MLP holds beside the residual stream: its first product with
  /// what the activation makes of it, for each expert; the first product's memory is used again for
  /// the second.
  private static func mlpWidth(of shard: Shard) -> Int {
    shard.blocks.flatMap(\.channels).map { channel in
      switch channel {
      case .dense(let dense): return dense.upWidth + dense.width
      case .experts(let mixture):
        let hidden = mixture.latentWidth ?? shard.model.hidden
        let first = max(mixture.upWidth(mixture.intermediate), hidden)
        return mixture.perToken * (first + mixture.intermediate)
      }
    }.max() ?? 0
  }
}
