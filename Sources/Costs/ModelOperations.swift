import Serving

/// The operations of one iteration of a model on one GPU of its group.
///
/// Sliding windows are not modelled: such a model attends to its whole context. Nor are padding to
/// the sizes of captured CUDA graphs, or the overlap of operations: they follow one another.
public struct ModelOperations: Sendable, Equatable {
  public let shard: Shard
  let attention: Attention

  public init(of shard: Shard) {
    self.shard = shard
    attention = Attention(of: shard)
  }

  private var model: Model { shard.model }

  /// Everything that an iteration of `batch` computes; an operation that runs more than once, such
  /// as once a layer, stands in the list once.
  public func operations(for batch: borrowing Batch) -> [Operation] {
    var list: [Operation] = []
    forEachTokenOperation(batch.tokens) { list.append($0) }
    let place = list.firstIndex { $0.name == .attentionOutput } ?? list.endIndex
    list.insert(contentsOf: attentionOperations(for: batch), at: place)
    forEachRowOperation(batch.sequences) { list.append($0) }
    return list
  }

  /// Attention, a decode operation for all decodes and a prefill operation for each chunk.
  func attentionOperations(for batch: borrowing Batch) -> [Operation] {
    var list: [Operation] = []
    for index in batch.chunks.indices {
      let chunk = batch.chunks[index]
      list.append(
        attention.prefill(tokens: chunk.tokens, context: chunk.context, isFirst: index == 0))
    }
    if batch.decodes > 0 {
      list.append(
        attention.decode(
          sequences: batch.decodes, context: batch.decodeContext,
          contextSquares: batch.decodeContextSquares))
    }
    return list
  }

  /// The operations that depend on nothing but the number of `tokens`.
  func forEachTokenOperation(_ tokens: Int, _ body: (Operation) -> Void) {
    body(embedding(tokens))
    if shard.tensorParallel > 1 { body(allReduce(.embeddingAllReduce, tokens, repeats: 1)) }
    body(
      normalization(.normalization, tokens, repeats: model.layers * model.normalizationsPerLayer))
    body(layerMatrix(.queryKeyValue, tokens, from: model.hidden, to: shard.queryKeyValueWidth))
    body(rotaryAndCache(tokens))
    body(
      layerMatrix(
        .attentionOutput, tokens, from: shard.heads * model.headSize, to: model.hidden))
    forEachMLPOperation(tokens, body)
    if shard.tensorParallel > 1 {
      body(allReduce(.allReduce, tokens, repeats: (model.isParallel ? 1 : 2) * model.layers))
    }
    body(normalization(.finalNormalization, tokens, repeats: 1))
  }

  /// The operations that depend on nothing but the number of `rows` that are sampled.
  func forEachRowOperation(_ rows: Int, _ body: (Operation) -> Void) {
    body(
      .matrix(
        .head, rows: rows, inputs: model.hidden, outputs: shard.vocabulary,
        bytesPerWeight: model.bytesPerWeight, repeats: 1))
    if shard.tensorParallel > 1 {
      body(
        .allGather(
          .gatherLogits, rows: rows, width: model.vocabulary, ranks: shard.tensorParallel))
    }
    body(sampling(rows))
  }
}
