import Serving

/// The latent attention of a shard, as vLLM runs it: a prompt's keys and values are expanded from
/// their latents and attended to as usual; decodes take their queries to the latents, and attend to
/// the cache as it is.
///
/// Latents of a prompt's earlier chunks are expanded again for each chunk.
struct LatentAttention: Sendable, Equatable {
  private let layers: Int
  private let heads: Int
  private let headSize: Int
  private let latent: Latent
  /// What the matrices that expand latents are stored in.
  private let expanding: [WeightFormats.Run]
  private let cache: NumberFormat

  init(_ latent: Latent, of shard: Shard) {
    self.latent = latent
    layers = shard.model.layers
    heads = shard.heads
    headSize = shard.model.headSize
    expanding = shard.model.formats.runs(of: .keyValueUp, layers: shard.model.layers)
    cache = shard.model.cache
  }

  /// Makes keys and values of `rows` latents, those of prompts and of what was cached before them.
  @inline(__always)
  func forEachExpansion(rows: Int, _ body: (Operation) -> Void) {
    for run in expanding {
      body(
        .matrix(
          .keyValueUp, rows: rows, inputs: latent.rank,
          outputs: heads * (headSize + latent.valueSize), format: run.format,
          repeats: run.layers))
    }
  }

  /// The attention of the prompts of `chunks`.
  @inline(__always)
  func prefill(_ chunks: [Chunk]) -> Operation {
    var work = PrefillWork(heads: Double(heads), keyValueHeads: Double(heads), window: 0)
    for index in chunks.indices {
      work.add(tokens: Double(chunks[index].tokens), context: Double(chunks[index].context))
    }
    return prefill(
      shape: .latentPrefill(
        work, heads: heads, rank: latent.rank, rotary: latent.rotary, headSize: headSize),
      pairs: work.pairs, queries: work.tokens, keys: work.keysRead)
  }

  func prefill(
    shape: Operation.Shape, pairs: Double, queries: Double, keys: Double, launches: Int = 1
  ) -> Operation {
    let width = Double(heads * (headSize + latent.rotary + latent.valueSize))
    return Operation(
      .prefillAttention, shape, format: cache, repeats: layers, flops: 2 * width * pairs,
      otherBytes: (queries + keys) * width * Model.bytesPerActivation, launches: launches)
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
    let width = Double(heads * (latent.cachedElements + latent.rank))
    let read = keys * Double(latent.cachedElements) * cache.bytesPerInput
    return Operation(
      .decodeAttention, shape, format: cache, repeats: layers, flops: 2 * width * keys,
      otherBytes: queries * width * Model.bytesPerActivation + read)
  }
}
