import Serving

/// The operations of one iteration of a model on one GPU of its group.
///
/// Neither padding to the sizes of captured CUDA graphs is modelled, nor the overlap of operations:
/// they follow one another, shortcut-connected experts too. Each kernel of element-wise work is
/// fused as vLLM fuses it.
public struct ModelOperations: Sendable, Equatable {
  public let shard: Shard
  /// What the layers mix tokens with.
  let mixers: [ShardMixer]

  public init(of shard: Shard) {
    self.shard = shard
    mixers = ShardMixer.all(of: shard)
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

  /// The operations that depend on the prompts and contexts in `batch`.
  func attentionOperations(for batch: borrowing Batch) -> [Operation] {
    var list: [Operation] = []
    forEachPrefillOperation(batch) { list.append($0) }
    forEachDecodeOperation(batch) { list.append($0) }
    return list
  }

  /// The operations that depend on the prompts in `batch` and how far they are.
  func forEachPrefillOperation(_ batch: borrowing Batch, _ body: (Operation) -> Void) {
    if batch.chunks.isEmpty { return }
    for mixer in mixers { mixer.forEachPrefillOperation(batch.chunks, model.formats, body) }
  }

  /// The operations that depend on the decodes in `batch` and their contexts.
  func forEachDecodeOperation(_ batch: borrowing Batch, _ body: (Operation) -> Void) {
    if batch.decodes == 0 { return }
    for mixer in mixers {
      mixer.forEachDecodeOperation(
        sequences: batch.decodes, context: batch.decodeContext,
        contextSquares: batch.decodeContextSquares, body)
    }
  }

  /// The operations that depend on nothing but the number of `tokens`.
  func forEachTokenOperation(_ tokens: Int, _ body: (Operation) -> Void) {
    body(embedding(tokens))
    if shard.tensorParallel > 1 { body(allReduce(.reduceEmbedding, tokens, repeats: 1)) }
    forEachOperationBesideMLPs(tokens, body)
    forEachDenseOperation(tokens, body)
    forEachExpertOperation(tokens, body)
    if shard.tensorParallel > 1 {
      let mlps = model.isParallel ? 0 : model.denseLayers + (model.mixture?.layers ?? 0)
      body(allReduce(.allReduce, tokens, repeats: model.layers + mlps))
    }
    body(finalNormalization(tokens))
  }

  /// What each layer does with `tokens` whatever it has in the place of an MLP, but for attention
  /// and collectives.
  func forEachOperationBesideMLPs(_ tokens: Int, _ body: (Operation) -> Void) {
    forEachNormalization(tokens, body)
    forEachProjection(tokens, body)
    body(rotaryAndCache(tokens))
    forEachProduct(
      .attentionOutput, tokens, from: shard.attentionWidth, to: model.hidden, body)
  }

  /// The operations that depend on nothing but the number of `rows` that are sampled.
  func forEachRowOperation(_ rows: Int, _ body: (Operation) -> Void) {
    forEachProduct(
      .head, rows, from: model.hidden, to: shard.vocabulary, layers: 1, body)
    if shard.tensorParallel > 1 {
      body(
        .allGather(
          .gatherLogits, rows: rows, width: model.vocabulary, ranks: shard.tensorParallel))
    }
    body(sampling(rows))
  }

  private func allReduce(_ name: Operation.Name, _ tokens: Int, repeats: Int) -> Operation {
    .allReduce(
      name, rows: tokens, width: model.hidden, ranks: shard.tensorParallel, repeats: repeats)
  }
}
