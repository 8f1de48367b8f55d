import Serving

/// The latent attention of a shard, as vLLM runs it: a prompt's keys and values are expanded from
/// their latents and attended to as usual; decodes take their queries to the latents, and attend to
/// the cache as it is.
///
/// Latents of a prompt's earlier chunks are expanded again for each chunk.
struct LatentAttention: Sendable, Equatable {
  let layers: Int
  private let heads: Int
  private let headSize: Int
  private let latent: Latent
  private let cache: NumberFormat

  init(_ latent: Latent, of shard: Shard) {
    self.latent = latent
    layers = shard.model.layers
    heads = shard.heads
    headSize = shard.model.headSize
    cache = shard.model.cache
  }

  /// Makes keys and values of `rows` latents, those of prompts and of what was cached before them,
  /// by matrices that are stored in `formats`.
  func forEachExpansion(rows: Int, _ formats: WeightFormats, _ body: (Operation) -> Void) {
    for run in formats.runs(of: .keyValueUp, layers: layers) {
      body(
        .matrix(
          .keyValueUp, rows: rows, inputs: latent.rank,
          outputs: heads * (headSize + latent.valueSize), format: run.format,
          repeats: run.layers))
    }
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
    let work = PrefillWork(of: chunks, heads: heads, keyValueHeads: heads)
    return prefill(
      shape: .latentPrefill(
        work, heads: heads, rank: latent.rank, rotary: latent.rotary, headSize: headSize),
      pairs: work.pairs, queries: work.tokens, keys: work.keysRead)
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
    let work = PrefillWork(of: chunks, heads: heads, keyValueHeads: heads)
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
    decode(
      shape: .latentDecode(
        sequences: sequences, context: context, contextSquares: contextSquares, heads: heads,
        rank: latent.rank, rotary: latent.rotary),
      queries: Double(sequences), keys: Double(context) + Double(sequences))
  }

  func decode(shape: Operation.Shape, queries: Double, keys: Double) -> Operation {
    Operation(
      .decodeAttention, shape, format: cache, repeats: layers, flops: decodeFlops(keys),
      otherBytes: decodeBytes(queries: queries, keys: keys))
  }

  /// The kernel that `decode(sequences:context:contextSquares:)` runs.
  @inline(__always)
  func decodeKernel(sequences: Int, context: Int) -> Kernel {
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
