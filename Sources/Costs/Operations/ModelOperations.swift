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
  /// What the layers do with each token by itself.
  private let steps: [TokenStep]
  /// All-reduces of layers, in one iteration.
  private let reductions: Int
  /// Of those, all-reduces of experts' results that are never fused.
  let cutReductions: Int
  /// Those of what all heads together are normalised by, two numbers a token.
  private let statistics: Int

  public init(of shard: Shard) {
    self.shard = shard
    mixers = ShardMixer.all(of: shard)
    steps = [TokenStep](of: shard)
    statistics = shard.blocks.reduce(0) { sum, block in
      sum + block.layers * block.attentions.count { $0.normalization == .heads }
    }
    cutReductions =
      shard.fusion?.seesCuts == false
      ? shard.blocks.reduce(0) { $0 + ($1.cutsExperts(of: shard.model) ? $1.layers : 0) } : 0
    // Where ranks have tokens of their own, experts send them about by other collectives.
    let experts = shard.map.data > 1
    reductions = shard.blocks.reduce(0) { sum, block in
      let channels = block.channels.count - (experts ? block.mixtures.count : 0)
      return sum + block.layers * (block.mixers.count + (block.isParallel ? 0 : channels))
    }
  }

  private var model: Model { shard.model }

  /// Everything that an iteration of `batch` computes; an operation that runs more than once, such
  /// as once a layer, stands in the list once.
  public func operations(for batch: borrowing Batch) -> [Operation] {
    var list: [Operation] = []
    forEachTokenOperation(batch.tokens) { list.append($0) }
    let place = list.firstIndex { $0.name == .attentionOutput } ?? list.endIndex
    list.insert(contentsOf: attentionOperations(for: batch), at: place)
    forEachRowOperation(batch.sampledRows) { list.append($0) }
    return list
  }

  /// How many kernels an iteration with one prompt runs, where nothing is fused with all-reduces.
  var launches: Int { launches(\.launches) }

  /// The same where the model is not compiled.
  var eagerLaunches: Int { launches { $0.launches + $0.eagerLaunches } }

  private func launches(_ each: (Operation) -> Int) -> Int {
    let prompt = Batch(
      decodes: 0, decodeContext: 0, decodeContextSquares: 0, prompts: [(tokens: 1, context: 0)])
    let kernels = operations(for: prompt).reduce(0) { $0 + $1.repeats * each($1) }
    return kernels + fusedNormalizations(1)
  }

  /// Normalisations of layers that all-reduces of `tokens` compute, in one iteration.
  func fusedNormalizations(_ tokens: Int) -> Int {
    if tokens > shard.fusedTokens { return 0 }
    let all = steps.reduce(0) { $0 + ($1.place == .normalization ? $1.repeats : 0) }
    return min(all, reductions - cutReductions)
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
    for mixer in mixers { mixer.forEachPrefillOperation(batch.chunks, body) }
  }

  /// The operations that depend on the decodes in `batch` and their contexts.
  func forEachDecodeOperation(_ batch: borrowing Batch, _ body: (Operation) -> Void) {
    if batch.decodes == 0 { return }
    for mixer in mixers {
      mixer.forEachDecodeOperation(
        sequences: batch.decodes, context: batch.decodeContext,
        contextSquares: batch.decodeContextSquares, drafts: batch.drafts, body)
    }
  }

  /// The operations that depend on nothing but the number of `tokens`, where all ranks have as
  /// many.
  func forEachTokenOperation(_ tokens: Int, _ body: (Operation) -> Void) {
    forEachTokenOperation(tokens, amid: tokens * shard.map.data, body)
  }

  /// The operations that depend on nothing but the number of `tokens` of a rank, and of `all` that
  /// it and the ranks in step with it compute.
  func forEachTokenOperation(_ tokens: Int, amid all: Int, _ body: (Operation) -> Void) {
    let fused = fusedNormalizations(tokens)
    body(embedding(tokens))
    if shard.tensorParallel > 1 { body(allReduce(.reduceEmbedding, tokens, repeats: 1)) }
    forEachOperationBesideMLPs(tokens, fused: fused, body)
    forEachDenseOperation(tokens, body)
    forEachExpertOperation(tokens, amid: all, body)
    if fused > 0 { body(allReduce(.fusedAllReduce, tokens, repeats: fused)) }
    if shard.tensorParallel > 1 && reductions > fused {
      body(allReduce(.allReduce, tokens, repeats: reductions - fused))
    }
    if shard.tensorParallel > 1 && statistics > 0 {
      // Two floats of four bytes.
      body(
        .allReduce(
          .reduceStatistics, rows: tokens, width: 4, ranks: shard.tensorParallel,
          repeats: statistics))
    }
    body(finalNormalization(tokens))
  }

  /// What each layer does with `tokens` whatever it has in the place of an MLP, but for attention
  /// and collectives, and as many normalisations as are `fused` with those.
  func forEachOperationBesideMLPs(
    _ tokens: Int, fused: Int = 0, _ body: (Operation) -> Void
  ) {
    var fused = fused
    for step in steps where !step.place.isOfDense && !step.place.isOfExperts {
      var operation = step.operation(tokens)
      if step.place == .normalization {
        let gone = min(fused, operation.repeats)
        fused -= gone
        operation.repeats -= gone
      }
      if operation.repeats > 0 { body(operation) }
    }
  }

  /// The MLPs of dense layers: two products, and between them a kernel that reads the results of
  /// the first, applies its function and its gate, and writes.
  func forEachDenseOperation(_ tokens: Int, _ body: (Operation) -> Void) {
    forEachStep(tokens, where: \.isOfDense, body)
  }

  /// Routers, experts, and shared experts: a token's are chosen, computed, and added to what the
  /// shared experts, or those that compute nothing, return.
  func forEachExpertOperation(_ tokens: Int, _ body: (Operation) -> Void) {
    forEachExpertOperation(tokens, amid: tokens * shard.map.data, body)
  }

  /// The same, where `all` tokens go through the routed experts. Each GPU of a rank has a part of
  /// the rank's tokens; they are sent to the GPUs of their experts by DeepEP, or all are gathered
  /// from all GPUs, and what experts make of them is added up and scattered.
  private func forEachExpertOperation(
    _ tokens: Int, amid all: Int, _ body: (Operation) -> Void
  ) {
    let map = shard.map
    for step in steps where step.place.isOfExperts {
      guard step.place == .experts else {
        body(step.operation(tokens))
        continue
      }
      func gather(_ name: Operation.Name, _ rows: Int, ranks: Int) {
        if ranks == 1 { return }
        body(
          .allGather(
            name, rows: rows, width: model.hidden, ranks: ranks, repeats: step.repeats))
      }
      func send(_ name: Operation.Name, _ isCombining: Bool) {
        let own = (tokens + map.tensor - 1) / map.tensor
        if let isLowLatency = map.backend.isLowLatency(own) {
          body(step.exchange(name, own, map.gpus, isCombining, isLowLatency))
        } else {
          gather(name, all, ranks: map.gpus)
        }
      }
      if map.data > 1 { send(.dispatchTokens, false) }
      let each = map.backend.isLowLatency((all + map.gpus - 1) / map.gpus)
      body(step.operation(all, each.map { $0 ? .masked : .contiguous }))
      if map.data > 1 {
        send(.combineTokens, true)
        gather(.gatherTokens, tokens, ranks: map.tensor)
      }
    }
  }

  private func forEachStep(
    _ tokens: Int, where condition: (TokenStep.Place) -> Bool, _ body: (Operation) -> Void
  ) {
    for step in steps where condition(step.place) { body(step.operation(tokens)) }
  }

  /// The operations that depend on nothing but the number of `rows` that are sampled.
  func forEachRowOperation(_ rows: Int, _ body: (Operation) -> Void) {
    body(
      .matrix(
        .head, rows: rows, inputs: model.hidden, outputs: shard.vocabulary,
        format: model.formats.head, repeats: 1))
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

  /// Looks up a row of the embedding for each token: read once, written once.
  private func embedding(_ tokens: Int) -> Operation {
    .elements(
      .embedding, rows: tokens, width: model.hidden,
      bytesPerElement: 2 * Model.bytesPerActivation, repeats: 1)
  }

  /// The normalisation after the last layer.
  private func finalNormalization(_ tokens: Int) -> Operation {
    .elements(
      .finalNormalization, rows: tokens, width: model.hidden,
      bytesPerElement: 4 * Model.bytesPerActivation, repeats: 1)
  }

  /// Makes float32 of each logit, and reads it twice: for the largest, and for the sum.
  private func sampling(_ rows: Int) -> Operation {
    .elements(
      .sampling, rows: rows, width: model.vocabulary,
      bytesPerElement: Model.bytesPerActivation + 3 * 4, repeats: 1, launches: 3)
  }
}

