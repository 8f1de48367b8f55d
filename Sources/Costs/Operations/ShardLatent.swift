import Serving

/// The latent attention of a shard, as vLLM runs it: a prompt's keys and values are expanded from
/// their latents and attended to as usual; decodes take their queries to the latents, and attend to
/// the cache as it is.
///
/// Latents of a prompt's earlier chunks are expanded again for each chunk. Where an indexer
/// chooses, prompts attend to the cache as decodes do.
struct ShardLatent: Sendable, Equatable {
  let layers: Int
  private let latent: Latent
  private let cache: NumberFormat
  /// What the matrices are stored in that expand latents.
  private let expansion: WeightFormat

  private var heads: Int { latent.heads }
  private var headSize: Int { latent.headSize }

  /// `latent` with the sizes that are on one GPU, its latents cached in `cache`.
  init(_ latent: Latent, layers: Int, cache: NumberFormat, expansion: WeightFormat) {
    self.latent = latent
    self.layers = layers
    self.cache = cache
    self.expansion = expansion
  }

  /// Makes keys and values of `rows` latents, those of prompts and of what was cached before them.
  func expand(rows: Int) -> Operation {
    .matrix(
      .keyValueUp, rows: rows, inputs: latent.rank,
      outputs: heads * (headSize + latent.valueSize), format: expansion, repeats: layers)
  }

  /// Pairs of a token and one that it attends to, over `new` tokens that follow one another after
  /// `context` others.
  func pairs(_ new: Double, after context: Double) -> Double {
    PrefillWork.pairs(new, after: context, window: Double(latent.window))
  }

  /// The latents that are expanded for the prompts of `chunks`.
  @inline(__always)
  func latents(of chunks: [Chunk]) -> Int {
    var latents = 0
    for index in chunks.indices { latents += chunks[index].tokens + chunks[index].context }
    return latents
  }

  /// The attention of the prompts of `chunks`.
  func prefill(_ chunks: [Chunk]) -> Operation {
    let work = work(of: chunks)
    if isChosen { return sparse(tokens: work.tokens, pairs: work.pairs, isDecode: false) }
    return prefill(
      shape: .latentPrefill(
        work, heads: heads, rank: latent.rank, rotary: latent.rotary, headSize: headSize),
      pairs: work.pairs, queries: work.tokens, keys: work.keysRead)
  }

  /// Where tokens are chosen, as many are attended to as a window of as many has.
  @inline(__always)
  private func work(of chunks: [Chunk]) -> PrefillWork {
    PrefillWork(of: chunks, heads: heads, keyValueHeads: heads, window: latent.window)
  }

  func prefill(
    shape: Operation.Shape, pairs: Double, queries: Double, keys: Double, launches: Int = 1
  ) -> Operation {
    Operation(
      .prefillAttention, shape, format: cache, repeats: layers, flops: prefillFlops(pairs),
      otherBytes: prefillBytes(queries + keys), launches: launches)
  }

  /// The kernel that `prefill(_:)` runs.
  @inline(__always)
  func prefillKernel(_ chunks: [Chunk]) -> Kernel {
    let work = work(of: chunks)
    var kernel = Kernel.latentPrefill(work, heads: Double(heads), cache)
    kernel.leastFlops = prefillFlops(work.pairs)
    kernel.leastBytes = prefillBytes(work.tokens + work.keysRead)
    return kernel
  }

  @inline(__always)
  private func prefillFlops(_ pairs: Double) -> Double { 2 * expandedWidth * pairs }

  @inline(__always)
  private func prefillBytes(_ tokens: Double) -> Double {
    tokens * expandedWidth * Model.bytesPerActivation
  }

  /// Elements of a token's queries, or keys, and values in all heads.
  private var expandedWidth: Double {
    Double(heads * (headSize + latent.rotary + latent.valueSize))
  }

  /// Takes the queries of `rows` decodes to the latents' space.
  func absorbQuery(rows: Int) -> Operation {
    .batch(
      .absorbQuery, .matrix(rows: rows, inputs: headSize, outputs: heads * latent.rank),
      rows: rows, heads: heads, inputs: headSize, outputs: latent.rank, repeats: layers)
  }

  /// Takes the results of `rows` decodes back from it.
  func absorbValue(rows: Int) -> Operation {
    .batch(
      .absorbValue, .matrix(rows: rows, inputs: heads * latent.rank, outputs: latent.valueSize),
      rows: rows, heads: heads, inputs: latent.rank, outputs: latent.valueSize, repeats: layers)
  }

  /// The attention of one new token of each of `sequences`, whose cached tokens sum to `context`.
  func decode(sequences: Int, context: Int, contextSquares: Int) -> Operation {
    let context = seen(context, by: sequences)
    if isChosen {
      let tokens = Double(sequences)
      return sparse(tokens: tokens, pairs: Double(context) + tokens, isDecode: true)
    }
    return decode(
      shape: .latentDecode(
        sequences: sequences, context: context, contextSquares: contextSquares, heads: heads,
        rank: latent.rank, rotary: latent.rotary),
      queries: Double(sequences), keys: Double(context) + Double(sequences))
  }

  /// Whether an indexer chooses what is attended to.
  var isChosen: Bool { latent.window > 0 }

  /// The attention of `tokens` to what was chosen, over `pairs` of a token and one of that.
  private func sparse(tokens: Double, pairs: Double, isDecode: Bool) -> Operation {
    Operation(
      isDecode ? .decodeAttention : .prefillAttention,
      .sparseLatent(tokens: tokens, chosen: latent.window, heads: heads, isDecode: isDecode),
      format: cache, repeats: layers, flops: decodeFlops(pairs),
      otherBytes: decodeBytes(queries: tokens, keys: isDecode ? pairs : 0))
  }

  /// The cached latents that one new token of each of `sequences` attends to, of `context`.
  @inline(__always)
  private func seen(_ context: Int, by sequences: Int) -> Int {
    latent.window == 0 ? context : min(context, (latent.window - 1) * sequences)
  }

  func decode(shape: Operation.Shape, queries: Double, keys: Double) -> Operation {
    Operation(
      .decodeAttention, shape, format: cache, repeats: layers, flops: decodeFlops(keys),
      otherBytes: decodeBytes(queries: queries, keys: keys))
  }

  /// The kernel that `decode(sequences:context:contextSquares:)` runs.
  @inline(__always)
  func decodeKernel(sequences: Int, context: Int) -> Kernel {
    let context = seen(context, by: sequences)
    let (queries, keys) = (Double(sequences), Double(context) + Double(sequences))
    var kernel = Kernel.latentDecode(
      sequences: queries, context: Double(context) / queries + 1, heads: Double(heads), cache)
    kernel.leastFlops = decodeFlops(keys)
    kernel.leastBytes = decodeBytes(queries: queries, keys: keys)
    return kernel
  }

  @inline(__always)
  private func decodeFlops(_ keys: Double) -> Double { 2 * absorbedWidth * keys }

  @inline(__always)
  private func decodeBytes(queries: Double, keys: Double) -> Double {
    queries * absorbedWidth * Model.bytesPerActivation
      + keys * Double(latent.cachedElements) * cache.bytesPerInput
  }

  /// Elements of a decode's queries, and of what it attends to of latents, in all heads.
  private var absorbedWidth: Double { Double(heads * (latent.cachedElements + latent.rank)) }
}
