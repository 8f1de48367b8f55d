extension Operation {
  /// The kinds that differ in how much of the GPU they reach.
  public enum Kind: CaseIterable, Sendable {
    case matrix, experts
    case prefillAttention, decodeAttention, latentPrefill, latentDecode
    case recurrentPrefill, recurrentDecode, sparsePrefill, sparseDecode
    case elementwise, collective
  }

  /// GPUs that take part in it.
  public var ranks: Int {
    switch shape {
    case .collective(_, _, let ranks): ranks
    case .exchange(let exchange): Int(exchange.gpus)
    default: 1
    }
  }

  /// The parts that an iteration is measured in: what runs in the layers, and what runs once.
  public enum Part: String, CaseIterable, Sendable { case layers, head }

  /// The part that the operation belongs to: embedding, last normalisation, logits and sampling to
  /// the head.
  public var part: Part {
    switch name {
    case .embedding, .reduceEmbedding, .finalNormalization, .head, .gatherLogits, .sampling: .head
    default: .layers
    }
  }

  /// The groups that a part's time is measured in.
  public enum Group: String, CaseIterable, Sendable {
    /// Products with weights, experts and routers included.
    case linear
    case prefillAttention = "prefill attention"
    case decodeAttention = "decode attention"
    case collective
    /// Work on single elements: normalisations, rotary positions, activations, sampling.
    case other
  }

  /// The group that the operation belongs to.
  public var group: Group {
    switch kind {
    case .matrix, .experts: .linear
    case .prefillAttention, .latentPrefill, .recurrentPrefill, .sparsePrefill: .prefillAttention
    case .decodeAttention, .latentDecode, .recurrentDecode, .sparseDecode: .decodeAttention
    case .elementwise: .other
    case .collective: .collective
    }
  }
}

extension Operation.Shape {
  /// The kind that operations of this shape are of.
  var kind: Operation.Kind {
    switch self {
    case .matrix: .matrix
    case .experts: .experts
    case .prefill: .prefillAttention
    case .decode: .decodeAttention
    case .latentPrefill: .latentPrefill
    case .latentDecode: .latentDecode
    case .convolution(_, _, _, _, let isDecode), .recurrent(_, _, _, let isDecode):
      isDecode ? .recurrentDecode : .recurrentPrefill
    case .indexer(_, _, _, _, let isDecode), .sparseLatent(_, _, _, let isDecode),
      .sparse(_, _, let isDecode):
      isDecode ? .sparseDecode : .sparsePrefill
    case .elements: .elementwise
    case .collective, .exchange: .collective
    }
  }
}