extension Block {
  /// Whether its experts return more elements than the residual stream has: kernels for weights in
  /// MXFP4 fill rows up to 256 (vLLM 0.18, `mxfp4.py`).
  fileprivate func cutsExperts(of model: Model) -> Bool {
    !mixtures.isEmpty && model.hidden % 256 != 0
      && format(of: .experts, main: model.formats.main).numbers == .mxfp4
  }
}

extension Operation {
  /// Kernels beside `launches` where a model is not compiled, as SGLang's code has them (0.5.9,
  /// `srt/models` and `srt/layers`).
  ///
  /// Inputs of products with scales by blocks are stored in FP8 by a kernel of their own. Experts
  /// are chosen by one, told apart by two more, and their inputs stored by two. Heads of latent
  /// attention are put together of two parts, for keys, values and queries. A gated delta rule over
  /// blocks is nine kernels, and what goes in is split, normalised and made contiguous by four.
  fileprivate var eagerLaunches: Int {
    switch shape {
    case .matrix: format == .fp8Block ? 1 : 0
    case .experts: 5
    case .latentPrefill: 4
    case .recurrent(_, _, _, let isDecode): isDecode ? 0 : 10
    default: 0
    }
  }

  /// Whether it is on the tokens of all ranks that are in step.
  var isShared: Bool {
    if case .exchange = shape { return false }
    return name == .experts || name == .dispatchTokens || name == .combineTokens
  }
}
